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
"""Annotations put where the map says: by recording, person, annotator and measure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from fer_ros.boundary import InputError
from fer_ros.core.text import shown
from fer_ros.study.agreement_coding import Coding, Without
from fer_ros.study.agreement_map import (
    AgreementMap, EXPRESSION, FileRule, IGNORED, LEFT_OUT, near, Tier)
from fer_ros.study.annotations import Annotation, AnnotationFile, stem

#: Who annotated, where nobody says.
SOMEBODY = 'annotator'


class Place(NamedTuple):
    """
    What a coding is about.

    :param ids: of the person in the study, or `IN_FRONT` alone.
    """

    recording: str
    ids: tuple[str, ...]
    annotator: str
    measure: str

    @property
    def person(self) -> str:
        """Return the person for people."""
        return ' + '.join(self.ids)


@dataclass
class Unused:
    """What of the annotations could not be used, each with the number of annotations."""

    recordings: Counter = field(default_factory=Counter)
    tiers: Counter = field(default_factory=Counter)
    people: Counter = field(default_factory=Counter)
    codes: Counter = field(default_factory=Counter)
    others: Counter = field(default_factory=Counter)

    def __bool__(self) -> bool:
        return any((self.recordings, self.tiers, self.people, self.codes, self.others))


class Recordings:
    """
    Which recording of a study a name of an annotation file means.

    :param paths: where each of the study's recordings was read, by its name.
    """

    def __init__(self, paths: Mapping[str, str]):
        self.names = tuple(paths)
        self._by_key: dict[str, set[str]] = {}
        for name, path in paths.items():
            for key in {name, _base(path), stem(path)}:
                self._by_key.setdefault(key, set()).add(name)

    def find(self, candidates: Iterable[str]) -> str | None:
        """
        Return the recording that the first fitting name means.

        It fits by being the study's name for it, or that of its file, without folders, and, where
        that leaves one, without the ending: people annotate copies in other formats.

        :param candidates: names, the likeliest first.
        :return: None where none fits, or several do.
        """
        for name in candidates:
            for key in (name, _base(name), stem(name)):
                if key in self.names:
                    return key
                found = self._by_key.get(key, set())
                if len(found) == 1:
                    return next(iter(found))
        return None


def _base(name: str) -> str:
    return name.replace('\\', '/').rstrip('/').rpartition('/')[2]


def codings_of(files: Iterable[AnnotationFile], plan: AgreementMap, recordings: Recordings,
               ids_of: Callable[[str], Iterable[str]]) -> tuple[dict[Place, Coding], Unused]:
    """
    Return the codings by what they are about, and what could not be used.

    :param ids_of: returns the ids of a recording.
    :raises InputError: two files annotate the same under one name.
    """
    codings: dict[Place, Coding] = {}
    unused = Unused()
    sources: dict[tuple[str, str, str], AnnotationFile] = {}
    for file in files:
        rule = plan.rule(file.path)
        unused.others.update({f'{shown(file.path.name, 200)}: {what}': count
                              for what, count in file.left_out.items()})
        for annotation in file.annotations:
            found = _placed(annotation, rule, plan, recordings, ids_of, unused)
            if found is None:
                continue
            place, tier = found
            source = sources.setdefault((place.recording, annotation.tier, place.annotator), file)
            if source is not file:
                raise InputError(
                    f'{shown(str(source.path), 200)} and {shown(str(file.path), 200)} both have '
                    f"the tier '{shown(annotation.tier)}' of {shown(place.recording)} by "
                    f"{shown(place.annotator)}; name the annotators under 'files:' of the map")
            coding = codings.setdefault(place, Coding())
            if tier.unannotated != LEFT_OUT:
                coding.nothing = plan.classes.index(tier.unannotated)
            coding.between = (max(coding.between[0], rule.between[0]),
                              min(coding.between[1], rule.between[1]))
            _add(coding, annotation, tier, plan, rule, unused)
        for names, name, annotator in file.empty:
            # Of somebody of whom nothing was to be noted, where that has a meaning.
            nothing = Annotation(names, name, annotator, 0.0, 0.0, '')
            found = _placed(nothing, rule, plan, recordings, ids_of, Unused())
            if found is not None and found[1].unannotated != LEFT_OUT:
                codings.setdefault(found[0], Coding(
                    nothing=plan.classes.index(found[1].unannotated), between=rule.between))
    return {place: coding for place, coding in codings.items()
            if coding.spans or coding.points or coding.nothing >= 0}, unused


def _placed(annotation: Annotation, rule: FileRule, plan: AgreementMap, recordings: Recordings,
            ids_of: Callable[[str], Iterable[str]], unused: Unused) -> tuple[Place, Tier] | None:
    """Return what an annotation is about; None, and counted, where it is unknown."""
    tier = plan.tier(annotation.tier)
    if tier is None:
        hint = near(annotation.tier, (one.name for one in plan.tiers))
        unused.tiers[f"'{shown(annotation.tier)}'{hint}"] += 1
        return None
    candidates = (rule.recording,) if rule.recording else annotation.recording
    name = recordings.find(candidates)
    if name is None:
        hint = near(candidates[0], recordings.names)
        unused.recordings[f"'{shown(candidates[0], 200)}'{hint}"] += 1
        return None
    ids = tier.ids(name)
    where = f"of '{shown(name, 200)}'"
    if not ids:
        unused.people[f"the tier '{shown(annotation.tier)}' {where}: the map names no id"] += 1
        return None
    known = frozenset(ids_of(name))
    lacking = [one for one in ids if one not in known]
    if lacking:
        hint = near(lacking[0], known - {'in_front'})
        unused.people[f"'{shown(lacking[0])}' {where}{hint}"] += 1
        return None
    annotator = rule.annotator or tier.annotator or annotation.annotator or SOMEBODY
    return Place(name, ids, annotator, tier.measure), tier


def _add(coding: Coding, annotation: Annotation, tier: Tier, plan: AgreementMap, rule: FileRule,
         unused: Unused) -> None:
    meaning = tier.meaning(annotation)
    if meaning == IGNORED:
        return
    if meaning is None:
        hint = near(annotation.code, tier.codes)
        unused.codes[f"'{shown(annotation.code)}' of the tier "
                     f"'{shown(annotation.tier)}'{hint}"] += 1
    value = _value(meaning, tier, plan.classes)
    if value is None:
        return
    shift = rule.offset - plan.reaction_time
    start, end = annotation.start + shift, annotation.end + shift
    if annotation.end > annotation.start:
        coding.spans.append((start, end, value))
    elif value >= 0 or tier.measure != EXPRESSION:
        coding.points.append((start, value))


def _value(meaning: object, tier: Tier, classes: tuple[str, ...]) -> float | None:
    """Return a meaning as a coding has it; None for a valence that there is none of."""
    if tier.measure != EXPRESSION:
        return float(meaning) if isinstance(meaning, (int, float)) else None
    special: Mapping[object, int] = {None: Without.UNKNOWN, LEFT_OUT: Without.LEFT_OUT}
    return special[meaning] if meaning in special else classes.index(str(meaning))
