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


"""The real detector on real portraits, its decoding on made-up heads, and its options."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
from fer_ros.core.assets import model_path
from fer_ros.core.blazeface import BlazeFace
from fer_ros.core.boxes import iou
from fer_ros.core.detector import DetectorOptions, load_detector
from fer_ros.core.nms import MOST
from fer_ros.core.onnx_model import ModelError, OnnxModel
from fer_ros.core.types import Detection, Frame
import fer_ros.demo
import numpy as np
import pytest

ASSETS = Path(fer_ros.demo.__file__).parent / 'assets'


@pytest.fixture(scope='module')
def model():
    return OnnxModel(model_path('face_detector.onnx'))


@pytest.fixture(scope='module')
def blaze():
    return OnnxModel(model_path('face_detector_blaze.onnx'))


@pytest.fixture
def detector(model):
    return load_detector(model)


@pytest.fixture(scope='module')
def portrait():
    """Return Grace Hopper's portrait, BGR (600, 512, 3)."""
    picture = cv2.imread(str(ASSETS / 'hopper.jpg'))
    assert picture.shape == (600, 512, 3)
    return picture


@pytest.fixture(scope='module')
def pair(portrait):
    """Return two people side by side, the second one smaller."""
    other = cv2.resize(cv2.imread(str(ASSETS / 'collins.jpg')), (512, 512))
    return np.hstack([portrait[:512], other])


@pytest.mark.parametrize('name, long_side, box, score, expected', [
    ('face_detector.onnx', 320, (174.5, 156.6, 180.0, 190.4), 0.933,
     [[229.7, 193.9], [309.4, 194.6], [270.9, 236.4], [266.5, 270.4]]),
    ('face_detector_blaze.onnx', 256, (168.6, 139.6, 194.6, 194.2), 0.894,
     [[227.2, 194.5], [309.6, 192.5], [272.0, 241.3], [272.4, 280.4]]),
])
def test_a_portrait_gives_the_numbers_it_always_gave(
        portrait, name, long_side, box, score, expected):
    detector = load_detector(
        OnnxModel(model_path(name)), DetectorOptions(long_side=long_side))
    face, = detector.detect(Frame(portrait))
    assert face.box == pytest.approx(box, abs=1.0)
    assert face.score == pytest.approx(score, abs=0.01)
    assert face.landmarks == pytest.approx(np.array(expected), abs=1.0)
    assert face.landmarks.dtype == np.float32


def test_a_detection_is_made_of_plain_numbers(detector, portrait):
    face, = detector.detect(Frame(portrait))
    assert isinstance(face, Detection)
    assert all(type(value) is float for value in (*face.box, face.score))


@pytest.mark.parametrize('scale', [0.25, 0.5, 0.77, 2.0, 3.5])
def test_the_face_is_found_at_every_size(detector, portrait, scale):
    reference, = detector.detect(Frame(portrait))
    face, = detector.detect(Frame(cv2.resize(
        portrait, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)))
    unit = math.sqrt(reference.box.area)
    assert np.array(face.box) / scale == pytest.approx(np.array(reference.box), abs=0.05 * unit)
    assert face.landmarks / scale == pytest.approx(reference.landmarks, abs=0.05 * unit)


@pytest.mark.parametrize('left, top, right, bottom', [
    (300, 0, 0, 0), (0, 200, 0, 0), (0, 0, 300, 0), (0, 0, 0, 200), (150, 90, 20, 10)])
def test_the_face_is_found_at_every_place(detector, portrait, left, top, right, bottom):
    reference, = detector.detect(Frame(portrait))
    wide = cv2.copyMakeBorder(portrait, top, bottom, left, right, cv2.BORDER_REPLICATE)
    face, = detector.detect(Frame(wide))
    moved = reference.landmarks + (left, top)
    assert face.landmarks == pytest.approx(moved, abs=0.06 * reference.box.width)


@pytest.mark.parametrize('color', ['rgb', 'bgra', 'rgba'])
def test_every_colour_order_finds_the_same_face(detector, portrait, color):
    pixels = portrait[..., ::-1] if color.startswith('rgb') else portrait
    if color.endswith('a'):
        pixels = np.dstack([pixels, np.zeros(pixels.shape[:2], np.uint8)])
    expected, = detector.detect(Frame(portrait))
    face, = detector.detect(Frame(np.ascontiguousarray(pixels), color))
    assert face.box == pytest.approx(expected.box)
    assert face.score == pytest.approx(expected.score)
    assert face.landmarks == pytest.approx(expected.landmarks)


def test_a_gray_frame_finds_the_same_face(detector, portrait):
    gray = cv2.cvtColor(portrait, cv2.COLOR_BGR2GRAY)
    expected, = detector.detect(Frame(portrait))
    face, = detector.detect(Frame(gray, 'gray'))
    assert iou(face.box, expected.box) > 0.9
    spread, = detector.detect(Frame(cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR)))
    assert face.box == pytest.approx(spread.box)


