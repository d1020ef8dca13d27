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

"""What holds for messages whichever faces they are made of."""

import math

import cv2
from fer_ros.core.types import Box, Expression, Face, LABELS, UNSURE
from fer_ros.stream import images, messages
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as st_np
import numpy as np
import pytest
from std_msgs.msg import Header

pytest.importorskip('vision_msgs', reason='detections need it')
serialization = pytest.importorskip('rclpy.serialization', reason='needs the client library')
deserialize_message = serialization.deserialize_message
serialize_message = serialization.serialize_message

WEIGHTS = st.lists(st.floats(0.0, 1.0), min_size=8, max_size=8).filter(
    lambda weights: sum(weights) > 1e-3)
SHARES, SIGNED = st.floats(0.0, 1.0), st.floats(-1.0, 1.0)
PIXELS = st.floats(-1e6, 1e6)
SIZES = st.floats(1e-3, 1e6)
HEADERS = st.builds(
    lambda sec, nanosec, frame_id: header(sec, nanosec, frame_id),
    st.integers(-2 ** 31, 2 ** 31 - 1), st.integers(0, 2 ** 32 - 1), st.text(
        st.characters(codec='utf-8', exclude_characters='\0'), max_size=20))


def header(sec, nanosec, frame_id):
    """Return a std_msgs/Header."""
    made = Header(frame_id=frame_id)
    made.stamp.sec, made.stamp.nanosec = sec, nanosec
    return made


@st.composite
def faces(draw):
    """Return a strategy of faces, sure or not, their label the best or not."""
    weights = np.array(draw(WEIGHTS))
    expression = Expression(weights / weights.sum())
    label = draw(st.sampled_from((*LABELS, UNSURE)))
    confidence = 0.0 if label == UNSURE else dict(expression.ranking)[label]
    return Face(
        id='f' + draw(st.text('abcdefghijklmnopqrstuvwxyz', min_size=5, max_size=6)),
        box=Box(draw(PIXELS), draw(PIXELS), draw(SIZES), draw(SIZES)), score=draw(SHARES),
        landmarks=np.zeros((4, 2), np.float32), expression=expression, label=label,
        confidence=confidence, valence=draw(SIGNED), arousal=draw(SIGNED),
        observed=draw(st.booleans()))


@given(HEADERS, st.lists(faces(), max_size=4).map(tuple))
def test_detections_say_what_the_faces_say(head, all_faces):
    sent = messages.detection_array(head, all_faces)
    message = deserialize_message(serialize_message(sent), type(sent))
    assert message == sent and message.header == head
    assert [one.id for one in message.detections] == [face.id for face in all_faces]
    for one, face in zip(message.detections, all_faces):
        assert one.header == head
        pairs = [(each.hypothesis.class_id, each.hypothesis.score) for each in one.results]
        assert pairs == [(word, pytest.approx(score)) for word, score in face.ranking]
        scores = dict(pairs)
        assert sum(scores[label] for label in LABELS) == pytest.approx(1.0)
        assert scores.keys() == {*LABELS, face.label}
        others = [score for _, score in pairs[1:]]
        assert others == sorted(others, reverse=True)
        middle = one.bbox.center.position
        assert (middle.x - one.bbox.size_x / 2, middle.y - one.bbox.size_y / 2) == pytest.approx(
            face.box[:2], abs=1e-3)
        for each in one.results:
            place, turn = each.pose.pose.position, each.pose.pose.orientation
            assert (place.x, place.y, place.z) == (0.0, 0.0, 0.0)
            assert (turn.x, turn.y, turn.z, turn.w) == (0.0, 0.0, 0.0, 1.0)
            assert not any(each.pose.covariance) and one.bbox.center.theta == 0.0


@given(HEADERS, faces())
def test_an_expression_is_a_word_of_hri_msgs_or_unsure(head, face):
    message = messages.hri_expression(head, face)
    assert message.header == head
    assert message.expression in {*messages.HRI_LABELS, UNSURE}
    assert (message.expression == UNSURE) == (face.label == UNSURE)
    known = [pair for pair in face.expression.ranking if pair[0] in messages.HRI_LABELS]
    wanted = (face.label, face.confidence) if face.label in (
        *messages.HRI_LABELS, UNSURE) else known[0]
    assert (message.expression, message.confidence) == (wanted[0], pytest.approx(wanted[1]))
    assert (message.valence, message.arousal) == pytest.approx((face.valence, face.arousal))


@given(HEADERS, faces(), st.integers(1, 10_000), st.integers(1, 10_000))
def test_a_region_lies_in_the_picture(head, face, width, height):
    roi = messages.hri_roi(head, face, width, height)
    assert roi.header == head
    assert 0.0 <= roi.xmin <= roi.xmax <= 1.0 and 0.0 <= roi.ymin <= roi.ymax <= 1.0
    assert 0.0 <= roi.c <= 1.0
    # What lies in the picture is as large as it was.
    left, right = max(0.0, face.box.x), min(float(width), face.box.x + face.box.width)
    top, bottom = max(0.0, face.box.y), min(float(height), face.box.y + face.box.height)
    assert (roi.xmax - roi.xmin) * width == pytest.approx(max(0.0, right - left), abs=2e-3)
    assert (roi.ymax - roi.ymin) * height == pytest.approx(max(0.0, bottom - top), abs=2e-3)


@given(HEADERS, st_np.arrays(
    np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 20), st.just(3))),
    st.integers(1, 100))
def test_pictures_that_are_sent_can_be_received(head, pixels, quality):
    sent = messages.bgr_image(head, pixels)
    received = deserialize_message(serialize_message(sent), type(sent))
    assert received.header == head
    assert np.array_equal(images.to_frame(received).pixels, pixels)
    jpeg = messages.jpeg_image(head, pixels, quality)
    frame, factor = images.decode(deserialize_message(serialize_message(jpeg), type(jpeg)))
    assert factor == 1 and frame.pixels.shape == pixels.shape
    assert math.isfinite(cv2.PSNR(frame.pixels, pixels)) or np.array_equal(frame.pixels, pixels)
