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

"""A landmark model that contradicts itself is refused by name, with what is wrong."""

import json

from fer_ros.core.assets import LANDMARK_MODEL, model_path
from fer_ros.core.landmarks import FaceLandmarker
from fer_ros.core.model_metadata import ModelError
from fer_ros.core.onnx_model import OnnxModel
import numpy as np
import pytest

onnx = pytest.importorskip('onnx')


@pytest.fixture(scope='module')
def source():
    return onnx.load(str(model_path(LANDMARK_MODEL)))


def loaded(source, folder, changes):
    """Return the landmarker of a copy with other metadata; None leaves a key out."""
    model = onnx.ModelProto()
    model.CopyFrom(source)
    said = {each.key: each.value for each in model.metadata_props} | changes
    onnx.helper.set_model_props(model, {key: one for key, one in said.items() if one is not None})
    path = folder / 'model.onnx'
    onnx.save(model, str(path))
    return FaceLandmarker(OnnxModel(path), 'yunet')


def test_as_it_is_it_is_fine(source, tmp_path):
    metadata = loaded(source, tmp_path, {}).metadata
    assert metadata.facial.shape == (70, 4) and metadata.mean_face.shape == (468, 3)
    # Symmetric, in metres, the nose in front.
    assert metadata.mean_face[:, 1].mean() == pytest.approx(0.0, abs=1e-4)
    assert 0.12 < np.ptp(metadata.mean_face[:, 1]) < 0.16
    assert metadata.mean_face[:, 0].argmax() in (1, 4)


@pytest.mark.parametrize('changes, words', [
    ({'fer_ros.kind': 'face_detector'}, 'face_landmarks'), ({'input_size': '96'}, '96'),
    ({'points': '467'}, '467'), ({'points': None}, 'points'), ({'color': 'gray'}, 'color'),
    ({'crop': '{}'}, 'crop'), ({'crop': '{"blazeface": {"scale": 1, "dx": 0, "dy": 0}}'}, 'yunet'),
    ({'facial_landmarks': '[1, 2]'}, '70 points'),
    ({'facial_landmarks': json.dumps([468] * 70)}, 'below 468'),
    ({'facial_landmarks': json.dumps([[1, 2], [1, 2, 3]] * 35)}, 'means'),
    ({'mean_face': '[[0, 0, 0]]'}, '468 points'),
    ({'mean_face': json.dumps([[0, 0]] * 468)}, 'three numbers'),
    ({'mean_face': json.dumps([[0, 0, 'x']] * 468)}, 'not a number'),
    ({'rigid': '[1, 2]'}, 'six'), ({'rigid': '[0, 1, 2, 3, 4, 5.5]'}, 'whole'),
    ({'rigid': 'nonsense'}, 'JSON'), ({'std': '0'}, 'std'), ({'margin': None}, 'margin'),
    ({'margin': '0'}, 'margin')])
def test_what_cannot_be_is_refused(source, tmp_path, changes, words):
    with pytest.raises(ModelError, match=words):
        loaded(source, tmp_path, changes)