def test_padded_rows_and_read_only_pixels_are_welcome(detector, portrait):
    wide = np.zeros((600, 700, 3), np.uint8)
    wide[:, :512] = portrait
    wide.flags.writeable = False
    expected, = detector.detect(Frame(portrait))
    face, = detector.detect(Frame(wide[:, :512]))
    assert face.box == expected.box


@pytest.mark.parametrize('name', ['face_detector.onnx', 'face_detector_blaze.onnx'])
@pytest.mark.parametrize('long_side', [160, 320, 512, 1024])
def test_a_face_that_fills_the_picture_is_one_face(portrait, name, long_side):
    close = np.ascontiguousarray(portrait[130:360, 155:385])
    detector = load_detector(OnnxModel(model_path(name)), DetectorOptions(long_side=long_side))
    face, = detector.detect(Frame(close))
    assert face.box.width > 150 and face.box.height > 150


def test_a_still_is_looked_at_more_closely_where_nothing_is_found(model, portrait):
    frame = np.full((480, 640, 3), 110, np.uint8)
    frame[100:240, 300:420] = cv2.resize(portrait, (120, 140), interpolation=cv2.INTER_AREA)
    detector = load_detector(model, DetectorOptions(long_side=128))
    assert detector.detect(Frame(frame)) == []
    face, = detector.detect_still(Frame(frame))
    assert face.box.width == pytest.approx(42, abs=6)
    # One that is found needs no closer look, and nothing stays nothing.
    large = load_detector(model, DetectorOptions(long_side=256))
    seen, = large.detect(Frame(frame))
    assert large.detect_still(Frame(frame))[0].box == seen.box
    assert detector.detect_still(Frame(np.zeros_like(frame))) == []


def test_several_faces_come_with_the_highest_score_first(detector, pair):
    faces = detector.detect(Frame(pair))
    assert len(faces) == 2
    assert faces[0].score >= faces[1].score
    assert {face.box.center[0] < 512 for face in faces} == {True, False}


@pytest.mark.parametrize('options, count', [
    ({}, 2),                                  # both
    ({'max_faces': 1}, 1),                    # one place only
    ({'min_size': 150}, 1),                   # only the near one
    ({'min_size': 500}, 0),                   # none is so near
    ({'min_size': 0}, 2),                     # no limit
    ({'score_threshold': 0.99}, 0),           # never so sure
    ({'score_threshold': 1.0}, 0),            # the end of the range
    ({'score_threshold': 0.3}, 2),            # more candidates, the same faces
    ({'long_side': 320}, 2),                  # a larger input
    ({'long_side': 200}, 2),                  # one with margins
])
def test_options_choose_faces(detector, pair, options, count):
    detector.options = DetectorOptions(**options)
    assert len(detector.detect(Frame(pair))) == count


def test_the_best_of_many_is_kept(detector, pair):
    best = detector.detect(Frame(pair))[0]
    detector.options = DetectorOptions(max_faces=1)
    assert detector.detect(Frame(pair))[0].box == best.box


def test_without_suppression_there_are_more(detector, portrait):
    detector.options = DetectorOptions(iou_threshold=1.0, max_faces=100)
    assert len(detector.detect(Frame(portrait))) > 3


@pytest.mark.parametrize('pixels', [
    np.zeros((480, 640, 3), np.uint8),                        # lens cap
    np.full((480, 640, 3), 255, np.uint8),                    # overexposed
    np.full((1, 1, 3), 90, np.uint8),                         # the smallest frame
    np.full((3, 4000, 3), 90, np.uint8),                      # a line
    np.random.default_rng(0).integers(0, 256, (480, 640, 3), np.uint8),   # a broken cable
])
def test_where_nobody_is_nobody_is_found(detector, pixels):
    assert detector.detect(Frame(pixels)) == []


def test_frames_of_different_sizes_in_turn_do_not_mix(detector, portrait, pair):
    alone = detector.detect(Frame(portrait))[0].box
    detector.detect(Frame(pair))
    detector.detect(Frame(np.zeros((90, 400, 3), np.uint8)))
    assert detector.detect(Frame(portrait))[0].box == alone


@pytest.mark.parametrize('change, words', [
    ({'long_side': 32}, ('long_side', '32', '64')),                  # too small to see
    ({'long_side': 5000}, ('long_side', '5000', '2048')),            # would fill the memory
    ({'long_side': 256.5}, ('long_side', '256.5', 'whole')),         # half a pixel
    ({'score_threshold': 1.5}, ('score_threshold', '1.5')),          # not a score
    ({'score_threshold': math.nan}, ('score_threshold', 'nan')),     # not a number
    ({'iou_threshold': -0.1}, ('iou_threshold', '-0.1')),            # less than nothing
    ({'min_size': -1}, ('min_size', '-1')),                          # less than nothing
    ({'min_size': 5000}, ('min_size', '5000', '4096')),              # as for the node
    ({'max_faces': 0}, ('max_faces', '0', '1')),                     # why run at all
    ({'max_faces': True}, ('max_faces', 'True')),                    # not a number
])
def test_options_are_checked(change, words):
    with pytest.raises(ValueError) as error:
        DetectorOptions(**change)
    assert all(word in str(error.value) for word in ('DetectorOptions', *words))


