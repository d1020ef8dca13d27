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

"""Time over real processes: loops, zero and future stamps, a simulated clock that stands."""

from itertools import count
import time

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticStatus
from fer_ros.ros.outcome_log import PERIOD
from rosgraph_msgs.msg import Clock
from support import (
    CLIP, FerProcess, image_message, Peer, play, running, settle, stamp_of, TWO_FACES, wait_for)


def test_loop_of_a_recording_resets_each_time_and_is_logged():
    # Shorter than the lateness that is allowed by default.
    with running(FerProcess(max_lateness=0.2), Peer()) as (process, peer):
        received = peer.expressions()
        diagnostics = peer.diagnostics()
        camera = peer.camera(received)
        stamps, ids = [], []
        started = time.monotonic()
        for _ in range(3):  # the same stamps three times
            received.clear()
            stamps.append(play(camera, received, range(TWO_FACES, TWO_FACES + 8), start=50.0))
            assert [stamp_of(one) for one in received] == stamps[-1]
            ids.append({detection.id for one in received for detection in one.detections})
        assert stamps[0] == stamps[1] == stamps[2]
        assert all(len(one) == 2 for one in ids)
        assert not ids[0] & ids[1] and not ids[1] & ids[2] and not ids[0] & ids[2]
        # Twice within seconds: one line, and the other one counted.
        told = process.log.count('went back by 0.233 s')
        assert told == 1 or told == 2 and time.monotonic() - started > PERIOD
        wait_for(lambda: diagnostics.value('fer: camera', 'resets (total)') == '2', 'the total')


def test_zero_stamps_are_answered_and_reported():
    with running(FerProcess(), Peer()) as (process, peer):
        received = peer.expressions()
        diagnostics = peer.diagnostics()
        camera = peer.camera(received, make=lambda pixels, _: image_message(pixels, stamp=0.0))
        # Without stamps the answer to the last greeting cannot be told from the one before.
        settle(received, 2.0)
        received.clear()
        for index in range(TWO_FACES, TWO_FACES + 8):
            before = len(received)
            camera.publish(image_message(CLIP.frame(index), stamp=0.0))
            wait_for(lambda: len(received) > before, 'an answer')
        assert {stamp_of(one) for one in received} == {(0, 0)} and len(received) == 8
        assert len({frozenset(each.id for each in one.detections) for one in received[3:]}) == 1
        # The second in which they came may be over already.
        diagnostics.wait('fer: camera', DiagnosticStatus.WARN, 'stamps are zero', since=0)
        assert process.log.count('image stamps are zero') == 1


def test_stamps_from_the_future_and_the_past_are_used_and_reported():
    with running(FerProcess(), Peer()) as (_, peer):
        received = peer.expressions()
        diagnostics = peer.diagnostics()
        camera = peer.camera(received)
        for ahead, level, words in (
                (100.0, DiagnosticStatus.WARN, 'in the future'),
                (-3.0, DiagnosticStatus.WARN, 'old on arrival'),
                (-1000.0, DiagnosticStatus.STALE, 'old on arrival')):
            def show(ahead=ahead):
                received.clear()
                stamps = play(camera, received, range(TWO_FACES, TWO_FACES + 4),
                              start=time.time() + ahead)
                assert [stamp_of(one) for one in received] == stamps
                assert len(received[-1].detections) == 2
                time.sleep(4 / 30)
            # Of a single second a report may come late and say that no image comes.
            diagnostics.wait('fer: camera', level, words, meanwhile=show)


def test_standing_stamp_is_stale():
    with running(FerProcess(), Peer()) as (_, peer):
        received = peer.expressions()
        diagnostics = peer.diagnostics()
        camera = peer.camera(received)
        message = image_message(CLIP.frame(0), stamp=9.0)
        diagnostics.wait('fer: camera', DiagnosticStatus.STALE, 'stands still',
                         meanwhile=lambda: camera.publish(message))
        assert len(received) == 1


def test_simulated_clock_that_stands_is_no_dead_camera():
    with running(FerProcess(use_sim_time=True), Peer()) as (_, peer):
        received = peer.expressions()
        diagnostics = peer.diagnostics()
        clock = peer.node.create_publisher(Clock, '/clock', 10)
        wait_for(clock.get_subscription_count, 'a listener to /clock')
        camera = peer.camera(received)
        seconds = count(500)

        def second():
            now = next(seconds)
            clock.publish(Clock(clock=Time(sec=now)))
            play(camera, received, range(TWO_FACES, TWO_FACES + 3), start=now)

        # By /clock the stamps are fresh; by the wall clock they would be decades old.
        second()
        diagnostics.wait(
            'fer: camera', DiagnosticStatus.OK, 'images per second', meanwhile=second)
        # The simulation is paused: no clock, no images.
        diagnostics.wait('fer: camera', DiagnosticStatus.STALE, 'no image', 'stands still')
