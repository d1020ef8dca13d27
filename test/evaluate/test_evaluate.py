# Copyright 2026 The fer_ros authors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""fer_evaluate with the shipped models: what it measures, writes and refuses."""

import hashlib
import json
import re

import cv2
from fer_ros.core.assets import model_path
from fer_ros.core.model_metadata import ModelError
from fer_ros.core.types import LABELS
from fer_ros.demo.clip import EmbeddedClip
from fer_ros.demo.stills import ASSETS, load_stills
from fer_ros.evaluate import ferplus
from fer_ros.evaluate.card_tables import BEGIN, END
from fer_ros.evaluate.cli import main
import numpy as np
import pytest

KEYS = {
    'faces', 'accuracy', 'macro_recall', 'per_class', 'confusion', 'ece', 'labels', 'model',
    'ms_per_face'}


def found(name):
    """Return whether a shipped model is there."""
    try:
        return model_path(name).is_file()
    except ModelError:
        return False


needs_expression = pytest.mark.skipif(
    not found('expression.onnx'), reason='models/expression.onnx is not here')
needs_both = pytest.mark.skipif(
    not (found('expression.onnx') and found('face_detector.onnx')),
    reason='models/expression.onnx or models/face_detector.onnx is not here')


def run(capsys, *arguments):
    """Return exit status, standard output and standard error."""
    try:
        status = main([str(argument) for argument in arguments])
    except SystemExit as stop:
        status = stop.code
    captured = capsys.readouterr()
    return status, captured.out, captured.err


@pytest.fixture
def split(tmp_path):
    """Write a split of three faces: Collins smiles, Hopper does not, nobody agrees on one."""
    faces = []
    for name in ('collins', 'hopper'):
        still = load_stills()[name]
        x, y = still.box.center
        half = 0.55 * max(still.box.width, still.box.height)
        crop = still.pixels[int(y - half):int(y + half), int(x - half):int(x + half)]
        faces.append(cv2.resize(
            cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY), (48, 48), interpolation=cv2.INTER_AREA))
    mosaic = np.zeros((48, 128 * 48), np.uint8)
    mosaic[:, :144] = np.hstack([*faces, faces[0]])
    cv2.imwrite(str(tmp_path / 'tiny.png'), mosaic)
    (tmp_path / 'tiny.csv').write_text(
        'image_id,' + ','.join(ferplus.VOTES) + '\n'
        '0,1,9,0,0,0,0,0,0,0,0\n1,7,0,0,2,1,0,0,0,0,0\n2,5,5,0,0,0,0,0,0,0,0\n')
    return tmp_path


@needs_expression
def test_split_as_json(capsys, split):
    status, out, err = run(capsys, '--data', split, '--split', 'tiny', '--json', '-')
    assert status == 0 and err == ''
    result = json.loads(out)
    assert KEYS <= set(result)
    # The third face has no majority.
    assert result['faces'] == 2
    assert result['labels'] == list(LABELS)
    assert np.sum(result['confusion'], axis=1).tolist() == [1, 1, 0, 0, 0, 0, 0, 0]
    assert result['accuracy'] == pytest.approx(np.trace(result['confusion']) / 2)
    assert result['ms_per_face'] > 0


@needs_expression
def test_model_is_described_from_its_file(capsys, split):
    onnx = pytest.importorskip('onnx')
    path = model_path('expression.onnx')
    _, out, _ = run(capsys, '--data', split, '--split', 'tiny', '--json', '-', '--model', path)
    model = json.loads(out)['model']
    assert model['file'] == path.name
    assert model['sha256'] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert model['bytes'] == path.stat().st_size
    assert model['counted'] is True
    # Nearly all that the file stores are its weights.
    stored = sum(
        np.prod(tensor.dims) for tensor in onnx.load(str(path)).graph.initializer)
    assert 0.95 * stored < model['parameters'] <= stored
    assert model['macs'] > 10 * model['parameters']


@needs_expression
def test_table_files_and_plots(capsys, split):
    pytest.importorskip('matplotlib')
    status, out, _ = run(
        capsys, '--data', split, '--split', 'tiny', '--json', split / 'new' / 'e.json',
        '--plot', split / 'plots')
    assert status == 0
    result = json.loads((split / 'new' / 'e.json').read_text())
    assert f"{100 * result['accuracy']:.1f}%" in out
    assert result['model']['sha256'] in out
    for label in LABELS:
        assert f'\n{label} ' in out
    assert sorted(path.name for path in (split / 'plots').iterdir()) == [
        'confusion.png', 'reliability.png', 'risk_coverage.png']


@pytest.fixture
def photographs(tmp_path):
    """Write two portraits, a picture of two people and an empty room."""
    stills, clip = load_stills(), EmbeddedClip()
    cv2.imwrite(str(tmp_path / 'smile.png'), stills['collins'].pixels)
    cv2.imwrite(str(tmp_path / 'calm.png'), stills['hopper'].pixels)
    cv2.imwrite(str(tmp_path / 'both.png'), clip.frame(126))
    cv2.imwrite(str(tmp_path / 'room.png'), clip.frame(0))
    (tmp_path / 'broken.png').write_bytes((tmp_path / 'smile.png').read_bytes()[:40])
    return tmp_path


def write_labels(folder, *rows):
    """Write a table of labels."""
    path = folder / 'labels.csv'
    path.write_text('image_filename,emotion\n' + '\n'.join(rows) + '\n')
    return path


