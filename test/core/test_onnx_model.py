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


"""Models load, or say what is wrong with which file and what to do."""

from __future__ import annotations

import os
from pathlib import Path
import shutil
import socket

from fer_ros.core.assets import model_path
from fer_ros.core.onnx_model import ModelError, OnnxModel
import numpy as np
import pytest

POINTER = b'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n'


@pytest.fixture(scope='module')
def shipped():
    return model_path('face_detector.onnx')


@pytest.fixture
def copy(shipped, tmp_path):
    """Return a copy of a model beside a copy of its card."""
    for suffix in ('.onnx', '.md'):
        shutil.copy(shipped.with_suffix(suffix), tmp_path)
    return tmp_path / shipped.name


@pytest.mark.parametrize('content, words', [
    (None, ('does not exist',)),                     # nothing there
    (b'', ('empty',)),                               # an interrupted download
    (b'not a model at all', ('18 bytes', 'ONNX')),   # another file
    (POINTER, ('LFS', 'git lfs pull')),              # a clone without its large files
    (b'<html>404</html>', ('ONNX',)),                # an error page, saved
])
def test_a_bad_file_is_named_with_a_remedy(tmp_path, content, words):
    path = tmp_path / 'some.onnx'
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError) as error:
        OnnxModel(path)
    assert all(word in str(error.value) for word in (str(path), *words))


def test_a_directory_is_no_model(tmp_path):
    with pytest.raises(ModelError, match=str(tmp_path)):
        OnnxModel(tmp_path)


def pipe(path):
    os.mkfifo(path)


def link_to_zero(path):
    path.symlink_to('/dev/zero')


def link_to_pipe(path):
    os.mkfifo(path.with_name('pipe'))
    path.symlink_to('pipe')


def endless_link(path):
    path.symlink_to(path.name)


def listening(path):
    # By its name alone: the system takes no path of more than a hundred characters.
    before = os.getcwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(before)


def terabyte(path):
    with open(path, 'wb') as file:
        file.truncate(1 << 40)


@pytest.mark.parametrize('make, words', [
    (pipe, 'is a named pipe and not a regular file'),       # would wait for ever
    (link_to_pipe, 'is a named pipe'),
    (link_to_zero, 'is a device and not a regular file'),   # never ends
    (listening, 'is a socket'),
    (Path.mkdir, 'is a directory'),
    (endless_link, 'symbolic links'),
    (terabyte, 'has 1099511627776 bytes, more than .*512 MiB'),
])
@pytest.mark.parametrize('suffix', ['.onnx', '.md'])
def test_what_is_no_file_of_a_models_size_is_not_read(copy, make, words, suffix):
    path = copy.with_suffix(suffix)
    path.unlink()
    make(path)
    words = words.replace('512', '1') if suffix == '.md' else words
    with pytest.raises(ModelError, match=f'{path}.*{words}'):
        OnnxModel(copy)


@pytest.mark.parametrize('path', ['nul\0', 'long' * 2000])
def test_a_path_that_cannot_be_is_told(path):
    with pytest.raises(ModelError, match=r'cannot be read: \w'):
        OnnxModel(path)


def test_a_model_may_be_a_link(copy):
    link = copy.with_name('link.onnx')
    link.symlink_to(copy.name)
    assert OnnxModel(link).outputs


def with_external_data(path, location, where):
    """Write a model that says that its weights are in another file."""
    onnx = pytest.importorskip('onnx', reason='the model is made with it')
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    weights = onnx.TensorProto(
        name='w', data_type=kind, dims=[2], data_location=onnx.TensorProto.EXTERNAL)
    weights.external_data.add(key='location', value=location)
    x, y = (helper.make_tensor_value_info(name, kind, [2]) for name in 'xy')
    add = helper.make_node('Add', ['x', 'w'], ['y'])
    if where == 'initializer':
        graph = helper.make_graph([add], 'g', [x], [y], [weights])
    else:
        constant = helper.make_node('Constant', [], ['w'], value=weights)
        graph = helper.make_graph([constant, add], 'g', [x], [y])
    path.write_bytes(helper.make_model(graph).SerializeToString())


@pytest.mark.parametrize('where', ['initializer', 'constant'])
@pytest.mark.parametrize('location', ['weights.bin', '../../../etc/passwd', '/dev/zero'])
def test_weights_in_other_files_are_refused(tmp_path, location, where):
    with_external_data(tmp_path / 'parts.onnx', location, where)
    with pytest.raises(ModelError, match='parts.onnx.* in other files.*save it as one file'):
        OnnxModel(tmp_path / 'parts.onnx')


def test_the_word_location_alone_is_no_other_file(shipped, tmp_path):
    onnx = pytest.importorskip('onnx', reason='the model is made with it')
    model = onnx.load(str(shipped))
    model.graph.doc_string = model.graph.node[0].doc_string = 'location of a face'
    onnx.save(model, str(tmp_path / 'named.onnx'))
    assert OnnxModel(tmp_path / 'named.onnx').outputs


