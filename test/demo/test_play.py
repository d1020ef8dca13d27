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

"""The acted clip: what changes in it, what does not, and what the shipped network reads."""

from collections import Counter, defaultdict
from dataclasses import astuple
from pathlib import Path

from fer_ros.core.assets import model_path
from fer_ros.core.boxes import iou
from fer_ros.core.model_metadata import ModelError
from fer_ros.core.recognizer import ExpressionRecognizer
from fer_ros.core.types import LABELS
from fer_ros.demo.clip import EmbeddedClip
from fer_ros.demo.expressions import PHOTOGRAPHED, reshape, Shape
from fer_ros.demo.play import CHANGE, intended, OWN, PLAY, shape_at, SHAPES
from fer_ros.demo.stills import load_stills
import numpy as np
import pytest

PICTURE = Path(__file__).parents[2] / 'docs/images/demo.webp'

EVERY = [(name, label) for name, shapes in SHAPES.items() for label in shapes]


@pytest.fixture(scope='module')
def read():
    """Return {(name, expression meant): Counter of labels} where it had been so for long."""
    try:
        for name in ('expression.onnx', 'face_detector.onnx'):
            model_path(name)
    except ModelError as error:
        pytest.skip(str(error))
    recognizer, clip = ExpressionRecognizer(), EmbeddedClip(rate=10.0, acted=True)
    result = defaultdict(Counter)
    for index, (pixels, seconds) in enumerate(clip):
        faces = recognizer.recognize_for_video(pixels, seconds).faces
        for truth in clip.truth(index):
            meant = intended(truth.identity, seconds)
            if truth.visible > 0.9 and meant and meant == intended(truth.identity, seconds - 0.9):
                for face in faces:
                    if iou(face.box, truth.box) > 0.4:
                        result[truth.identity, meant][face.label] += 1
    return result


def test_everybody_is_read_as_meant(read):
    assert set(read) == {(name, label) for name, acts in PLAY.items() for _, label in acts}
    for (name, meant), labels in read.items():
        assert labels[meant] > 0.6 * labels.total(), (name, meant, labels)


def test_four_labels_are_read(read):
    labels = sum(read.values(), Counter())
    assert len([label for label, count in labels.items() if count >= 5]) >= 4, labels


@pytest.mark.parametrize('name, label', EVERY)
def test_only_the_face_changes(name, label):
    still = load_stills()[name]
    other = reshape(still, SHAPES[name][label])
    assert other.box == still.box and other.mask is still.mask
    assert np.array_equal(other.landmarks, still.landmarks)
    x, y, width, height = (round(v) for v in still.box)
    changed = (other.pixels != still.pixels).any(2)
    assert changed[y:y + height, x:x + width].mean() > 0.2
    changed[y:y + height, x:x + width] = False
    assert not changed.any()
    # No step at the edge of the box either.
    rim = np.abs(other.pixels.astype(int) - still.pixels)[y:y + height, [x, x + width - 1]]
    assert rim.max() <= 1


@pytest.mark.parametrize('name, label', EVERY)
def test_the_detector_finds_the_face_in_its_place(name, label):
    still = load_stills()[name]
    there, moved = (
        ExpressionRecognizer().recognize(pixels).faces[0].box
        for pixels in (still.pixels, reshape(still, SHAPES[name][label]).pixels))
    assert iou(there, moved) > 0.75


@pytest.mark.parametrize('name', SHAPES)
def test_a_face_that_does_not_move_is_the_photograph(name):
    still = load_stills()[name]
    assert np.array_equal(reshape(still, PHOTOGRAPHED).pixels, still.pixels)


def test_a_still_without_features_is_told():
    still = load_stills()['collins'].mirrored('somebody')
    with pytest.raises(ValueError, match='features of somebody are not known'):
        reshape(still, Shape(open=0.1))


def test_places_are_those_of_the_clip_without_acting():
    plain, acted = EmbeddedClip(), EmbeddedClip(acted=True)
    differ = 0
    for index in range(0, len(plain), 30):
        for one, other in zip(plain.truth(index), acted.truth(index)):
            assert one[:2] == other[:2] and np.array_equal(one.landmarks, other.landmarks)
        differ += not np.array_equal(plain.frame(index), acted.frame(index))
    assert differ >= 5
    assert np.array_equal(plain.frame(60), acted.frame(60))


def test_expressions_change_smoothly_and_hold():
    for name, acts in PLAY.items():
        assert acts[0] == (0.0, OWN[name])
        for start, label in acts:
            assert label in LABELS and intended(name, start) == label
            held = SHAPES[name].get(label, PHOTOGRAPHED)
            assert shape_at(name, start + CHANGE + 0.01) == held
            half = shape_at(name, start - 0.001).towards(held, 0.5) if start else held
            assert astuple(shape_at(name, start + CHANGE / 2)) == pytest.approx(astuple(half))
    assert shape_at('collins_mirrored', 5.0) == PHOTOGRAPHED
    assert intended('collins_mirrored', 5.0) is None


def test_the_picture_of_readme_is_small_and_moves():
    image = pytest.importorskip('PIL.Image')
    assert PICTURE.stat().st_size < 1.2e6
    with image.open(PICTURE) as picture:
        assert picture.size == (560, 420) and picture.n_frames == 83
        first = np.asarray(picture.convert('RGB'), int)
        picture.seek(picture.n_frames // 2)
        assert np.abs(np.asarray(picture.convert('RGB'), int) - first).mean() > 3