class Described:
    """A model that says of itself what a test wants."""

    path = 'models/other.onnx'

    def __init__(self, model, outputs=None, without=(), **metadata):
        self.inputs, self.outputs = model.inputs, outputs or model.outputs
        self.metadata = {
            key: value for key, value in {**model.metadata, **metadata}.items()
            if key not in without}


@pytest.mark.parametrize('change, word', [
    ({'without': ['family']}, 'not a known face detector'),             # unknown
    ({'family': 'retinaface'}, 'not a known face detector'),            # another one
    ({'without': ['strides']}, "'strides' .* missing"),        # incomplete
    ({'strides': '16'}, "'strides'"),                          # not a list
    ({'strides': '[0]'}, "'strides'"),                         # impossible
    ({'strides': '[8, 16]'}, 'score_8'),                       # contradicts its outputs
    ({'color': 'yuv'}, "'color' .* 'yuv'"),                    # not fed that way
    ({'std': '0'}, "'std'"),                                   # division by zero
    ({'outputs': ['score_16', 'score_32']}, 'box_16'),         # half a network
])
def test_a_network_that_is_no_detector_is_refused(blaze, change, word):
    with pytest.raises(ModelError, match=word) as error:
        load_detector(Described(blaze, **change))
    assert Described.path in str(error.value)


def test_the_expression_model_is_no_detector():
    with pytest.raises(ModelError, match='expression.onnx'):
        load_detector(OnnxModel(model_path('expression.onnx')))


def heads(height, width):
    """Return the four outputs of BlazeFace for an input that holds nothing."""
    return {
        name: np.full((1, channels, height // stride, width // stride), fill, np.float32)
        for name, channels, stride, fill in (
            ('score_16', 2, 16, -20), ('score_32', 6, 32, -20),
            ('box_16', 32, 16, 0), ('box_32', 96, 32, 0))}


@pytest.mark.parametrize('stride, anchor, row, column', [
    (16, 0, 0, 0),       # the first cell of the fine grid
    (16, 1, 5, 15),      # its second anchor, at the right edge
    (32, 0, 2, 7),       # the coarse grid
    (32, 5, 5, 0),       # its last anchor, in the last row
])
def test_heads_are_decoded_about_the_centre_of_their_cell(blaze, stride, anchor, row, column):
    outputs = heads(192, 256)
    outputs[f'score_{stride}'][0, anchor, row, column] = 2.0
    values = [3, -4, 40, 60, -10, -12, 11, -13, 1, 2, 0.5, 20, 90, 91, 92, 93]
    outputs[f'box_{stride}'][0, 16 * anchor:16 * anchor + 16, row, column] = values
    found, = BlazeFace(blaze).decode([outputs[name] for name in blaze.outputs], 256, 0.5)
    x, y = (column + 0.5) * stride, (row + 0.5) * stride
    assert found.points[:4] == pytest.approx([x - 17, y - 34, x + 23, y + 26])
    assert found.score == pytest.approx(1 / (1 + math.exp(-2.0)))
    expected = np.array([[-10, -12], [11, -13], [1, 2], [0.5, 20]]) + (x, y)
    assert found.points[4:] == pytest.approx(expected.ravel())


@pytest.mark.parametrize('threshold, count', [
    (0.0, 672), (0.5, 2), (0.8, 1), (0.9, 0), (1.0, 0)])
def test_the_threshold_is_on_the_score(blaze, threshold, count):
    outputs = heads(192, 256)
    outputs['score_16'][0, 1, 3, 3] = 2.0     # 0.88
    outputs['score_32'][0, 2, 3, 3] = 1.0     # 0.73
    if threshold == 0.0:
        outputs = {name: np.maximum(array, -5) for name, array in outputs.items()}
    found = BlazeFace(blaze).decode([outputs[name] for name in blaze.outputs], 256, threshold)
    assert len(found) == count


def test_of_too_many_candidates_the_best_are_kept(blaze):
    outputs = heads(768, 1024)
    logits = outputs['score_16']
    logits[:] = np.random.default_rng(0).permutation(logits.size).reshape(logits.shape) / 1e3
    found = BlazeFace(blaze).decode([outputs[name] for name in blaze.outputs], 1024, 0.5)
    best = 1 / (1 + np.exp(-np.sort(logits, axis=None)[-MOST:]))
    assert sorted(candidate.score for candidate in found) == pytest.approx(best)
