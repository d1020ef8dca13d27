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
"""Annotations of ELAN: its `.eaf` files, read by pympi."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote
import warnings

from fer_ros.boundary import InputError, reason
from fer_ros.core.text import shown
from fer_ros.study.annotations import AnnotationFile, stem
from fer_ros.study.elan_times import Times

#: ELAN's times are whole milliseconds.
MILLISECONDS = 1000.0


def read(path: Path, content: bytes, columns: Mapping[str, str]) -> AnnotationFile:
    """
    Return the annotations of all tiers.

    The recording is a linked medium, by its file name, or else the file's own name; an offset of
    the first medium (`TIME_ORIGIN`) is taken off. An annotation that refers to another one has
    that one's time, or its part of it, see `elan_times.Times`.

    :param content: of the file; pympi reads it by its path.
    :param columns: of tables; nothing here.
    :raises InputError: it is no file of ELAN's.
    """
    eaf = _parsed(path, content)
    media = [dict(one) for one in eaf.media_descriptors]
    names = [name for one in media for name in _names(one)]
    origin = _whole(media[0].get('TIME_ORIGIN')) if media else 0
    file, times = AnnotationFile(path), Times(eaf)
    recording = tuple(dict.fromkeys((*names, stem(path.name))))
    for tier, (aligned, references, attributes, _) in eaf.tiers.items():
        annotator = attributes.get('ANNOTATOR') or ''
        if not aligned and not references:
            file.empty.append((recording, tier.strip(), annotator.strip()))
        values = {**{name: one[2] for name, one in aligned.items()},
                  **{name: one[1] for name, one in references.items()}}
        for name, value in values.items():
            span = times.span(name)
            if span is None:
                file.left_out[f"an annotation of the tier '{shown(tier)}' without a time"] += 1
                continue
            start, end = ((time + origin) / MILLISECONDS for time in span)
            file.add(recording, tier, annotator, start, end, value or '')
    return file


def _parsed(path: Path, content: bytes) -> Any:
    from pympi import Eaf
    if b'<ANNOTATION_DOCUMENT' not in content[:65536]:
        raise InputError('it is no file of ELAN: <ANNOTATION_DOCUMENT> is missing')
    if b'<!ENTITY' in content:
        raise InputError('it defines entities, which no file of ELAN does; save it with ELAN')
    try:
        with warnings.catch_warnings():
            # Of newer versions of the format, which differ in what is not read here.
            warnings.simplefilter('ignore')
            # Not '-', which stands for standard input.
            return Eaf(str(path.absolute()))
    except MemoryError:
        raise
    # Whatever is amiss comes as any exception at all: KeyError, IndexError, Exception itself.
    except Exception as error:  # noqa: B902
        told = (f'{reason(error)} is missing' if isinstance(error, KeyError) else
                shown(reason(error), 200))
        raise InputError(f'ELAN cannot have written it like this: {told}; open it in ELAN and '
                         'save it') from error


def _names(medium: Mapping[str, str]) -> list[str]:
    """Return the file name of a medium, as the file has it with and without its ending."""
    urls = (medium.get('RELATIVE_MEDIA_URL') or '', medium.get('MEDIA_URL') or '')
    bases = (unquote(url).replace('\\', '/').rpartition('/')[2] for url in urls)
    return [base for base in bases if base]


def _whole(text: str | None) -> int:
    try:
        return int(text or 0)
    except ValueError:
        raise InputError(f"the TIME_ORIGIN '{shown(text or '')}' is no whole number") from None
