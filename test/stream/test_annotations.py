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

"""Image annotations for Foxglove: over the face, tied to its image, in every release."""

from dataclasses import make_dataclass, replace
from types import SimpleNamespace

from fer_ros.core.attention import Attention, Level
from fer_ros.core.cues import Cues
from fer_ros.core.display import COLOURS, LEVEL_COLOURS, paled
from fer_ros.core.head import HeadPose
from fer_ros.core.types import Box, Expression, Face
from fer_ros.evaluate.turned_faces import head_rotation
from fer_ros.stream.annotations import image_annotations
import numpy as np
import pytest


def installed():
    """Return the installed types."""
    pytest.importorskip('foxglove_msgs', reason='annotations need foxglove_msgs')
    from fer_ros.stream.annotations import annotation_types
    return annotation_types()


def older():
    """Return types as before release 3.2.5: without metadata, and without the stamp of all."""
    points = make_dataclass('PointsAnnotation', (
        'timestamp', 'type', 'points', 'outline_color', 'outline_colors', 'fill_color',
        'thickness'))
    points.LINE_LOOP = 2
    return SimpleNamespace(
        Color=make_dataclass('Color', 'rgba'), Point2=make_dataclass('Point2', 'xy'),
        PointsAnnotation=points, TextAnnotation=make_dataclass('TextAnnotation', (
            'timestamp', 'position', 'text', 'font_size', 'text_color', 'background_color')),
        ImageAnnotations=make_dataclass('ImageAnnotations', ('circles', 'points', 'texts')))


def header():
    """Return a header with a stamp."""
    messages = pytest.importorskip('std_msgs.msg')
    message = messages.Header(frame_id='optical')
    message.stamp.sec, message.stamp.nanosec = 12, 34
    return message


def face(box=(100, 200, 80, 96), observed=True):
    return Face('fabc', Box(*box), 1.0, np.zeros((4, 2), np.float32),
                Expression(np.full(8, 0.125)), 'happy', 0.9, 0.0, 0.0, observed)


@pytest.mark.parametrize('types', [installed, older])
def test_a_box_and_a_text_lie_over_the_face(types):
    message = image_annotations(header(), [face()], types=types())
    box, = message.points
    text, = message.texts
    assert box.type == 2
    assert [(point.x, point.y) for point in box.points] == [
        (100, 200), (180, 200), (180, 296), (100, 296)]
    assert [255 * value for value in (
        box.outline_color.r, box.outline_color.g, box.outline_color.b)] == pytest.approx(
            COLOURS['happy'])
    assert box.fill_color.a == 0.0 and box.thickness >= 1.0
    assert text.text == 'happy 90% fabc' and (text.position.x, text.position.y) == (100, 200)
    # Foxglove ties them to the image by these.
    assert {(one.timestamp.sec, one.timestamp.nanosec) for one in (box, text)} == {(12, 34)}
    if types is installed:
        assert (message.timestamp.sec, message.timestamp.nanosec) == (12, 34)


def test_nobody_is_an_empty_message():
    message = image_annotations(header(), [], types=installed())
    assert not message.points and not message.texts and message.timestamp.sec == 12


def test_words_stay_in_the_picture():
    text, = image_annotations(header(), [face((-20, 200, 80, 96))], types=older()).texts
    assert text.position.x == 0.0
    text, = image_annotations(header(), [face((100, 3, 80, 96))], types=older()).texts
    assert text.position.y >= text.font_size


def test_a_face_that_is_not_seen_is_pale_and_thin():
    seen, = image_annotations(header(), [face()], types=older()).points
    expected, = image_annotations(header(), [face(observed=False)], types=older()).points
    assert expected.thickness < seen.thickness
    assert 255 * expected.outline_color.b == pytest.approx(paled(COLOURS['happy'])[2])


@pytest.mark.parametrize('layers, boxes, texts', [
    (['boxes'], 1, 0), (['labels'], 0, 1), (['bars', 'affect', 'rate'], 0, 0)])
def test_layers_that_are_off_are_left_out(layers, boxes, texts):
    message = image_annotations(header(), [face()], layers, older())
    assert (len(message.points), len(message.texts)) == (boxes, texts)


def test_an_arrow_lies_over_the_face_where_it_points():
    pose = HeadPose(head_rotation(40.0, 0.0, 0.0), np.array([0.0, 0.0, 1.0]), 0.9)
    looking = replace(face(), head_pose=pose, cues=Cues(Attention(Level.ENGAGED, 5.0)))
    types = installed()
    box, arrow = image_annotations(header(), [looking], types=types).points
    assert arrow.type == types.PointsAnnotation.LINE_LIST and len(arrow.points) == 6
    assert arrow.points[1].x > arrow.points[0].x + 20
    assert [255 * value for value in (
        arrow.outline_color.r, arrow.outline_color.g, arrow.outline_color.b)] == pytest.approx(
            LEVEL_COLOURS[Level.ENGAGED])
    assert len(image_annotations(header(), [looking], ('boxes',), types).points) == 1
    away = replace(looking, head_pose=replace(pose, rotation=head_rotation(170.0, 0.0, 0.0)))
    assert len(image_annotations(header(), [away], types=types).points) == 1
    lost = replace(looking, head_pose=replace(pose, translation=np.full(3, np.nan)))
    assert len(image_annotations(header(), [lost], types=types).points) == 1
