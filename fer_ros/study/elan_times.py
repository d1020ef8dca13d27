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
"""When annotations of ELAN are: by time slots, by what they refer to, by their part of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

#: The constraint of a tier whose annotations divide the one they refer to.
SUBDIVISION = 'Symbolic_Subdivision'


class Times:
    """
    Find when annotations are.

    Annotations that divide another one have equal parts of its time, as ELAN draws them: those of
    a tier of symbolic subdivision, and those between two of whose borders no time is told (time
    subdivision). All others that refer to an annotation have all of its time.

    :param eaf: pympi.Eaf.
    """

    def __init__(self, eaf: Any):
        self._eaf = eaf
        self._slots: dict[str, float | None] = dict(eaf.timeslots)
        #: Of each annotation that divides another one: which part it is, and of how many.
        self._parts: dict[str, tuple[int, int]] = {}
        for aligned, references, attributes, _ in eaf.tiers.values():
            self._fill([one[:2] for one in aligned.values()])
            kind = eaf.linguistic_types.get(attributes.get('LINGUISTIC_TYPE_REF'), {})
            if kind.get('CONSTRAINTS') == SUBDIVISION:
                self._divide(references)

    def span(self, name: str) -> tuple[float, float] | None:
        """
        Return start and end of an annotation in milliseconds; None where no time is told.

        :param name: its ANNOTATION_ID.
        """
        path: dict[str, None] = {}
        while name not in path:
            path[name] = None
            aligned, references, *_ = self._eaf.tiers.get(
                self._eaf.annotations.get(name), ({}, {}))
            if name in aligned:
                start, end = (self._slots.get(slot) for slot in aligned[name][:2])
                return None if start is None or end is None else self._divided(start, end, path)
            if name not in references:
                return None
            name = references[name][0]
        return None

    def _divided(self, start: float, end: float, path: Iterable[str]) -> tuple[float, float]:
        """Return the time of the first annotation of a path whose last one has a time."""
        for name in reversed(list(path)):
            part, parts = self._parts.get(name, (0, 1))
            step = (end - start) / parts
            start, end = start + part * step, end if part + 1 == parts else (
                start + (part + 1) * step)
        return start, end

    def _fill(self, borders: Iterable[tuple[str, str]]) -> None:
        """Give the slots between neighbours that no time is told of equal distances."""
        following = dict(borders)
        for first in [slot for slot in following if self._slots.get(slot) is not None]:
            run = {first: None}
            slot = following[first]
            while self._slots.get(slot) is None and slot in following and slot not in run:
                run[slot] = None
                slot = following[slot]
            start, end = self._slots[first], self._slots.get(slot)
            if start is not None and end is not None:
                for number, each in enumerate(run):
                    self._slots[each] = start + (end - start) * number / len(run)

    def _divide(self, references: Mapping[str, tuple]) -> None:
        groups: dict[str, dict[str, str | None]] = {}
        for name, (of, _, previous, *_) in references.items():
            groups.setdefault(of, {})[name] = previous
        for group in groups.values():
            for number, name in enumerate(_in_order(group)):
                self._parts[name] = number, len(group)


def _in_order(group: Mapping[str, str | None]) -> list[str]:
    """
    Return names, each behind the one before it; as they stand where that is not told.

    :param group: the one before each, by name.
    """
    after: dict[str | None, list[str]] = {}
    for name, previous in group.items():
        after.setdefault(previous if previous in group else None, []).append(name)
    ordered: dict[str, None] = {}
    waiting = after.get(None, [])[::-1]
    while waiting:
        name = waiting.pop()
        ordered[name] = None
        waiting += after.get(name, [])[::-1]
    # Those that come before one another in a circle.
    return list({**ordered, **dict.fromkeys(group)})
