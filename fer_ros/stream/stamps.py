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

"""Which stamps are answered, at which time, and when time has started over; decided here alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from fer_ros.core.text import shown

NANOSECONDS = 1_000_000_000

#: A step of the stamps that is longer than that of the arrivals by more than this is a jump.
JUMP_NS = NANOSECONDS

#: So many late images in a row, over so long by their own stamps, are a clock that was set back.
LATE_RUN, LATE_RUN_NS = 3, NANOSECONDS // 4

#: A source is followed until it has been silent for so long, nanoseconds of arrival.
SOURCE_TIMEOUT_NS = NANOSECONDS


_UNSTAMPED = (
    'image stamps are zero; faces are tracked by time of arrival; the camera driver should stamp '
    'its images')


def nanoseconds(stamp: Any) -> int:
    """Return a builtin_interfaces/Time, or what has its fields, in nanoseconds."""
    return int(stamp.sec) * NANOSECONDS + int(stamp.nanosec)


@dataclass(frozen=True)
class Verdict:
    """
    What becomes of an image because of its header.

    :param time: nanoseconds to process it at; None where it is left out.
    :param refusal: why it is left out: `repeated`, `late`, `unstamped` or `foreign`; else ''.
    :param reset: time or source started over with this image: everybody is forgotten.
    :param jumped: the stamp moved ahead by much more than the time between the arrivals.
    :param reason: sentence for people, where there is something to say.
    """

    time: int | None
    refusal: str = ''
    reset: bool = False
    jumped: bool = False
    reason: str = ''


class StampPolicy:
    """
    Judge the headers of the images of one stream, in the order of their arrival.

    - A stamp that rises is the normal case.
    - One that repeats is left out: no stamp is answered twice.
    - One a little older than the newest (reordered on its way, another driver's clock) is left
      out. Where such images are all that comes, the clock was set back: time starts over.
    - A larger step back is a recording or a simulation that starts over.
    - Images without a stamp (zero) are taken at their time of arrival, unless the stream has
      stamps; then they are left out like late ones.
    - Images of another `frame_id` are another camera's: left out while the one that is followed
      goes on. After a second of its silence the other one is followed.

    :param max_lateness: seconds by which an image may be older than the newest without being
        taken for a start over; 0 takes every step back for one.
    """

    def __init__(self, max_lateness: float = 1.0):
        self.max_lateness = max_lateness
        self.restart()

    def restart(self) -> None:
        """Forget everything, as at the start."""
        self._newest: int | None = None
        self._by_arrival = False
        self._frame_id: str | None = None
        self._last_arrival = 0
        self._late = 0
        self._late_since = 0

    def judge(self, stamp: int, frame_id: str, arrival: int) -> Verdict:
        """
        Judge one image.

        :param stamp: of its header, nanoseconds; 0 where the driver sets none.
        :param frame_id: of its header.
        :param arrival: when it came, nanoseconds of a clock that rises: the machine's, or the
            recorder's.
        """
        switched = False
        if self._frame_id is not None and frame_id != self._frame_id:
            if arrival - self._last_arrival < SOURCE_TIMEOUT_NS:
                return Verdict(None, 'foreign', reason=(
                    f"an image of frame_id '{shown(frame_id)}' is left out, those of "
                    f"'{shown(self._frame_id)}' are followed: give each camera a topic of its "
                    'own'))
            switched = True
        if self._newest is None:
            verdict = replace(self._start_over(stamp, arrival, _UNSTAMPED), reset=False)
            verdict = verdict if self._by_arrival else replace(verdict, reason='')
        elif switched:
            verdict = self._start_over(
                stamp, arrival, f"images now come from frame_id '{shown(frame_id)}'")
        else:
            verdict = self._judge_stamp(stamp, arrival)
        self._frame_id, self._last_arrival = frame_id, arrival
        return verdict

    def _judge_stamp(self, stamp: int, arrival: int) -> Verdict:
        assert self._newest is not None
        if stamp == 0 and not self._by_arrival:
            return self._leave_out('unstamped', arrival, arrival, (
                'an image without a stamp among stamped ones is left out; the camera driver '
                'should stamp every image'))
        if stamp != 0 and self._by_arrival:
            return self._start_over(stamp, arrival, 'images have stamps from now on')
        time = arrival if self._by_arrival else stamp
        step = time - self._newest
        if step > 0:
            self._newest, self._late = time, 0
            passed = arrival - self._last_arrival
            if step - passed <= JUMP_NS:
                return Verdict(time)
            return Verdict(time, jumped=True, reason=(
                f'image stamp moves by {step / NANOSECONDS:.3f} s within '
                f'{passed / NANOSECONDS:.3f} s'))
        if step == 0:
            return Verdict(None, 'repeated', reason=(
                f'image stamp {time / NANOSECONDS:.9f} repeats and is skipped; the camera '
                'driver must stamp each image, or the clock stands still'))
        back = -step / NANOSECONDS
        if back >= self.max_lateness:
            return self._start_over(stamp, arrival, (
                f'image stamps went back by {back:.3f} s (a recording started over?)'))
        return self._leave_out('late', time, arrival, (
            f'an image {back:.3f} s older than the newest is left out: images overtake each '
            'other on their way, or two drivers share a topic'))

    def _leave_out(self, refusal: str, time: int, arrival: int, reason: str) -> Verdict:
        """Leave a late or unstamped image out, unless such are all that comes any more."""
        if self._late == 0:
            self._late_since = arrival
        self._late += 1
        if self._late >= LATE_RUN and arrival - self._late_since >= LATE_RUN_NS:
            stamp = 0 if refusal == 'unstamped' else time
            return self._start_over(stamp, arrival, (
                _UNSTAMPED if refusal == 'unstamped' else
                'only images older than the newest come any more: the clock was set back'))
        return Verdict(None, refusal, reason=reason)

    def _start_over(self, stamp: int, arrival: int, reason: str) -> Verdict:
        self._by_arrival = stamp == 0
        self._newest = arrival if self._by_arrival else stamp
        self._late = 0
        return Verdict(self._newest, reset=True, reason=reason)
