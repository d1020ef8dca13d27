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

"""The one way of a stamped image, with the real models: what is answered, and what is said."""

import time
from types import SimpleNamespace

import cv2
from fer_ros.core.assets import model_path
from fer_ros.core.pipeline import build_pipeline
from fer_ros.core.track_ids import TrackIds
from fer_ros.demo.clip import EmbeddedClip
from fer_ros.stream.parameters import TABLE
from fer_ros.stream.session import Session
from fer_ros.stream.stamps import NANOSECONDS
from fer_ros.stream.stream_result import OUTCOMES
import numpy as np
import pytest

DEFAULTS = {spec.name: spec.default for spec in TABLE}
CLIP = EmbeddedClip(rate=30.0)
#: Two faces, seen well, for some seconds from here on.
TWO_FACES = 130


def session(live=False, **changes):
    """Return a session with the models that come with the package."""
    pipeline = build_pipeline(
        model_path('expression.onnx'), model_path('face_detector.onnx'), ids=TrackIds(seed=0))
    return Session(pipeline, {**DEFAULTS, **changes}, live=live)


def image(pixels, seconds, frame_id='camera'):
    """Return what has the fields of a bgr8 sensor_msgs/Image."""
    sec, nanosec = divmod(round(seconds * NANOSECONDS), NANOSECONDS)
    return SimpleNamespace(
        header=SimpleNamespace(
            stamp=SimpleNamespace(sec=sec, nanosec=nanosec), frame_id=frame_id),
        height=pixels.shape[0], width=pixels.shape[1], encoding='bgr8', is_bigendian=0,
        step=3 * pixels.shape[1], data=np.ascontiguousarray(pixels).tobytes())