@needs_both
def test_photographs(capsys, photographs):
    labels = write_labels(
        photographs, 'smile.png,Happiness', 'calm.png,NEUTRAL', 'room.png,sad')
    status, out, err = run(
        capsys, '--images', photographs, '--labels', labels, '--json', '-')
    assert status == 0, err
    result = json.loads(out)
    assert KEYS <= set(result)
    assert result['faces'] == 3
    assert result['not_detected'] == 1
    assert np.sum(result['confusion']) == 2
    # A broad smile is the easiest of all.
    assert result['confusion'][1][1] == 1
    assert result['per_class']['sad'] == 0.0
    assert result['accuracy'] == pytest.approx(np.trace(result['confusion']) / 3)


@needs_both
def test_photographs_do_not_depend_on_their_order(capsys, photographs):
    rows = ['smile.png,happy', 'calm.png,neutral', 'both.png,happy', 'smile.png,happy']
    results = []
    for order in (rows, rows[::-1]):
        labels = write_labels(photographs, *order)
        _, out, _ = run(capsys, '--images', photographs, '--labels', labels, '--json', '-')
        results.append(json.loads(out))
    for key in ('accuracy', 'confusion', 'not_detected'):
        assert results[0][key] == results[1][key]
    assert results[0]['nll'] == pytest.approx(results[1]['nll'])


@needs_both
def test_what_cannot_be_used_is_named_and_the_rest_evaluated(capsys, photographs):
    labels = write_labels(
        photographs, 'smile.png,happy', 'broken.png,happy', 'gone.png,sad', 'calm.png,bored')
    status, out, err = run(
        capsys, '--images', photographs, '--labels', labels, '--json', '-')
    assert status == 3
    result = json.loads(out)
    assert (result['faces'], result['unreadable'], result['unknown_labels']) == (1, 2, 1)
    assert 'broken.png cannot be decoded' in err
    assert 'gone.png is missing' in err
    assert "line 5: emotion 'bored' is not known" in err


@needs_both
def test_photographs_write_their_own_table(capsys, photographs, tmp_path):
    labels = write_labels(photographs, 'smile.png,happy', 'calm.png,scared', 'room.png,sad')
    card, name = tmp_path / 'card.md', photographs.name
    card.write_text(f'before\n{BEGIN.format(name)}\n{END}\nafter\n')
    status, _, err = run(
        capsys, '--images', photographs, '--labels', labels, '--card', card)
    assert status == 0, err
    text = card.read_text()
    assert '| happy | 1 | 100.00% |' in text and '| **accuracy** | 3 | **33.33%** |' in text
    assert 'Without a face: 1 of 3.' in text
    assert re.search('The 1 most confident mistakes.*: scared for [a-z]+ 1\\.', text)
    assert text.startswith('before\n') and text.endswith('after\n')


@needs_both
def test_nothing_usable_is_a_failure(capsys, photographs):
    labels = write_labels(photographs, 'broken.png,happy')
    status, out, err = run(capsys, '--images', photographs, '--labels', labels)
    assert status == 2 and out == ''
    assert 'broken.png' in err and 'no picture' in err


@needs_expression
@pytest.mark.parametrize('arguments, words', [
    # No such folder or split.
    (('--data', '{tmp}/no'), 'no/valid.csv is missing'),
    (('--data', '{tmp}', '--split', 'test'), 'splits found there: tiny'),
    # No such folder, table, column, model.
    (('--images', '{tmp}/no', '--labels', '{tmp}/tiny.csv'), 'is not a folder'),
    (('--images', '{tmp}', '--labels', '{tmp}/no.csv'), 'no.csv does not exist'),
    (('--images', '{tmp}', '--labels', '{tmp}/tiny.csv'), 'lacks the column image_filename'),
    (('--data', '{tmp}', '--split', 'tiny', '--model', '{tmp}/no.onnx'), 'no.onnx'),
    (('--data', '{tmp}', '--split', 'tiny', '--model', '{tmp}/tiny.png'), 'tiny.png'),
])
def test_bad_input_is_named_without_a_traceback(capsys, split, arguments, words):
    status, out, err = run(capsys, *(a.format(tmp=split) for a in arguments))
    assert status == 2 and out == ''
    assert words in err and 'Traceback' not in err


@pytest.mark.parametrize('arguments, words', [
    ((), 'either --data'),
    (('--data', 'a', '--images', 'b'), 'either --data'),
    (('--images', 'b'), 'belong together'),
    (('--data', 'a', '--threads', '0'), '--threads: 0 is out of range; use 1 to 64'),
    (('--data', 'a', '--threads', 'all'), "--threads: 'all' is no whole number; use 1 to 64"),
    (('--data', 'a', '--model', 'no.onnx'), "--model: 'no.onnx' does not exist"),
    (('--images', 'a', '--detector', 'no.onnx'), "--detector: 'no.onnx' does not exist"),
    (('--data', 'a', '--card', 'no.md'), "--card: 'no.md' does not exist"),
    (('--data', 'a', '--json', '.'), "--json: '.' is a folder; name a file"),
    (('--data', 'a', '--json', f'{__file__}/a.json'), 'is a file; name a folder'),
    (('--data', 'a', '--plot', __file__), 'is a file; name a folder'),
    (('--data', 'a', '--plot', f'{__file__}/plot.png'), 'is a file; name a folder'),
])
def test_bad_usage(capsys, arguments, words):
    with pytest.raises(SystemExit) as caught:
        main(list(arguments))
    assert caught.value.code == 2
    assert words in capsys.readouterr().err


def test_the_origin_of_every_picture_is_told():
    told = (ASSETS / 'README.md').read_text()
    for path in ASSETS.iterdir():
        assert path.name == 'README.md' or f'`{path.name}`' in told
