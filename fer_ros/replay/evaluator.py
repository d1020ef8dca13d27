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

"""Judge frames against expectations, one at a time; knows neither bags nor ROS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable

from fer_ros.core.text import shown
from fer_ros.core.types import UNSURE
from fer_ros.replay.expectations import Expectation
from fer_ros.replay.records import FrameRecord


@dataclass(frozen=True)
class Result:
    """
    What became of one expectation.

    :param name: the expectation's.
    :param success: whether it holds.
    :param passed: frames that fulfilled it.
    :param total: frames it was asked of.
    :param detail: the numbers behind the verdict, in words.
    """

    name: str
    success: bool
    passed: int
    total: int
    detail: str

    def __str__(self):
        verdict = 'Success' if self.success else 'Fail'
        return f'{shown(self.name, 200)} ({verdict}): {self.passed} / {self.total}, {self.detail}'


class ExpectationEvaluator:
    """
    Feed frames with `set_frame` in the order of the recording, then ask for `results`.

    :param expectations: what to check.
    """

    def __init__(self, expectations: Iterable[Expectation]):
        self._checks = [_check_for(expectation) for expectation in expectations]

    def set_frame(self, record: FrameRecord) -> dict[str, bool]:
        """
        Judge one frame.

        :return: name to verdict, of the expectations whose window holds this frame.
        """
        verdicts = {}
        for check in self._checks:
            start, end = check.expectation.between
            if start <= record.time <= end:
                passed = check.judge(record)
                check.total += 1
                check.passed += passed
                verdicts[check.expectation.name] = passed
        return verdicts

    def results(self) -> tuple[Result, ...]:
        """Return a result for every expectation, in their order."""
        return tuple(check.result() for check in self._checks)


class _Check:
    """Count the frames that pass; the base of all kinds."""

    def __init__(self, expectation: Expectation):
        self.expectation = expectation
        self.passed = 0
        self.total = 0

    def result(self) -> Result:
        if self.total == 0:
            start, end = self.expectation.between
            return Result(self.expectation.name, False, 0, 0,
                          f'no frame between {start:g} s and {end:g} s')
        success, detail = self.verdict()
        return Result(self.expectation.name, success, self.passed, self.total, detail)

    def judge(self, record: FrameRecord) -> bool:
        raise NotImplementedError

    def verdict(self) -> tuple[bool, str]:
        raise NotImplementedError


class _ShareCheck(_Check):
    """A share of the frames passes: a face looks a certain way, or so many are in view."""

    def judge(self, record):
        expectation = self.expectation
        if expectation.faces is not None:
            fewest, most = expectation.faces
            return fewest <= len(record.faces) <= most
        faces = record.faces[:1] if expectation.face == 'largest' else record.faces
        held = [expectation.condition.holds(face) for face in faces]
        return any(held) if expectation.face == 'any' else bool(held) and all(held)

    def verdict(self):
        share = self.passed / self.total
        low, high = self.expectation.at_least, self.expectation.at_most
        wanted = [f'at least {_percent(low)}'] if low > 0.0 or high == 1.0 else []
        wanted += [f'at most {_percent(high)}'] if high < 1.0 else []
        return low <= share <= high, f"{_percent(share)}, wanted {' and '.join(wanted)}"


class _GapCheck(_Check):
    """No stretch without a face, or without a frame, is longer than the limit."""

    def __init__(self, expectation):
        super().__init__(expectation)
        self._of_faces = expectation.max_face_gap is not None
        self._limit = expectation.max_face_gap if self._of_faces else expectation.max_frame_gap
        self._last_seen = None
        self._longest = 0.0

    def judge(self, record):
        if self._last_seen is None:
            self._last_seen = record.time
        # Stamps may be set back by a loop; the gap then starts anew.
        gap = max(0.0, record.time - self._last_seen)
        if record.faces or not self._of_faces or gap == 0.0:
            self._last_seen = record.time
        self._longest = max(self._longest, gap)
        # Stamps are written in nanoseconds and compared in seconds.
        return gap <= self._limit + 1e-6

    def verdict(self):
        what = 'without a face' if self._of_faces else 'without a frame'
        return (self.passed == self.total,
                f'longest {self._longest:.3f} s {what}, wanted at most {self._limit:g} s')


class _LabelChangeCheck(_Check):
    """A face's label changes seldom; unsure frames in between are no change."""

    def __init__(self, expectation):
        super().__init__(expectation)
        self._labels = {}
        self._last_times = {}
        self._changes = 0
        self._seconds = 0.0

    def judge(self, record):
        faces = record.faces[:1] if self.expectation.face == 'largest' else record.faces
        changed = False
        times = {}
        for face in faces:
            times[face.id] = record.time
            self._seconds += max(0.0, record.time - self._last_times.get(face.id, record.time))
            before = self._labels.get(face.id, face.label)
            if face.label != UNSURE:
                self._labels[face.id] = face.label
                if before not in (UNSURE, face.label):
                    self._changes += 1
                    changed = True
        self._last_times = times
        return not changed

    def verdict(self):
        limit = self.expectation.max_label_changes_per_minute
        rate = 60.0 * self._changes / self._seconds if self._seconds else 0.0
        return (rate <= limit,
                f'{self._changes} label changes in {self._seconds:.1f} s of faces, '
                f'{rate:.1f} a minute, wanted at most {limit:g}')


class _IdCheck(_Check):
    """Few different ids are seen, so tracks hold."""

    def __init__(self, expectation):
        super().__init__(expectation)
        self._ids = set()

    def judge(self, record):
        self._ids.update(face.id for face in record.faces)
        return len(self._ids) <= self.expectation.max_ids

    def verdict(self):
        limit = self.expectation.max_ids
        return len(self._ids) <= limit, f'{len(self._ids)} ids, wanted at most {limit}'


def _check_for(expectation: Expectation) -> _Check:
    if expectation.max_face_gap is not None or expectation.max_frame_gap is not None:
        return _GapCheck(expectation)
    if expectation.max_label_changes_per_minute is not None:
        return _LabelChangeCheck(expectation)
    if expectation.max_ids is not None:
        return _IdCheck(expectation)
    return _ShareCheck(expectation)


def _percent(share: float) -> str:
    return f'{100.0 * share:.4g} %'
