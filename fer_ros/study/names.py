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

"""Names of the recordings of a study: safe as files, unique, and the same in every run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
import re
import unicodedata

from fer_ros.study.inputs import Source

# Most characters of a name; file systems take 255 bytes, and there are endings.
_LONGEST = 100


def safe_name(text: str) -> str:
    """Return text as it can name a file everywhere: letters, digits, '-', '.' and '_'."""
    name = re.sub(r'[^\w.-]+', '_', unicodedata.normalize('NFC', text), flags=re.UNICODE)
    name = name.encode('utf-8', 'replace')[:2 * _LONGEST].decode('utf-8', 'ignore')[:_LONGEST]
    # Files that begin with one of these are passed over by who reads data sets.
    return name.strip('._') or 'recording'


def name_sources(sources: Iterable[Source], known: Mapping[str, str]) -> dict[str, Source]:
    """
    Give each recording a name of its own.

    It is that of its file. Of two alike, both have as many folders before it as tell them apart.
    Who has a name in the study keeps it.

    :param known: names that the study has given, by path.
    :return: recordings by name, in the order given.
    """
    sources = list(sources)
    taken = {name.casefold() for name in known.values()}
    names = {source.path: known[source.label] for source in sources if source.label in known}
    new = [source for source in sources if source.path not in names]
    depths = dict.fromkeys((source.path for source in new), 1)
    while True:
        given: dict[str, list[Source]] = {}
        for source in new:
            given.setdefault(_name(source, depths[source.path]).casefold(), []).append(source)
        clashes = [source for name, of in given.items() if len(of) > 1 or name in taken
                   for source in of if depths[source.path] <= _parts(source)]
        if not clashes:
            break
        for source in clashes:
            depths[source.path] += 1
    for source in new:
        name = wanted = _name(source, depths[source.path])
        number = 1
        while name.casefold() in taken:
            number += 1
            name = f'{wanted}-{number}'
        taken.add(name.casefold())
        names[source.path] = name
    return {names[source.path]: source for source in sources}


def _parts(source: Source) -> int:
    return len(source.place.rstrip('/').split('/'))


def _name(source: Source, depth: int) -> str:
    """Return the name with as many last parts of the path; one more than all: with the ending."""
    parts = source.place.rstrip('/').split('/')
    if depth > len(parts):
        return safe_name('-'.join(parts[-2:]))
    return safe_name('-'.join([*parts[-depth:-1], source.stem]))
