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

"""The value types hold what they promise and refuse what does not fit."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

from fer_ros.core.types import Box, Expression, FERPLUS_LABELS, Frame, LABELS
import numpy as np
import pytest


@pytest.mark.parametrize('color, shape', [
    ('bgr', (4, 6, 3)),   # what cameras and OpenCV give
    ('rgb', (4, 6, 3)),   # what most drivers give
    ('bgra', (4, 6, 4)),  # with alpha
    ('rgba', (4, 6, 4)),  # with alpha
    ('gray', (4, 6)),     # monochrome
])
def test_a_frame_knows_its_size(color, shape):
    frame = Frame(np.zeros(shape, np.uint8), color)
    assert (frame.width, frame.height) == (6, 4)


def test_a_frame_is_a_view_of_padded_rows():
    padded = np.zeros((4, 10, 3), np.uint8)
    frame = Frame(padded[:, :6])
    padded[:] = 7
    assert frame.width == 6
    assert (frame.pixels == 7).all()


@pytest.mark.parametrize('color, pixels, words', [
    ('yuv', np.zeros((4, 6, 3), np.uint8), ('yuv', 'bgr', 'gray')),             # unknown order
    ('bgr', np.zeros((4, 6), np.uint8), ('bgr', '(H, W, 3)', '(4, 6)')),        # no channels
    ('bgr', np.zeros((4, 6, 4), np.uint8), ('(H, W, 3)', '(4, 6, 4)')),         # one too many
    ('gray', np.zeros((4, 6, 1), np.uint8), ('(H, W)', '(4, 6, 1)')),           # one too many
    (['bgr'], np.zeros((4, 6, 3), np.uint8), ('bgr', 'gray')),                  # a list of one
    ('bgr', np.zeros((4, 6, 3), np.float32), ('uint8', 'float32')),             # not bytes
    ('bgr', np.zeros((0, 6, 3), np.uint8), ('non-empty', '(0, 6, 3)')),         # empty
])
def test_a_frame_refuses_what_does_not_fit(color, pixels, words):
    with pytest.raises(ValueError) as error:
        Frame(pixels, color)
    assert all(word in str(error.value) for word in words)


@pytest.mark.parametrize('pixels', [None, [[1, 2], [3, 4]], b'12'])
def test_a_frame_holds_an_array(pixels):
    with pytest.raises(TypeError, match=type(pixels).__name__):
        Frame(pixels, 'gray')


def test_a_box_knows_centre_and_area():
    box = Box(10.0, 20.0, 30.0, 40.0)
    assert box.center == (25.0, 40.0)
    assert box.area == 1200.0


def test_an_expression_ranks_its_labels():
    probabilities = np.array([.1, .4, .1, .1, .05, .05, .15, .05])
    expression = Expression(probabilities)
    words, scores = zip(*expression.ranking)
    assert words == (
        'happy', 'scared', 'neutral', 'surprised', 'sad', 'angry', 'disgusted', 'contempt')
    assert list(scores) == sorted(probabilities, reverse=True)
    assert (expression.label, expression.confidence) == ('happy', 0.4)
    assert all(type(score) is float for score in scores)


def test_values_do_not_change():
    with pytest.raises(FrozenInstanceError):
        Expression(np.ones(8) / 8).probabilities = None


def test_both_vocabularies_name_the_same_classes():
    assert len(set(LABELS)) == len(set(FERPLUS_LABELS)) == len(LABELS) == 8
    assert dict(zip(LABELS, FERPLUS_LABELS))['scared'] == 'fear'
