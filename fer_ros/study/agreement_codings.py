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
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from fer_ros.boundary import InputError
from fer_ros.core.text import did_you_mean, shown
from fer_ros.study.agreement_coding import Coding, Without
from fer_ros.study.agreement_map import (
    AgreementMap, EXPRESSION, FileRule, IGNORED, IN_FRONT, LEFT_OUT, Tier)
from fer_ros.study.annotations import Annotation, AnnotationFile, base_name, stem

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


class Recordings:
    """
    Which recording of a study a name of an annotation file means.

    :param paths: where each of the study's recordings was read, by its name.
    """

    def __init__(self, paths: Mapping[str, str]):
        self.names = tuple(paths)
        self._by_key: dict[str, set[str]] = {}
        for name, path in paths.items():
            for key in {name, base_name(path), stem(path)}:
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
            for key in (name, base_name(name), stem(name)):
                if key in self.names:
                    return key
                found = self._by_key.get(key, set())
                if len(found) == 1:
                    return next(iter(found))
        return None

    def hint(self, candidates: Sequence[str]) -> str:
        """Return what to say of names that mean no recording: which they may mean."""
        for name in candidates:
            found = sorted(
                self._by_key.get(base_name(name), ()) or self._by_key.get(stem(name), ()))
            if found:
                which = ' or '.join(shown(one) for one in found[:4])
                return f", which may be {which}; say which under 'files:' of the map"
        return did_you_mean(candidates[0], self.names)


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
        finder = _Finder(plan, plan.rule(file.path), recordings, ids_of)
        unused.others.update({f'{shown(file.path.name, 200)}: {what}': count
                              for what, count in file.left_out.items()})
        for annotation in file.annotations:
            found = finder.find(annotation.recording, annotation.tier, annotation.annotator)
            if not isinstance(found, _About):
                getattr(unused, found[0])[found[1]] += 1
                continue
            place, tier = found
            source = sources.setdefault((place.recording, annotation.tier, place.annotator), file)
            if source is not file:
                raise InputError(
                    f'{shown(str(source.path), 200)} and {shown(str(file.path), 200)} both have '
                    f"the tier '{shown(annotation.tier)}' of {shown(place.recording)} by "
                    f"{shown(place.annotator)}; name the annotators under 'files:' of the map")
            _add(_coding(codings, found, plan, finder.rule), annotation, tier, plan, finder.rule,
                 unused)
        for names, name, annotator in file.empty:
            # Of somebody of whom nothing was to be noted, where that has a meaning.
            found = finder.find(names, name, annotator)
            if isinstance(found, _About) and found.tier.unannotated != LEFT_OUT:
                _coding(codings, found, plan, finder.rule)
    return {place: coding for place, coding in codings.items()
            if coding.spans or coding.points or coding.nothing >= 0}, unused


class _About(NamedTuple):
    """What an annotation is about, and what the map says of its tier."""

    place: Place
    tier: Tier


class _Finder:
    """Find what the annotations of a file are about; each kind is looked up once."""

    def __init__(self, plan: AgreementMap, rule: FileRule, recordings: Recordings,
                 ids_of: Callable[[str], Iterable[str]]):
        self.rule = rule
        self._plan, self._recordings, self._ids_of = plan, recordings, ids_of
        self._found: dict[tuple, _About | tuple[str, str]] = {}

    def find(self, names: tuple[str, ...], tier: str, annotator: str) -> _About | tuple[str, str]:
        """
        Return what an annotation is about.

        :return: where that is unknown, the field of `Unused` in which it counts, and the words.
        """
        key = names, tier, annotator
        if key not in self._found:
            self._found[key] = self._find(*key)
        return self._found[key]

    def _find(self, names: tuple[str, ...], name: str, annotator: str,
              ) -> _About | tuple[str, str]:
        tier = self._plan.tier(name)
        if tier is None:
            hint = did_you_mean(name, (one.name for one in self._plan.tiers))
            return 'tiers', f"'{shown(name)}'{hint}"
        candidates = (self.rule.recording,) if self.rule.recording else names
        recording = self._recordings.find(candidates)
        if recording is None:
            hint = self._recordings.hint(candidates)
            return 'recordings', f"'{shown(candidates[0], 200)}'{hint}"
        ids = tier.ids(recording)
        where = f"of '{shown(recording, 200)}'"
        if not ids:
            return 'people', f"the tier '{shown(name)}' {where}: the map names no id"
        known = frozenset(self._ids_of(recording))
        lacking = next((one for one in ids if one not in known), None)
        if lacking is not None:
            hint = did_you_mean(lacking, known - {IN_FRONT})
            return 'people', f"'{shown(lacking)}' {where}{hint}"
        annotator = self.rule.annotator or tier.annotator or annotator or SOMEBODY
        return _About(Place(recording, ids, annotator, tier.measure), tier)


def _coding(codings: dict[Place, Coding], about: _About, plan: AgreementMap, rule: FileRule,
            ) -> Coding:
    coding = codings.setdefault(about.place, Coding())
    if about.tier.unannotated != LEFT_OUT:
        coding.nothing = plan.classes.index(about.tier.unannotated)
    coding.between = (max(coding.between[0], rule.between[0]),
                      min(coding.between[1], rule.between[1]))
    return coding


@lru_cache(1000)
def _unknown(code: str, tier: str, known: tuple[str, ...]) -> str:
    return f"'{shown(code)}' of the tier '{shown(tier)}'{did_you_mean(code, known)}"


def _add(coding: Coding, annotation: Annotation, tier: Tier, plan: AgreementMap, rule: FileRule,
         unused: Unused) -> None:
    meaning = tier.meaning(annotation)
    if meaning == IGNORED:
        return
    if meaning is None:
        unused.codes[_unknown(annotation.code, annotation.tier, tuple(tier.codes))] += 1
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
