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

"""Faces between detections: where they are found again, and when the detector must look."""

from __future__ import annotations

import cv2
from fer_ros.core.assets import model_path
from fer_ros.core.pipeline import build_pipeline, PipelineOptions
from fer_ros.core.template_follower import FaceFollower
from fer_ros.core.types import Box, Detection, Frame
from fer_ros.demo.clip import EmbeddedClip
import numpy as np
import pytest

BOX = Box(100.0, 80.0, 60.0, 60.0)


def picture(seed=1, size=(320, 240)):
    """Return soft noise, gray, of (width, height): every place looks different."""
    coarse = np.random.default_rng(seed).integers(0, 256, (size[1] // 10, size[0] // 10))
    return cv2.resize(coarse.astype(np.uint8), size, interpolation=cv2.INTER_CUBIC)


def shifted(pixels, across, down):
    """Return a picture whose content has moved."""
    matrix = np.float32([[1, 0, across], [0, 1, down]])
    return cv2.warpAffine(pixels, matrix, pixels.shape[::-1], borderMode=cv2.BORDER_REFLECT)


def detection(box=BOX):
    """Return a face in a box."""
    return Detection(box, 0.9, np.float32([box.center] * 4))


def remembered(pixels, *boxes):
    """Return a follower that has seen faces in boxes at the time 0."""
    follower = FaceFollower()
    follower.remember(Frame(pixels, 'gray'), [detection(box) for box in boxes], 0.0)
    return follower


@pytest.mark.parametrize('across, down', [
    (0.0, 0.0),    # at rest
    (4.5, -3.0),   # between the pixels of the template
    (15.0, 12.0),  # about as far as it looks
])
def test_a_face_is_found_where_it_moved(across, down):
    pixels = picture()
    found, = remembered(pixels, BOX).follow(
        Frame(shifted(pixels, across, down), 'gray'), 0.03, 1.0)
    assert found.box == pytest.approx((BOX.x + across, BOX.y + down, 60, 60), abs=1.0)
    assert found.landmarks == pytest.approx(
        np.float32([(BOX.center[0] + across, BOX.center[1] + down)] * 4), abs=1.0)
    assert found.landmarks.dtype == np.float32
    assert found.score == 0.9


def test_errors_do_not_add_up():
    pixels = picture()
    follower = remembered(pixels, BOX)
    for step in range(1, 31):
        found, = follower.follow(
            Frame(shifted(pixels, 1.3 * step, -0.7 * step), 'gray'), step / 30, 9.0)
    assert found.box == pytest.approx((BOX.x + 39.0, BOX.y - 21.0, 60, 60), abs=1.0)


@pytest.mark.parametrize('after, stamp, boxes', [
    (picture(), 0.2, [BOX]),                                  # the interval is over
    (picture(2), 0.1, [BOX]),                                 # somebody else stands there
    (np.full((240, 320), 128, np.uint8), 0.1, [BOX]),         # nothing to be seen at all
    (shifted(picture(), 60, 0), 0.1, [BOX]),                  # gone too far
    (picture(size=(640, 480)), 0.1, [BOX]),                   # another size of picture
    (picture(), 0.1, [BOX, Box(140.0, 90.0, 60.0, 60.0)]),    # two in front of each other
    (picture(), 0.1, [BOX, Box(-9.0, 90.0, 60.0, 60.0)]),     # one half outside
])
def test_in_doubt_the_detector_looks(after, stamp, boxes):
    assert remembered(picture(), *boxes).follow(Frame(after, 'gray'), stamp, 0.2) is None


def test_nothing_to_follow_is_an_answer_and_forgetting_is_none():
    follower = remembered(picture())
    assert follower.follow(Frame(picture(2), 'gray'), 0.1, 0.2) == []
    follower.forget()
    assert follower.follow(Frame(picture(2), 'gray'), 0.1, 0.2) is None


def play(interval, indices, blank=()):
    """Return the results of frames of the clip, those of `blank` without any."""
    pipeline = build_pipeline(
        model_path('expression.onnx'), model_path('face_detector.onnx'),
        PipelineOptions(detection_interval=interval))
    clip = EmbeddedClip()
    room = clip.frame(0)
    return [
        pipeline.process(Frame(room if index in blank else clip.frame(index)), index / clip.rate)
        for index in indices]


def test_people_are_the_same_with_fewer_detections():
    indices = range(60, 180)
    each, some = play(0.0, indices), play(0.15, indices)
    assert sum(result.detected for result in each) == 120
    assert sum(result.detected for result in some) < 60
    expected, found = ([result.faces for result in results] for results in (each, some))
    agreeing = [len(a) == len(b) for a, b in zip(expected, found)]
    assert np.mean(agreeing) > 0.9
    pairs = [(a, b) for one, two in zip(expected, found) if len(one) == len(two) == 1
             for a, b in zip(one, two) if a.observed and b.observed]
    assert len(pairs) > 20
    for a, b in pairs:
        away = np.subtract(a.box.center, b.box.center)
        assert np.hypot(*away) < 0.15 * a.box.width


def test_a_face_that_leaves_is_missed_within_three_frames():
    frames = [result.faces for result in play(1.0, range(50, 74), blank=range(70, 74))]
    assert frames[69 - 50][0].observed
    assert not any(face.observed for face in frames[72 - 50])


def test_a_new_face_is_found_within_the_interval():
    results = play(0.15, range(0, 70), blank=range(0, 61))
    first = next(index for index, result in enumerate(results) if result.faces)
    assert (first - 61) / 30 <= 0.2
    assert sum(result.detected for result in results) < 30
