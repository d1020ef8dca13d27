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

"""Markers for rviz: where, in which colour, and gone when the face is."""

from dataclasses import replace

from fer_ros.core.attention import Attention, Level
from fer_ros.core.camera import Camera
from fer_ros.core.cues import Cues
from fer_ros.core.display import COLOURS, LEVEL_COLOURS
from fer_ros.core.head import HeadPose
from fer_ros.core.types import Box, Expression, Face, UNSURE
from fer_ros.evaluate.turned_faces import head_rotation
from fer_ros.stream.face_place import FACE_WIDTH
from fer_ros.stream.markers import FaceMarkers, LIFETIME
import numpy as np
import pytest

Marker = pytest.importorskip('visualization_msgs.msg', reason='markers need it').Marker
Header = pytest.importorskip('std_msgs.msg').Header

CAMERA = Camera(500.0, 500.0, 320.0, 240.0)
HEADER = Header(frame_id='optical')


def face(name, box=(282.5, 190, 75, 100), label='happy', observed=True):
    """Return a face; by default a metre ahead."""
    return Face(name, Box(*box), 1.0, np.zeros((4, 2), np.float32),
                Expression(np.full(8, 0.125)), label, 0.0 if label == UNSURE else 0.9, 0.0, 0.0,
                observed)


def shown(array):
    """Return the markers that are added, by namespace and number."""
    return {(one.ns, one.id): one for one in array.markers if one.action == Marker.ADD}


def test_a_face_is_a_frame_and_a_text_in_its_colour():
    array = FaceMarkers().array(HEADER, [face('fa')], CAMERA)
    frame, text = shown(array).values()
    assert {one.header.frame_id for one in array.markers} == {'optical'}
    assert frame.type == Marker.LINE_STRIP and text.type == Marker.TEXT_VIEW_FACING
    corners = np.array([(point.x, point.y, point.z) for point in frame.points])
    assert corners[0] == pytest.approx(corners[-1])
    assert np.ptp(corners, axis=0) == pytest.approx((FACE_WIDTH, 0.2, 0.0))
    assert corners[:, 2] == pytest.approx(1.0)
    assert text.text == 'happy 90%\nfa'
    # Above the frame: y points down.
    assert text.pose.position.y < corners[:, 1].min()
    for one in (frame, text):
        colour = one.color.r, one.color.g, one.color.b
        assert [255 * value for value in colour] == pytest.approx(COLOURS['happy'])
        assert one.lifetime.sec == LIFETIME


@pytest.mark.parametrize('rotate, up', [(0, (0, -1)), (90, (-1, 0)), (180, (0, 1)), (270, (1, 0))])
def test_words_are_above_the_head_whatever_way_up_the_camera_is(rotate, up):
    box = (282.5, 190, 75, 100) if rotate in (0, 180) else (270, 202.5, 100, 75)
    text = shown(FaceMarkers().array(HEADER, [face('fa', box)], CAMERA, rotate))['label', 0]
    place = text.pose.position
    assert (place.x, place.y) == pytest.approx([0.175 * one for one in up], abs=1e-6)


def test_a_face_that_is_not_seen_is_paler_and_unsure_is_said():
    markers = FaceMarkers()
    seen = shown(markers.array(HEADER, [face('fa')], CAMERA))['face', 0]
    expected = shown(markers.array(HEADER, [face('fa', observed=False)], CAMERA))['face', 0]
    assert expected.color.a < 0.5 * seen.color.a
    unsure = shown(markers.array(HEADER, [face('fa', label=UNSURE)], CAMERA))['label', 0]
    assert unsure.text.startswith('unsure\n')


def test_markers_stay_with_their_face_and_go_with_it():
    markers = FaceMarkers()
    markers.array(HEADER, [face('fa'), face('fb', label='sad')], CAMERA)
    array = markers.array(HEADER, [face('fb', label='sad'), face('fc')], CAMERA)
    gone = [(one.ns, one.id) for one in array.markers if one.action == Marker.DELETE]
    texts = {key: one.text for key, one in shown(array).items() if one.text}
    # Deleted before its number is used again.
    assert gone == [('face', 0), ('label', 0)]
    assert [one.action for one in array.markers[:2]] == [Marker.DELETE] * 2
    assert texts == {('label', 1): 'sad 90%\nfb', ('label', 0): 'happy 90%\nfc'}
    after = markers.array(HEADER, [], CAMERA)
    assert {(one.ns, one.id) for one in after.markers} == {
        (kind, number) for kind in ('face', 'label') for number in (0, 1)}
    assert not markers.array(HEADER, [], CAMERA).markers


def test_a_face_without_a_place_has_no_marker_and_loses_the_one_it_had():
    markers = FaceMarkers()
    markers.array(HEADER, [face('fa')], CAMERA)
    array = markers.array(HEADER, [face('fa', (0, 0, 0, 0))], CAMERA)
    assert [one.action for one in array.markers] == [Marker.DELETE] * 2


def test_none_deletes_all():
    markers = FaceMarkers()
    markers.array(HEADER, [face('fa')], CAMERA)
    assert [one.action for one in markers.none(HEADER).markers] == [Marker.DELETEALL]
    assert not markers.array(HEADER, [], CAMERA).markers


def looking(name, yaw, level=None, distance=2.0):
    pose = HeadPose(head_rotation(yaw, 0.0, 0.0), np.array([0.1, 0.0, distance]), 0.9)
    cues = None if level is None else Cues(Attention(level, 5.0))
    return replace(face(name), head_pose=pose, cues=cues)


@pytest.mark.parametrize('level', [None, *Level])
def test_an_arrow_points_where_the_head_does_in_the_colour_of_its_attention(level):
    array = FaceMarkers().array(HEADER, [looking('fa', 90.0, level)], CAMERA)
    found = shown(array)
    arrow, text = found['gaze', 0], found['label', 0]
    start, end = (np.array([point.x, point.y, point.z]) for point in arrow.points)
    assert arrow.type == Marker.ARROW and start == pytest.approx((0.1, 0.0, 2.0))
    # To the person's left is to the right of the picture.
    assert end - start == pytest.approx((np.linalg.norm(end - start), 0.0, 0.0), abs=1e-9)
    expected = COLOURS['happy'] if level is None else LEVEL_COLOURS[level]
    assert [255 * value for value in (arrow.color.r, arrow.color.g, arrow.color.b)] == (
        pytest.approx(expected))
    assert text.text.split('\n')[1:-1] == ([level.word] if level else [])
    # What is known of the distance counts for all of them.
    assert {round(point.z, 6) for point in found['face', 0].points} == {2.0}


def test_an_arrow_goes_where_the_pose_does_and_where_nobody_wants_it():
    markers = FaceMarkers()
    markers.array(HEADER, [looking('fa', 0.0), looking('fb', 20.0)], CAMERA)
    array = markers.array(HEADER, [face('fa'), looking('fb', 20.0)], CAMERA)
    gone = [(one.ns, one.id) for one in array.markers if one.action == Marker.DELETE]
    assert gone == [('gaze', 0)] and ('gaze', 1) in shown(array)
    array = markers.array(HEADER, [looking('fb', 20.0, Level.ENGAGED)], CAMERA, layers=())
    assert ('gaze', 1) not in shown(array) and 'engaged' not in shown(array)['label', 1].text
    assert {(one.ns, one.id) for one in array.markers if one.action == Marker.DELETE} == {
        ('gaze', 1), ('face', 0), ('label', 0)}
