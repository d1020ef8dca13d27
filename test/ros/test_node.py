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

"""The main job over real processes: one answer per image, the same faces in every encoding."""

import time

import cv2
import numpy as np
import pytest
from support import (
    CLIP, FerProcess, image_message, Peer, play, running, stamp_of, TWO_FACES)


@pytest.fixture(scope='module')
def world():
    """Yield (process, peer, camera, received): an active node that heard nothing yet."""
    with running(FerProcess(), Peer()) as (process, peer):
        received = peer.expressions()
        yield process, peer, peer.camera(received), received


def test_every_image_gets_one_answer_with_its_header(world):
    _, _, camera, received = world
    received.clear()
    stamps = play(camera, received, range(TWO_FACES, TWO_FACES + 60))
    assert [stamp_of(one) for one in received] == stamps
    assert {one.header.frame_id for one in received} == {'camera'}
    assert all(detection.header == one.header for one in received for detection in one.detections)


def test_ids_stay_while_faces_move_and_differ(world):
    _, _, camera, received = world
    received.clear()
    play(camera, received, range(TWO_FACES, TWO_FACES + 40))
    # Those of the test before may be remembered for half a second.
    settled = received[20:]
    ids = [frozenset(detection.id for detection in one.detections) for one in settled]
    assert len(set(ids)) == 1 and len(ids[0]) == 2
    assert all(name[0].isalpha() for name in ids[0])


def test_answer_says_what_the_contract_says(world):
    _, _, camera, received = world
    received.clear()
    play(camera, received, range(TWO_FACES, TWO_FACES + 10))
    truths = [one.box for one in CLIP.truth(TWO_FACES + 9) if one.visible > 0.9]
    detections = received[-1].detections
    assert len(detections) == len(truths)
    areas = [one.bbox.size_x * one.bbox.size_y for one in detections]
    assert areas == sorted(areas, reverse=True)
    for detection in detections:
        center = detection.bbox.center.position
        assert any(box.x < center.x < box.x + box.width and box.y < center.y < box.y + box.height
                   for box in truths)
        scores = [one.hypothesis.score for one in detection.results]
        assert len(scores) == 8 and scores == sorted(scores, reverse=True)
        assert sum(scores) == pytest.approx(1.0, abs=1e-5)


def test_nobody_there_is_an_empty_answer(world):
    _, _, camera, received = world
    received.clear()
    play(camera, received, range(3), start=time.time() + 10,  # later than tracks survive
         make=lambda pixels, stamp: image_message(np.full_like(pixels, 90), stamp=stamp))
    assert [len(one.detections) for one in received] == [0, 0, 0]


def test_repeated_stamp_is_answered_once(world):
    _, _, camera, received = world
    received.clear()
    (stamp,) = play(camera, received, range(TWO_FACES, TWO_FACES + 1))
    for _ in range(3):
        camera.publish(image_message(CLIP.frame(TWO_FACES), stamp=stamp))
    later = play(camera, received, range(TWO_FACES, TWO_FACES + 2), start=stamp[0] + 10.0)
    assert [stamp_of(one) for one in received] == [stamp, *later]


def even_gray(pixels):
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)


def uyvy(pixels):
    planes = cv2.cvtColor(pixels, cv2.COLOR_BGR2YUV)
    result = planes[..., :2].copy()
    result[:, 0::2, 0], result[:, 1::2, 0] = planes[:, 0::2, 1], planes[:, 0::2, 2]
    result[..., 1] = planes[..., 0]
    return result


def padded(pixels):
    return np.pad(pixels, ((0, 0), (0, 16), (0, 0)))[:, :pixels.shape[1]]


def big_endian(pixels):
    return (even_gray(pixels).astype(np.uint16) << 8).astype('>u2')


ENCODINGS = [
    # encoding, pixels of the message, remark in the fields
    ('rgb8', lambda pixels: np.ascontiguousarray(pixels[..., ::-1]), {}),
    ('bgra8', lambda pixels: cv2.cvtColor(pixels, cv2.COLOR_BGR2BGRA), {}),
    ('rgba8', lambda pixels: cv2.cvtColor(pixels, cv2.COLOR_BGR2RGBA), {}),
    ('mono8', even_gray, {}),
    ('yuv422', uyvy, {}),
    ('yuv422_yuy2', lambda pixels: np.ascontiguousarray(uyvy(pixels)[..., ::-1]), {}),
    ('mono16', big_endian, {'is_bigendian': 1, 'step': 1280}),
]


def answers(camera, received, make=None):
    """Return the detections after a few frames, from a fresh start."""
    received.clear()
    play(camera, received, range(TWO_FACES, TWO_FACES + 6), make=make)
    return received[-1].detections


@pytest.mark.parametrize('encoding, convert, fields', ENCODINGS)
def test_each_encoding_gives_the_same_faces(world, encoding, convert, fields):
    _, _, camera, received = world
    wanted = answers(camera, received)

    def make(pixels, stamp):
        rows = convert(pixels)
        message = image_message(rows.view(np.uint8), encoding, stamp, step=rows.strides[0])
        message.height, message.width = pixels.shape[:2]
        for name, value in fields.items():
            setattr(message, name, value)
        return message

    got = answers(camera, received, make)
    same_faces(got, wanted)


def same_faces(got, wanted):
    assert len(got) == len(wanted) == 2
    for one, other in zip(got, wanted):
        for name in ('x', 'y'):
            assert getattr(one.bbox.center.position, name) == pytest.approx(
                getattr(other.bbox.center.position, name), abs=3)
        assert one.bbox.size_x == pytest.approx(other.bbox.size_x, rel=0.06)
        assert one.results[0].hypothesis.class_id == other.results[0].hypothesis.class_id


def test_padded_rows_give_the_same_faces(world):
    _, _, camera, received = world
    wanted = answers(camera, received)

    def make(pixels, stamp):
        wide = np.pad(pixels, ((0, 0), (0, 16), (0, 0)), constant_values=255)
        message = image_message(wide, 'bgr8', stamp)
        message.width = pixels.shape[1]
        return message

    same_faces(answers(camera, received, make), wanted)
