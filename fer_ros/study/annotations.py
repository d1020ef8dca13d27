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
"""Annotations of people, whatever program they were made with: what is read, and by whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
import math
from pathlib import Path

from fer_ros.boundary import InputError, reason
from fer_ros.core.regular_files import read_regular
from fer_ros.core.text import shown

#: Most bytes of a file of annotations, and annotations in it.
MOST_BYTES, MOST_ANNOTATIONS = 64 << 20, 1_000_000

#: Endings of the files that are read, and of what program.
ENDINGS = {
    '.eaf': 'ELAN', '.boris': 'BORIS', '.boris.gz': 'BORIS', '.csv': 'a table',
    '.tsv': 'a table', '.txt': 'a table'}


@dataclass(frozen=True)
class Annotation:
    """
    What somebody noted down about a time.

    :param recording: names under which the study may know the recording, the likeliest first.
    :param tier: of ELAN, subject of BORIS, `tier` of a table.
    :param annotator: '' where the file does not say.
    :param start: seconds since the first frame of the recording; likewise `end`, which is the
        same for a point event.
    :param code: what was noted down.
    :param detail: modifiers of BORIS.
    """

    recording: tuple[str, ...]
    tier: str
    annotator: str
    start: float
    end: float
    code: str
    detail: str = ''


@dataclass
class AnnotationFile:
    """
    What a file says.

    :param left_out: what cannot be used, in words, with how often.
    :param empty: (names of the recording, tier, annotator) of tiers in which nothing is noted.
    """

    path: Path
    annotations: list[Annotation] = field(default_factory=list)
    left_out: Counter = field(default_factory=Counter)
    empty: list[tuple[tuple[str, ...], str, str]] = field(default_factory=list)

    def add(self, recording: Iterable[str], tier: str, annotator: str, start: float, end: float,
            code: str, detail: str = '') -> None:
        """
        Take an annotation, or count it among what is left out where its times are none.

        :raises InputError: there are too many.
        """
        if not (math.isfinite(start) and math.isfinite(end)):
            self.left_out['an annotation without a time'] += 1
        elif end < start:
            self.left_out['an annotation that ends before it starts'] += 1
        elif end < 0:
            self.left_out['an annotation from before the recording starts'] += 1
        elif len(self.annotations) >= MOST_ANNOTATIONS:
            raise InputError(f'it has more than {MOST_ANNOTATIONS} annotations; split it')
        else:
            self.annotations.append(Annotation(
                tuple(recording), tier.strip(), annotator.strip(), start, end, code.strip(),
                detail))


def read_annotations(path: Path, columns: Mapping[str, str]) -> AnnotationFile:
    """
    Read a file of annotations, by the ending of its name.

    :param columns: name of each column of a plain table by what it means, of those that are named
        otherwise.
    :raises InputError: it cannot be read, is no such file, or is malformed; names it.
    """
    ending = ending_of(path)
    try:
        if ending is None:
            raise InputError(f"its name ends in none of {', '.join(ENDINGS)}")
        content = read_regular(path, MOST_BYTES)
        if not content:
            raise InputError('it is empty; export it again')
        # Each reader is imported for its files alone: pympi is not everywhere.
        if ending == '.eaf':
            from fer_ros.study.elan import read
        elif ending.startswith('.boris'):
            from fer_ros.study.boris import read
        else:
            from fer_ros.study.annotation_table import read
        file = read(path, content, columns)
        if not (file.annotations or file.left_out or file.empty):
            raise InputError('it holds no annotations')
        return file
    except (InputError, OSError) as error:
        told = str(error) if isinstance(error, InputError) else reason(error)
        raise InputError(f'{shown(str(path), 200)}: {told}') from error


def ending_of(path: Path) -> str | None:
    """Return which of `ENDINGS` a name has; None for none."""
    return next((ending for ending in sorted(ENDINGS, key=len, reverse=True)
                 if path.name.lower().endswith(ending)), None)


def decoded(content: bytes) -> str:
    """
    Return the text of a file.

    :raises InputError: it is none in UTF-8.
    """
    try:
        return content.decode('utf-8-sig')
    except UnicodeDecodeError as error:
        raise InputError(
            f'it is no text in UTF-8: {reason(error)}; save it as UTF-8') from None


def base_name(name: str) -> str:
    """Return the name of a file without folders of any system."""
    return name.replace('\\', '/').rstrip('/').rpartition('/')[2]


def stem(name: str) -> str:
    """Return likewise the name without its ending."""
    base = base_name(name)
    return base.rpartition('.')[0] or base


def annotation_files(paths: Iterable[Path]) -> Iterator[Path]:
    """
    Yield the files of annotations that paths name: files as they are, and those in folders.

    :raises InputError: a path is not there, or a folder holds none.
    """
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = sorted(each for each in path.rglob('*') if ending_of(each) and each.is_file())
        if not found:
            raise InputError(
                f'the folder {shown(str(path), 200)} holds no annotations; files end in '
                f"{', '.join(ENDINGS)}")
        yield from found
