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

#: So many images in a row that are late, though a clock that goes on would have caught up so
#: long ago, come from one that was set back, or from a recording that starts over.
LATE_RUN, LATE_RUN_NS = 3, NANOSECONDS // 4

#: So many images in a row have stamps before an unstamped stream is taken for a stamped one; and
#: unstamped ones must have outnumbered the others for so long to make it the other way round.
STAMPED_RUN, UNSTAMPED_NS = 3, NANOSECONDS // 4

#: A source is followed until it has been silent for so long, nanoseconds of arrival, or for so
#: many times as long as it is between two of its images.
SOURCE_TIMEOUT_NS, SOURCE_PERIODS = NANOSECONDS, 2.5

# So many sources are remembered; a stream of ever new names must not fill the memory.
_MOST_SOURCES = 8


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
      out. Where only such images come, and none has caught up when it should have, the clock was
      set back: time starts over.
    - A larger step back is a recording or a simulation that starts over.
    - Images without a stamp (zero) are left out where most have one. Where most have none, all
      are taken at their time of arrival.
    - Images of another `frame_id` are another camera's: left out while the one that is followed
      goes on. After a second of its silence the other one is followed; of a slow camera, after
      two and a half of its periods.

    :param max_lateness: seconds by which an image may be older than the newest without being
        taken for a start over; 0 takes every step back for one.
    """

    # Images in a row that were late or had a stamp; those without a stamp, less those with one.
    _late: int
    _run: int
    _unstamped: int

    def __init__(self, max_lateness: float = 1.0):
        self.max_lateness = max_lateness
        self.restart()

    def restart(self) -> None:
        """Forget everything, as at the start."""
        self._newest: int | None = None
        self._by_arrival = False
        self._frame_id: str | None = None
        self._last_arrival = 0
        # Of each source: its last arrival, and the time between its last two.
        self._sources: dict[str, tuple[int, int | None]] = {}
        self._forget_run()

    def judge(self, stamp: int, frame_id: str, arrival: int) -> Verdict:
        """
        Judge one image.

        :param stamp: of its header, nanoseconds; 0 where the driver sets none.
        :param frame_id: of its header.
        :param arrival: when it came, nanoseconds of a clock that rises: the machine's, or the
            recorder's.
        """
        silence = self._note_source(frame_id, arrival)
        switched = self._frame_id is not None and frame_id != self._frame_id
        if switched and arrival - self._last_arrival < silence:
            return Verdict(None, 'foreign', reason=(
                f"an image of frame_id '{shown(frame_id)}' is left out, those of "
                f"'{shown(self._frame_id or '')}' are followed: give each camera a topic of its "
                'own'))
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

    def _note_source(self, frame_id: str, arrival: int) -> float:
        """Note an image of a source; return for how long the followed one must be silent."""
        before, _ = self._sources.pop(frame_id, (None, None))
        self._sources[frame_id] = arrival, None if before is None else arrival - before
        if len(self._sources) > _MOST_SOURCES:
            oldest = next(name for name in self._sources if name != self._frame_id)
            del self._sources[oldest]
        followed = self._sources[self._frame_id or frame_id][1]
        newcomer = self._sources[frame_id][1]
        # Of a camera that was met once nobody knows how slow it is; it may be as slow as this one.
        wait = SOURCE_PERIODS * followed if followed else SOURCE_PERIODS / 2 * (newcomer or 0)
        return max(SOURCE_TIMEOUT_NS, wait)

    def _judge_stamp(self, stamp: int, arrival: int) -> Verdict:
        assert self._newest is not None
        if self._by_arrival:
            self._run = self._run + 1 if stamp else 0
            if self._run >= STAMPED_RUN:
                return self._start_over(stamp, arrival, 'images now have stamps')
        elif stamp == 0:
            return self._leave_out_unstamped(arrival)
        else:
            self._unstamped = max(0, self._unstamped - 1)
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
        return self._leave_out_late(-step, arrival)

    def _leave_out_late(self, back: int, arrival: int) -> Verdict:
        """Leave a late image out, unless such are all that comes any more."""
        if self._late == 0:
            self._late_until = arrival + back + LATE_RUN_NS
        self._late += 1
        if self._late >= LATE_RUN and arrival >= self._late_until:
            assert self._newest is not None
            return self._start_over(self._newest - back, arrival, (
                'all images that arrive are older than the newest one: the clock was set back'))
        return Verdict(None, 'late', reason=(
            f'an image {back / NANOSECONDS:.3f} s older than the newest is left out: images '
            'overtake each other on their way, or two drivers share a topic'))

    def _leave_out_unstamped(self, arrival: int) -> Verdict:
        """Leave an image without a stamp out, unless most come so by now."""
        if self._unstamped == 0:
            self._unstamped_since = arrival
        self._unstamped += 1
        lasts = arrival - self._unstamped_since >= UNSTAMPED_NS
        if self._unstamped >= LATE_RUN and lasts:
            return self._start_over(0, arrival, _UNSTAMPED)
        return Verdict(None, 'unstamped', reason=(
            'an image without a stamp among stamped ones is left out; the camera driver should '
            'stamp every image'))

    def _start_over(self, stamp: int, arrival: int, reason: str) -> Verdict:
        self._by_arrival = stamp == 0
        self._newest = arrival if self._by_arrival else stamp
        self._forget_run()
        return Verdict(self._newest, reset=True, reason=reason)

    def _forget_run(self) -> None:
        """Start counting late, stamped and unstamped images anew."""
        self._late, self._run, self._unstamped = 0, 0, 0
        self._late_until, self._unstamped_since = 0, 0
