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

"""The two verbs of the recognizer: what they take, what they answer, what they refuse."""

from __future__ import annotations

import math

import cv2
from fer_ros.core.metadata_values import ModelError
from fer_ros.core.pipeline import PipelineOptions
from fer_ros.core.recognizer import ExpressionRecognizer
from fer_ros.core.smoothing import SmoothingOptions
from fer_ros.core.tracker import TrackerOptions
from fer_ros.core.types import Frame, LABELS, UNSURE
from fer_ros.demo.stills import load_stills
import numpy as np
import pytest


@pytest.fixture(scope='module')
def recognizer():
    return ExpressionRecognizer()


@pytest.fixture
def video(recognizer):
    """Return the recognizer at the start of a video, with default options."""
    recognizer.reset()
    recognizer.options = PipelineOptions()
    return recognizer


@pytest.fixture(scope='module')
def portrait():
    return load_stills()['collins'].pixels


def same_picture(pixels):
    """Return one picture in every shape that is taken, by name."""
    padded = np.zeros((pixels.shape[0], pixels.shape[1] + 7, 3), np.uint8)
    padded[:, 3:-4] = pixels
    mirrored = np.ascontiguousarray(pixels[:, ::-1])
    rgb = np.ascontiguousarray(pixels[..., ::-1])
    return {
        'array': pixels,
        'a part of a larger picture': padded[:, 3:-4],
        'mirrored back': mirrored[:, ::-1],
        'channels turned back': rgb[..., ::-1],
        'upside down twice': np.ascontiguousarray(pixels[::-1])[::-1],
        'columns first in memory': np.asfortranarray(pixels),
        'read only': np.frombuffer(pixels.tobytes(), np.uint8).reshape(pixels.shape),
        'frame': Frame(pixels),
        'rgb frame': Frame(rgb, 'rgb'),
        'bgra frame': Frame(cv2.cvtColor(pixels, cv2.COLOR_BGR2BGRA), 'bgra'),
    }


@pytest.mark.parametrize('name', same_picture(np.zeros((4, 4, 3), np.uint8)))
def test_every_form_of_a_picture_has_the_same_face(recognizer, portrait, name):
    image = same_picture(portrait)[name]
    expected, = recognizer.recognize(portrait).faces
    face, = recognizer.recognize(image).faces
    assert face.box == pytest.approx(expected.box, abs=1e-3)
    assert face.label == expected.label == 'happy'
    assert face.expression.probabilities == pytest.approx(
        expected.expression.probabilities, abs=1e-4)


def test_grey_pictures_have_faces(recognizer, portrait):
    grey = cv2.cvtColor(portrait, cv2.COLOR_BGR2GRAY)
    face, = recognizer.recognize(grey).faces
    assert face.label == 'happy' and face.box.area > 0
    # Every other column of a wide one is no row of bytes, either.
    wide = np.repeat(grey, 2, axis=1)
    again, = recognizer.recognize(wide[:, ::2]).faces
    assert again.box == face.box


def test_stills_are_answered_at_once_and_know_nothing_of_each_other(recognizer, portrait):
    ids = {recognizer.recognize(portrait).faces[0].id for _ in range(5)}
    assert len(ids) == 5
    assert recognizer.recognize(np.zeros((80, 60, 3), np.uint8)).faces == ()


def test_a_video_keeps_ids_and_stills_in_between_change_nothing(video, portrait):
    counts, ids = [], set()
    other = load_stills()['hopper'].pixels
    for step in range(6):
        result = video.recognize_for_video(portrait, step / 10)
        assert result.reset is False
        counts.append(len(result.faces))
        ids |= {face.id for face in result.faces}
        still, = video.recognize(other).faces
        assert still.id not in ids
    assert counts == [0, 1, 1, 1, 1, 1] and len(ids) == 1


@pytest.mark.parametrize('seconds', [
    1.0,   # the same again
    0.9,   # a little earlier
    -5.0,  # far earlier
    np.float64(1.0),
])
def test_times_that_do_not_rise_are_refused_and_the_video_goes_on(video, portrait, seconds):
    video.recognize_for_video(portrait, 0.9)
    before, = video.recognize_for_video(portrait, 1.0).faces
    with pytest.raises(ValueError, match=r'frame before was 1\.0 s; times must rise.* reset\(\)'):
        video.recognize_for_video(portrait, seconds)
    after, = video.recognize_for_video(portrait, 1.1).faces
    assert after.id == before.id


