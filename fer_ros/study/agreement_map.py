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
"""The map of an agreement: which tiers and codes of annotators stand for which of our words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
import math
from pathlib import Path
from typing import Any

from fer_ros.study.annotations import Annotation

#: Stands for the person with the largest face of each frame.
IN_FRONT = 'in_front'

#: In place of a class: nothing is compared while such a code holds; or it is as if not noted.
LEFT_OUT, IGNORED = 'left out', 'ignored'

#: What `unsure` may count as, beside `LEFT_OUT`.
DISAGREEMENT, MOST_PROBABLE = 'disagreement', 'most probable'

#: What is measured of a tier.
EXPRESSION, VALENCE = 'expression', 'valence'


@dataclass(frozen=True)
class Tier:
    """
    What a tier is about.

    :param person: id in the study, several of one person, or `IN_FRONT`; or these by recording.
    :param codes: to a class, `LEFT_OUT` or `IGNORED`; for valence to a number from -1 to 1.
    :param range: numbers that stand for a valence of -1 and 1; None where codes are no numbers.
    :param unannotated: what holds where nothing is noted: a class, or `LEFT_OUT`.
    """

    name: str
    person: Any
    annotator: str = ''
    measure: str = EXPRESSION
    codes: Mapping[str, Any] = field(default_factory=dict)
    range: tuple[float, float] | None = None  # noqa: A003
    unannotated: str = LEFT_OUT

    def ids(self, recording: str) -> tuple[str, ...]:
        """Return the ids, or `IN_FRONT`, in a recording; () for a recording that is not named."""
        person = self.person
        if isinstance(person, dict):
            person = person.get(recording, ())
        return (person,) if isinstance(person, str) else tuple(person)

    def meaning(self, annotation: Annotation) -> Any:
        """Return the class, number, `LEFT_OUT` or `IGNORED` of an annotation; None if unknown."""
        for code in (f'{annotation.code}|{annotation.detail}', annotation.code):
            if code in self.codes:
                return self.codes[code]
        if self.measure == EXPRESSION or self.range is None:
            return None
        try:
            value = float(annotation.code.replace(',', '.'))
        except ValueError:
            return None
        low, high = self.range
        return 2 * (value - low) / (high - low) - 1 if min(low, high) <= value <= max(
            low, high) else None


@dataclass(frozen=True)
class FileRule:
    """What is said of the files that a pattern fits: as in `agreement_schema.FILE`."""

    pattern: str
    annotator: str = ''
    recording: str = ''
    offset: float = 0.0
    between: tuple[float, float] = (-math.inf, math.inf)


@dataclass(frozen=True)
class AgreementMap:
    """
    A whole map.

    :param classes: those of the comparison, in order.
    :param class_of: index in `classes` of each of `LABELS`; -1 for one that is left out.
    :param unsure: `LEFT_OUT`, `DISAGREEMENT` or `MOST_PROBABLE`.
    :param tolerance: seconds about each change of an annotation in which nothing is compared.
    :param reaction_time: seconds that annotations come late.
    """

    tiers: tuple[Tier, ...]
    classes: tuple[str, ...]
    class_of: tuple[int, ...]
    files: tuple[FileRule, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    unsure: str = LEFT_OUT
    tolerance: float = 0.0
    reaction_time: float = 0.0

    def tier(self, name: str) -> Tier | None:
        """Return what a tier is about, that of its very name first; None for an unknown one."""
        return next((one for one in self.tiers if one.name == name), None) or next(
            (one for one in self.tiers if fnmatchcase(name, one.name)), None)

    def rule(self, path: Path) -> FileRule:
        """Return what is said of a file; the first pattern that fits its name or path holds."""
        return next((one for one in self.files if fnmatchcase(path.name, one.pattern)
                     or fnmatchcase(str(path), one.pattern)
                     or fnmatchcase(str(path), f'*/{one.pattern}')), FileRule('*'))
