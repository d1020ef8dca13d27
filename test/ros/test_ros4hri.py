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

"""ROS4HRI over real processes: topics that come and go with their faces, and what they say."""

import numpy as np
import pytest
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter
from sensor_msgs.msg import CompressedImage, Image
from support import (
    face_topics, FerProcess, image_message, Peer, play, running, shown_until, stamp_of, two_faces,
    wait_for)

hri = pytest.importorskip('hri_msgs.msg')

PARTS = {'roi', 'expression', 'landmarks', 'facs', 'cropped', 'aligned'}


@pytest.fixture(scope='module')
def world():
    with running(FerProcess(), Peer()) as (process, peer):
        received = peer.expressions()
        yield process, peer, peer.camera(received), received


def nobody(world, start: float):
    """Show an empty room until every track has ended."""
    _, _, camera, received = world
    play(camera, received, range(3), start=start, make=lambda pixels, stamp: image_message(
        np.full_like(pixels, 90), stamp=stamp))


def test_topics_come_and_go_with_their_faces(world):
    _, peer, _, received = world
    tracked = peer.listen(hri.IdsList, '/humans/faces/tracked')
    for start in (1000.0, 2000.0):
        ids = two_faces(*world[2:], start)
        wait_for(lambda: face_topics(peer) == {one: PARTS for one in ids}, 'topics of two faces')
        # The subscription may be younger than the first faces.
        shown_until(*world[2:], lambda: tracked and tracked[-1].ids == [
            one.id for one in received[-1].detections], 'both in the list, as in the answer')
        assert set(tracked[-1].ids) == set(ids)
        nobody(world, start + 100.0)
        wait_for(lambda: tracked[-1].ids == [], 'an empty list')
        wait_for(lambda: not face_topics(peer), 'the end of the topics')
    # Also of those that come between images.
    assert {one.header.frame_id for one in tracked} == {'camera'}


def test_roi_and_expression_say_what_the_detections_say(world):
    _, peer, camera, received = world
    ids = two_faces(*world[2:], 3000.0)
    rois = {one: peer.listen(
        hri.NormalizedRegionOfInterest2D, f'/humans/faces/{one}/roi') for one in ids}
    expressions = {one: peer.listen(
        hri.Expression, f'/humans/faces/{one}/expression') for one in ids}

    def newest(one):
        """Return roi and expression of a face in the newest image of which both are here."""
        there = {stamp_of(each): each for each in list(expressions[one])}
        return next(((each, there[stamp_of(each)]) for each in reversed(list(rois[one]))
                     if stamp_of(each) in there), None)
    shown_until(camera, received, lambda: all(map(newest, ids)), 'both of each face')
    for one in ids:
        roi, expression = newest(one)
        answer = next(each for each in received if stamp_of(each) == stamp_of(roi))
        detection = next(each for each in answer.detections if each.id == one)
        center, box = detection.bbox.center.position, detection.bbox
        assert (roi.xmin + roi.xmax) / 2 == pytest.approx(center.x / 640, abs=1e-4)
        assert (roi.ymax - roi.ymin) == pytest.approx(box.size_y / 480, abs=1e-4)
        assert 0.5 < roi.c <= 1.0
        scores = {each.hypothesis.class_id: each.hypothesis.score for each in detection.results}
        assert expression.confidence == pytest.approx(scores[expression.expression], abs=1e-4)
        assert -1.0 <= expression.valence <= 1.0 and -1.0 <= expression.arousal <= 1.0
    nobody(world, 3100.0)


def test_pictures_are_made_for_those_who_subscribe(world):
    _, peer, camera, received = world
    ids = two_faces(*world[2:], 4000.0)
    pictures = {part: peer.listen(Image, f'/humans/faces/{ids[0]}/{part}')
                for part in ('cropped', 'aligned')}
    shown_until(camera, received, lambda: all(pictures.values()), 'pictures of a face')
    for picture in (each[-1] for each in pictures.values()):
        assert (picture.width, picture.height, picture.encoding) == (128, 128, 'bgr8')
        pixels = np.frombuffer(picture.data, np.uint8)
        assert pixels.size == 128 * 128 * 3 and pixels.std() > 20
    # What REP-155 calls /humans/faces/width and height can change while the node runs.
    assert all(one.successful for one in peer.call(
        SetParameters, '/fer/set_parameters', SetParameters.Request(parameters=[
            Parameter(f'humans.faces.{name}', value=value).to_parameter_msg()
            for name, value in (('width', 160), ('height', 96))])).results)
    shown_until(camera, received, lambda: all(
        each[-1].width == 160 for each in pictures.values()), 'pictures of another size')
    for picture in (each[-1] for each in pictures.values()):
        pixels = np.frombuffer(picture.data, np.uint8).reshape(96, 160, 3)
        # A face keeps its proportions: black on both sides.
        assert not pixels[:, :32].any() and not pixels[:, -32:].any()
        assert pixels[:, 40:-40].std() > 20
    nobody(world, 4100.0)


def test_annotated_pictures_are_made_for_those_who_subscribe(world):
    _, peer, camera, received = world
    assert peer.node.count_publishers('/fer/image_annotated') == 1
    plain = peer.listen(Image, '/fer/image_annotated')
    jpeg = peer.listen(CompressedImage, '/fer/image_annotated/compressed')
    two_faces(camera, received, 5000.0)
    sent = {}

    def make(pixels, stamp):
        message = image_message(pixels, stamp=stamp)
        sent[stamp_of(message)] = pixels
        return message
    shown_until(camera, received, lambda: jpeg and any(
        stamp_of(one) in sent for one in plain), 'pictures', make)
    assert (plain[-1].width, plain[-1].height, plain[-1].encoding) == (640, 480, 'bgr8')
    assert stamp_of(plain[-1]) in {stamp_of(one) for one in received}
    assert bytes(jpeg[-1].data[:2]) == b'\xff\xd8'
    # What was drawn is there: the picture is no plain copy.
    shown = np.frombuffer(plain[-1].data, np.uint8).reshape(480, 640, 3)
    assert (shown != sent[stamp_of(plain[-1])]).any()
