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

import shutil

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
])
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