@pytest.mark.parametrize('seconds', [math.nan, math.inf, -math.inf])
def test_times_that_are_none_are_refused(video, portrait, seconds):
    with pytest.raises(ValueError, match='finite'):
        video.recognize_for_video(portrait, seconds)
    video.recognize_for_video(portrait, -1e9)  # any clock will do, also one before 1970


@pytest.mark.parametrize('seconds, error', [
    (None, TypeError), ('0.1', TypeError), (True, TypeError), (np.array([3.0]), TypeError),
    (10**400, ValueError), (1e12, ValueError)])
def test_what_is_no_time_is_refused(video, portrait, seconds, error):
    with pytest.raises(error, match='time of the frame is .*seconds'):
        video.recognize_for_video(portrait, seconds)
    video.recognize_for_video(portrait, np.float32(0.5))


def test_an_empty_path_is_no_model():
    with pytest.raises(ModelError):
        ExpressionRecognizer(expression_model='')


def test_a_frame_that_is_refused_does_not_count(video, portrait):
    video.recognize_for_video(portrait, 0.0)
    with pytest.raises(ValueError):
        video.recognize_for_video(portrait.astype(np.float32), 0.5)
    assert len(video.recognize_for_video(portrait, 0.2).faces) == 1


def test_reset_starts_another_video(video, portrait):
    for seconds in (7.0, 7.1):
        before = video.recognize_for_video(portrait, seconds).faces
    video.reset()
    assert video.recognize_for_video(portrait, 0.0).faces == ()
    after = video.recognize_for_video(portrait, 0.1).faces
    assert len(before) == len(after) == 1 and before[0].id != after[0].id


def test_options_hold_from_the_next_picture_on(video, portrait):
    video.options = PipelineOptions(
        tracker=TrackerOptions(confirm_hits=1), smoothing=SmoothingOptions(time_constant=0.0),
        min_confidence=1.0)
    face, = video.recognize_for_video(portrait, 0.0).faces
    assert (face.label, face.confidence) == (UNSURE, 0.0)
    assert face.expression.label == 'happy'  # the distribution is untouched
    assert face.expression.probabilities.shape == (len(LABELS),)
    video.options = PipelineOptions()
    assert video.recognize(portrait).faces[0].label == 'happy'


@pytest.mark.parametrize('image, error, words', [
    (None, TypeError, 'cv2.imread'),
    ([[1, 2], [3, 4]], TypeError, 'list'),
    ('people.jpg', TypeError, 'str'),
    (np.zeros((4, 4, 3)), ValueError, 'float64'),
    (np.zeros((4, 4, 3), np.uint16), ValueError, 'uint16'),
    (np.zeros((4, 4, 4), np.uint8), ValueError, r'\(4, 4, 4\).*Frame'),
    (np.zeros((0, 4, 3), np.uint8), ValueError, 'empty'),
    (np.zeros((4, 4, 0), np.uint8), ValueError, 'empty'),
    (np.zeros(12, np.uint8), ValueError, r'\(12,\)'),
    (np.zeros((2, 4, 4, 3), np.uint8), ValueError, r'\(2, 4, 4, 3\)'),
])
def test_what_is_no_picture_is_refused(video, image, error, words):
    with pytest.raises(error, match=words):
        video.recognize(image)
    with pytest.raises(error, match=words):
        video.recognize_for_video(image, 0.0)


@pytest.mark.parametrize('arguments, words', [
    ({'threads': 0}, 'threads is 0'),
    ({'threads': 1.5}, 'threads is 1.5'),
    ({'threads': True}, 'threads is True'),
    ({'threads': 10**6}, 'threads is 1000000; it must be a whole number from 1 to 64'),
    ({'threads': '2'}, "threads is '2'"),
    ({'options': TrackerOptions()}, 'use PipelineOptions'),
])
def test_bad_arguments_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        ExpressionRecognizer(**arguments)


def test_the_picture_is_not_changed(video, portrait):
    before = portrait.copy()
    video.recognize(portrait)
    video.recognize_for_video(portrait, 0.0)
    assert np.array_equal(portrait, before)