def play(one, stamps, frames=None, start=TWO_FACES):
    """Take frames of the clip with these stamps, one arriving each 1/30 s."""
    return [one.take(image(CLIP.frame(start + index) if frames is None else frames[index], stamp),
                     index * NANOSECONDS // 30) for index, stamp in enumerate(stamps)]


def ids(result):
    """Return the ids of a result's faces."""
    return {face.id for face in result.faces}


def test_a_frame_a_little_late_is_left_out_and_everybody_keeps_their_id():
    # Nine pairs of neighbours swapped on their way.
    stamps = [100 + index / 30 for index in range(40)]
    for at in range(4, 40, 4):
        stamps[at], stamps[at - 1] = stamps[at - 1], stamps[at]
    results = play(session(), stamps)
    assert [result.outcome for result in results].count('late') == 9
    assert not any(result.reset for result in results)
    assert len(set.union(*map(ids, results))) == 2


def test_stamps_that_differ_by_nanoseconds_rise():
    one = session()
    start = 1_700_000_000 * NANOSECONDS
    results = []
    for stamp in (0, 33_000_000, 66_000_000, 66_000_050, 100_000_000):
        message = image(CLIP.frame(TWO_FACES), 0.0)
        message.header.stamp.sec, message.header.stamp.nanosec = divmod(start + stamp, NANOSECONDS)
        results.append(one.take(message, stamp))
    assert not any(result.reset or result.result.reset for result in results)
    assert [len(result.faces) for result in results] == [0, 2, 2, 2, 2]
    assert len(set.union(*map(ids, results))) == 2


def test_a_restart_forgets_everybody_once():
    stamps = [100 + index / 30 for index in range(6)]
    one = session()
    results = [*play(one, stamps), *play(one, [stamp - 50 for stamp in stamps])]
    assert [result.reset for result in results].count(True) == 1 and results[6].reset
    assert not ids(results[5]) & ids(results[-1]) and len(ids(results[-1])) == 2


def test_a_restart_of_which_the_first_image_is_not_wanted_is_none_the_less_one():
    one = session(max_rate=15.0)
    stamps = [100 + index / 30 for index in range(9)]
    before = play(one, stamps)
    broken = image(CLIP.frame(TWO_FACES), 50.0)
    broken.step = 1
    bad = one.take(broken, NANOSECONDS)
    assert bad.outcome == 'bad' and bad.reset and 'step is 1' in bad.reason
    after = play(one, [50 + (1 + index) / 30 for index in range(9)])
    assert not ids(before[-1]) & set.union(*map(ids, after))


def test_faces_of_another_camera_are_not_this_ones():
    one = session()
    black = np.zeros((480, 640, 3), np.uint8)
    results = []
    for index in range(30):
        left = index % 2 == 0
        results.append(one.take(
            image(CLIP.frame(TWO_FACES + index) if left else black, 100 + index / 30,
                  'left' if left else 'right'), index * NANOSECONDS // 30))
    assert {result.outcome for result in results[1::2]} == {'foreign'}
    assert all(result.header.frame_id == 'left' for result in results if result.faces)
    assert len(set.union(*map(ids, results))) == 2


@pytest.mark.parametrize('mounted, rotate', [
    (cv2.ROTATE_180, 180),                    # upside down
    (cv2.ROTATE_90_COUNTERCLOCKWISE, 90),     # sideways, either way
    (cv2.ROTATE_90_CLOCKWISE, 270),
])
def test_a_camera_that_is_mounted_otherwise(mounted, rotate):
    stamps = [100 + index / 30 for index in range(4)]
    upright = play(session(), stamps)[-1]
    frames = [cv2.rotate(CLIP.frame(TWO_FACES + index), mounted) for index in range(4)]
    turned = play(session(rotate=rotate), stamps, frames)[-1]
    assert len(turned.faces) == len(upright.faces) == 2
    height, width = frames[0].shape[:2]
    for one, other in zip(upright.faces, turned.faces):
        assert one.label == other.label
        assert one.expression.probabilities == pytest.approx(
            other.expression.probabilities, abs=1e-3)
        # What is published lies in the pixels of the received image.
        x, y = one.box.center
        there = {180: (width - x, height - y), 90: (y, height - x), 270: (width - y, x)}[rotate]
        assert other.box.center == pytest.approx(there, abs=1e-3)
    # Pictures of faces are upright.
    frame, faces = turned.turned()
    assert (frame.width, frame.height) == (640, 480)
    assert faces[0].box == pytest.approx(upright.faces[0].box, abs=1e-3)


def test_an_image_that_is_too_large_is_refused_before_it_is_looked_at():
    message = image(np.zeros((4, 4, 3), np.uint8), 100.0)
    message.width = message.height = 30_000
    result = session().take(message, 0)
    assert result.outcome == 'bad' and 'max_megapixels' in result.reason


@pytest.mark.parametrize('limit, outcome', [(1, 'bad'), (2, 'processed')])
@pytest.mark.parametrize('compressed', [False, True])
def test_max_megapixels_holds_for_raw_and_for_compressed_images(limit, outcome, compressed):
    pixels = np.zeros((1000, 1100, 3), np.uint8)
    message = image(pixels, 100.0)
    if compressed:
        message = SimpleNamespace(
            header=message.header, format='png', data=cv2.imencode('.png', pixels)[1].tobytes())
    result = session(max_megapixels=limit).take(message, 0)
    assert result.outcome == outcome and (outcome == 'bad') == ('max_megapixels' in result.reason)


def test_what_the_pipeline_raises_does_not_end_the_stream(monkeypatch):
    one = session()

    def fail(*_, **__):
        raise MemoryError('no room' + '\n' * 10**6)

    with monkeypatch.context() as broken:
        broken.setattr(one._pipeline, 'process', fail)
        failed = play(one, [100.0])[0]
    assert failed.outcome == 'failed' and 'MemoryError: no room' in failed.reason
    assert len(failed.reason) < 400 and failed.reason.isprintable()
    assert failed.outcome in OUTCOMES
    assert play(one, [100.1])[0].outcome == 'processed'


def test_a_recording_is_never_shed():
    live, offline = session(live=True), session(live=False)
    stamps = [100 + index / 30 for index in range(3)]
    assert all(result.load is not None for result in play(live, stamps))
    assert all(result.load is None for result in play(offline, stamps))


def test_images_that_a_slow_machine_has_no_time_for_are_told_as_shed(monkeypatch):
    now = 0.0
    # Of this clock, a second has eighty images, sixty of them are missed: each takes too long.
    monkeypatch.setattr('fer_ros.stream.session.time', SimpleNamespace(
        monotonic=lambda: now, perf_counter=time.perf_counter))
    one, results = session(live=True, **{'detector.long_side': 64}), []
    for index in range(300):
        now = index / 20
        results.append(one.take(
            image(np.zeros((24, 32, 3), np.uint8), 100 + now), round(now * NANOSECONDS), missed=3))
        one.spent(results[-1], 0.06)
    assert {result.outcome for result in results} == {'processed', 'shed'}
    for result in results:
        assert result.outcome in OUTCOMES and result.load is not None
        if result.outcome == 'shed':
            assert result.effort.every > 1 and result.stamp and not result.faces
    # Left out evenly: never so many in a row as the last step allows.
    marks = ''.join('.' if result.outcome == 'processed' else 's' for result in results)
    assert max(map(len, marks.split('.'))) < 5


def test_images_beyond_max_rate_are_told_as_limited():
    outcomes = [result.outcome for result in play(
        session(max_rate=10.0), [100 + index / 30 for index in range(7)])]
    assert outcomes == ['processed', 'limited', 'limited'] * 2 + ['processed']


def test_faces_of_an_image_decoded_smaller_lie_in_the_pixels_received():
    large = cv2.resize(CLIP.frame(TWO_FACES), None, fx=4, fy=4)
    one, answers = session(), []
    for index in range(2):
        message = image(large, 100 + index / 30)
        answers.append(one.take(SimpleNamespace(
            header=message.header, format='jpeg', data=cv2.imencode('.jpg', large)[1].tobytes()),
            index * NANOSECONDS // 30))
    last = answers[-1]
    assert last.factor == 2 and last.frame.width * 2 == large.shape[1]
    inner = [face.box.center[0] for face in last.result.faces]
    assert len(inner) == 2
    assert [face.box.center[0] for face in last.faces] == pytest.approx([2 * x for x in inner])
