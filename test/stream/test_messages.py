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

"""Faces to messages: fields, order, words, units."""

from fer_ros.core.types import Box, Expression, Face, LABELS, UNSURE
from fer_ros.stream import messages
import numpy as np
import pytest
from std_msgs.msg import Header

pytest.importorskip('vision_msgs', reason='detections need it')


def face(label='happy', box=Box(10.0, 20.0, 30.0, 40.0), shown=None, confidence=None, name='fa'):
    """Return a face most probably of this label, the others falling in their order."""
    others = [one for one in LABELS if one != label]
    weights = {label: 0.51, **{one: 0.01 * (10 - i) for i, one in enumerate(others)}}
    probabilities = np.array([weights[one] for one in LABELS])
    probabilities /= probabilities.sum()
    expression = Expression(probabilities)
    return Face(
        id=name, box=box, score=0.9, landmarks=np.zeros((4, 2), np.float32),
        expression=expression, label=label if shown is None else shown,
        confidence=expression.confidence if confidence is None else confidence,
        valence=0.5, arousal=-0.25)


HEADER = Header(frame_id='camera')
HEADER.stamp.sec, HEADER.stamp.nanosec = 12, 34


def test_detection_array_carries_the_contract():
    faces = (face('sad', name='fb'), face('happy', Box(1.0, 2.0, 3.0, 4.0)))
    message = messages.detection_array(HEADER, faces)
    assert message.header == HEADER
    assert [one.id for one in message.detections] == ['fb', 'fa']
    first = message.detections[0]
    assert first.header == HEADER
    assert (first.bbox.center.position.x, first.bbox.center.position.y) == (25.0, 40.0)
    assert (first.bbox.size_x, first.bbox.size_y) == (30.0, 40.0)
    words = [one.hypothesis.class_id for one in first.results]
    scores = [one.hypothesis.score for one in first.results]
    assert words[0] == 'sad' and sorted(words) == sorted(LABELS)
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) == pytest.approx(1.0)


@pytest.mark.parametrize('shown, confidence, first', [
    ('sad', 0.11, ('sad', 0.11)),  # hysteresis still stands for the former label
    (UNSURE, 0.0, (UNSURE, 0.0)),  # below min_confidence
])
def test_the_first_result_is_what_the_node_stands_for(shown, confidence, first):
    one = face('happy', shown=shown, confidence=confidence)
    results = messages.detection_array(HEADER, (one,)).detections[0].results
    pairs = [(each.hypothesis.class_id, each.hypothesis.score) for each in results]
    assert pairs[0] == pytest.approx(first)
    others = [score for _, score in pairs[1:]]
    assert others == sorted(others, reverse=True)
    probabilities = dict(one.expression.ranking)
    assert dict(pairs[1:]) == pytest.approx(
        {label: value for label, value in probabilities.items() if label != shown})
    assert {word for word, _ in pairs} == {*LABELS, shown}


def test_nobody_is_an_empty_array_with_the_header():
    message = messages.detection_array(HEADER, ())
    assert message.header == HEADER and len(message.detections) == 0


@pytest.mark.parametrize('shown, most, word', [
    ('happy', 'happy', 'happy'),
    ('sad', 'happy', 'sad'),  # hysteresis still shows the former label
    ('contempt', 'contempt', 'neutral'),  # hri_msgs lacks the word: the next it knows
    (UNSURE, 'happy', UNSURE)
])
def test_hri_expression(shown, most, word):
    pytest.importorskip('hri_msgs')
    one = face(most, shown=shown, confidence=0.0 if shown == UNSURE else 0.4)
    message = messages.hri_expression(HEADER, one)
    assert message.header == HEADER
    assert message.expression == word
    assert (message.valence, message.arousal) == (0.5, -0.25)
    wanted = dict(one.expression.ranking)['neutral'] if shown == 'contempt' else one.confidence
    assert message.confidence == pytest.approx(wanted)


@pytest.mark.parametrize('box, wanted', [
    (Box(10, 20, 30, 40), (0.1, 0.1, 0.4, 0.3)),
    (Box(-10, -20, 30, 40), (0.0, 0.0, 0.2, 0.1)),  # cut at the left and the top
    (Box(90, 190, 30, 40), (0.9, 0.95, 1.0, 1.0)),  # cut at the right and the bottom
])
def test_hri_roi_is_normalised_and_inside(box, wanted):
    pytest.importorskip('hri_msgs')
    message = messages.hri_roi(HEADER, face(box=box), 100, 200)
    assert (message.xmin, message.ymin, message.xmax, message.ymax) == pytest.approx(wanted)
    assert message.c == pytest.approx(0.9)


def test_pictures_keep_their_pixels():
    pixels = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    message = messages.bgr_image(HEADER, pixels)
    assert (message.height, message.width, message.step) == (4, 5, 15)
    assert bytes(message.data) == pixels.tobytes()
    jpeg = messages.jpeg_image(HEADER, np.full((16, 16, 3), 200, np.uint8), 90)
    assert bytes(jpeg.data[:2]) == b'\xff\xd8' and 'jpeg' in jpeg.format