@pytest.mark.parametrize('share', [0.01, 0.5, 0.98])
def test_a_model_cut_short_is_refused_even_without_its_card(shipped, tmp_path, share):
    data = shipped.read_bytes()
    path = tmp_path / 'cut.onnx'
    path.write_bytes(data[:int(len(data) * share)])
    with pytest.raises(ModelError, match='cut.onnx'):
        OnnxModel(path)


def test_one_changed_bit_is_noticed(copy):
    data = bytearray(copy.read_bytes())
    data[len(data) // 2] ^= 1
    copy.write_bytes(data)
    with pytest.raises(ModelError) as error:
        OnnxModel(copy)
    assert all(word in str(error.value) for word in (str(copy), 'SHA-256', 'face_detector.md'))
    assert OnnxModel(copy, verify_checksum=False).sha256 != OnnxModel(
        model_path('face_detector.onnx')).sha256


@pytest.mark.parametrize('card', [
    None,                          # no card
    '# Only words\n',              # a card without front matter
    '---\nname: x\n---\n',         # front matter without a checksum
    '---\n---\ntext\n',            # empty front matter
])
def test_without_a_checksum_nothing_is_compared(copy, card):
    copy.with_suffix('.md').unlink()
    if card is not None:
        copy.with_suffix('.md').write_text(card)
    assert OnnxModel(copy).outputs


@pytest.mark.parametrize('card, word', [
    ('---\nname: [x\n---\n', 'not YAML'),          # a typo
    ('---\n- a\n- b\n---\n', 'mapping'),           # a list
    ('---\nday: 2026-99-99\n---\n', 'not YAML'),   # a date that cannot be
    ('---\na: ' + 3000 * '[' + '\n---\n', 'more than 200 lists'),  # takes 13 s
    ('---\n' + 9999 * 'a: 12345\n' + '---\n', 'characters, more than'),
    ('---\na:\n' + 3000 * '- ' + '\n---\n', 'not YAML'),  # deeper than any parser goes
    # a gigabyte, written as text
    ('---\na: &a [' + 99 * '1,' + ']\n' + ''.join(
        f'{new}: &{new} [{99 * f"*{old},"}]\n' for old, new in ('ab', 'bc', 'cd', 'de'))
     + 'sha256: *e\n---\n', 'says a list'),
], ids=range(7))
def test_a_bad_card_is_named(copy, card, word):
    copy.with_suffix('.md').write_text(card)
    with pytest.raises(ModelError, match=f'face_detector.md.*{word}'):
        OnnxModel(copy)


def test_a_model_tells_what_it_is(shipped):
    model = OnnxModel(shipped)
    assert model.inputs == {'pixels': [1, 3, 'height', 'width']}
    assert model.outputs == [
        f'{head}_{stride}' for head in ('cls', 'obj', 'bbox', 'kps') for stride in (8, 16, 32)]
    assert model.metadata['family'] == 'yunet'
    assert (model.provider, model.skipped) == ('CPUExecutionProvider', {})


def test_a_provider_that_does_not_exist_is_refused(shipped):
    with pytest.raises(ModelError) as error:
        OnnxModel(shipped, providers=['TurboExecutionProvider'])
    assert all(word in str(error.value) for word in (
        'TurboExecutionProvider', 'CPUExecutionProvider', str(shipped)))


def test_a_provider_that_is_not_here_gives_way_to_the_cpu(shipped):
    # Of another kind of computer: no build of ONNX Runtime has both.
    absent = ['CoreMLExecutionProvider', 'RknpuExecutionProvider']
    model = OnnxModel(shipped, providers=absent)
    assert model.provider == 'CPUExecutionProvider'
    assert set(absent) == set(model.skipped)


@pytest.mark.parametrize('threads', [0, -1])
def test_threads_are_at_least_one(shipped, threads):
    with pytest.raises(ValueError, match=f'threads is {threads}'):
        OnnxModel(shipped, threads=threads)


@pytest.mark.parametrize('feeds', [
    {},                                                            # nothing
    {'pixels': np.zeros((1, 1, 64, 64), np.float32)},              # gray
    {'pixels': np.zeros((1, 3, 64, 64), np.float64)},              # another type
    {'picture': np.zeros((1, 3, 64, 64), np.float32)},             # another name
])
def test_a_run_that_fails_names_the_model(shipped, feeds):
    with pytest.raises(ModelError) as error:
        OnnxModel(shipped).run(feeds)
    assert str(shipped) in str(error.value) and 'pixels' in str(error.value)


def test_two_threads_agree_with_one(shipped):
    pixels = np.random.default_rng(0).normal(0, 60, (1, 3, 96, 128)).astype(np.float32)
    one, two = (OnnxModel(shipped, threads=count).run({'pixels': pixels}) for count in (1, 2))
    for first, second in zip(one, two):
        assert first == pytest.approx(second, abs=1e-3)
