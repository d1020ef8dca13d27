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

"""Stamps of every kind: judged in one place, told of, and good images are answered again."""

import time

from fer_ros.stream.parameters import TABLE
import pytest
from support import CLIP, image_message, next_start, stamp_of, stamped, wait_for
from world import STALE, WARN

FRAME = CLIP.frame(0)


def case(name, what, does, stamps, answered, counted='', words=()):
    """
    Return a parameter.

    :param stamps: in seconds after now, or as tuples (sec, nanosec).
    :param answered: indices of those that are.
    :param counted: what /diagnostics counts in its totals.
    :param words: level and words of the status of the camera.
    """
    return pytest.param(stamps, answered, counted, words, id=name,
                        marks=pytest.mark.fault(what, does))


def _seconds(message) -> float:
    sec, nanosec = stamp_of(message)
    return sec + nanosec * 1e-9


@pytest.fixture
def unhurried(world):
    """Let the reports of a busy machine say what is the matter, not that an image is late."""
    assert world.set_parameters(
        **{'diagnostics.no_image_warn': 30.0, 'diagnostics.no_image_error': 60.0})
    yield world
    assert world.set_parameters(**{
        each.name: each.default for each in TABLE if each.name.startswith('diagnostics.no_image')})


@pytest.mark.parametrize('stamps, answered, counted, words', [
    case('overtaken', 'a stamp a little older than the newest', 'the image is left out and '
         'counted as late, everybody keeps their id; camera WARN',
         [0.0, 0.2, 0.1, 0.3], [0, 1, 3], 'late', (WARN, 'left out because of their stamps')),
    case('back', 'stamps that go back by a minute', 'time starts over: answered, faces are '
         'tracked anew; a reset is counted, camera STALE: old',
         [0.0, 0.1, -60.0, -59.9], [0, 1, 2, 3], 'resets', (STALE, 'old on arrival')),
    case('repeated', 'a stamp that repeats', 'answered once, the others counted; camera WARN',
         [0.0, 0.1, 0.1, 0.1, 0.2], [0, 1, 4], 'repeated', (WARN, 'repeat a stamp')),
    case('future', 'stamps an hour in the future', 'answered; camera WARN',
         [3600.0, 3600.1], [0, 1], 'jumps', (WARN, 'in the future')),
    case('old', 'stamps an hour old', 'answered; camera STALE',
         [-3600.0, -3599.9], [0, 1], 'resets', (STALE, 'old on arrival')),
    case('jump', 'a stamp that jumps ahead by an hour', 'answered; a jump is counted',
         [-7200.0, -7199.9, -3600.0, -3599.9], [0, 1, 2, 3], 'jumps'),
    case('to-and-fro', 'two clocks an hour apart in turn', 'all are answered; resets and jumps '
         'are counted', [0.0, -3600.0, 0.1, -3599.9, 0.2, -3599.8], range(6), 'jumps'),
    case('zero-among', 'a stamp of zero among others', 'the image is left out and counted as '
         'unstamped; camera WARN', [0.0, 0.1, (0, 0), 0.2], [0, 1, 3], 'unstamped',
         (WARN, 'left out because of their stamps')),
    case('largest', 'the largest stamp there is', 'answered; camera WARN',
         [(2 ** 31 - 1, 999_999_999)], [0], 'jumps', (WARN, 'in the future')),
    case('negative', 'a stamp before 1970', 'answered; camera STALE',
         [(-2 ** 31, 0)], [0], 'resets', (STALE, 'old on arrival')),
    case('nanoseconds', 'more nanoseconds than a second has', 'they count as the seconds they '
         'are', [(10 ** 9, 4_000_000_000), (10 ** 9 + 4, 1)], [0, 1], 'resets'),
])
def test_stamps(unhurried, stamps, answered, counted, words):
    world = unhurried
    # What came before is told by then, and is not mistaken for what comes now.
    world.next_report()
    before = world.total(counted)

    def send():
        now = next_start(1.0)
        messages = [
            image_message(FRAME, stamp=stamp if isinstance(stamp, tuple) else now + stamp)
            for stamp in stamps]
        world.received.clear()
        for number, message in enumerate(messages):
            # None is in the future but those that are meant to be.
            ahead = _seconds(message) - time.time()
            if ahead < 1.0:
                time.sleep(max(0.0, ahead))
            world.camera.publish(message)
            if number in answered:
                world.wait_answered(message)
            else:
                # No answer says that it came; the next one would take its place on its way.
                time.sleep(0.1)
        assert [stamp_of(one) for one in world.received] == [
            stamp_of(messages[number]) for number in answered]

    def told():
        seen = world.diagnostics.count
        send()
        try:
            return not words or world.diagnostics.wait(
                'fer: camera', *words, since=seen, seconds=2.5)
        except AssertionError as error:
            print(error)
            return False
    # On a busy machine the image in question may be lost on its way.
    wait_for(told, 'a report')
    wait_for(lambda: world.total(counted) > before, f'a count of {counted}')


@pytest.mark.fault('a stamp that stands still', 'answered once; camera STALE')
def test_stamp_that_stands_still(world):
    message = image_message(FRAME, stamp=next_start(1.0))
    world.received.clear()
    world.diagnostics.wait('fer: camera', STALE, 'stands still',
                           meanwhile=lambda: world.camera.publish(message))
    assert [stamp_of(one) for one in world.received] == [stamp_of(message)]


@pytest.mark.fault('a camera that stamps nothing', 'answered with the header as it is, faces '
                   'tracked by time of arrival; camera WARN')
def test_no_stamps(own):
    world = own()
    seen = world.diagnostics.count
    # Beside those that have just been: as when a driver is restarted with another setting.
    wait_for(lambda: _unstamped(world), 'an answer to an image without a stamp')
    for _ in range(20):
        before = len(world.received)
        world.camera.publish(stamped(image_message(FRAME), 0.0))
        wait_for(lambda: len(world.received) > before, 'an answer')  # noqa: B023
    world.diagnostics.wait('fer: camera', WARN, 'stamps are zero', since=seen,
                           meanwhile=lambda: _unstamped(world))
    assert world.process.running


def _unstamped(world):
    world.camera.publish(stamped(image_message(FRAME), 0.0))
    time.sleep(0.05)
    return any(stamp_of(one) == (0, 0) for one in world.received)
