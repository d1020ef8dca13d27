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

"""What a replay says about one frame: the JSON line, written and read back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
import json
import math
from pathlib import Path
import re
from typing import Any

from fer_ros.boundary import InputError
from fer_ros.bounded_text import parse_json
from fer_ros.core.text import shown
from fer_ros.core.types import Face, LABELS, UNSURE
from fer_ros.replay import record_cues, record_heads
from fer_ros.stream.stamps import NANOSECONDS


#: Most bytes of a line; a face has some 400, with landmarks 2,000.
MOST_IN_LINE = 1_000_000

#: Tells whether a value is what it should be.
Test = Callable[[Any], bool]

_ID = re.compile('[A-Za-z0-9_-]{1,64}')


class RecordError(InputError):
    """A line is not a frame record; the message names file, line and what is wrong."""


@dataclass(frozen=True)
class FaceRecord:
    """
    One face of one frame.

    :param id: track id.
    :param box: x, y, width, height in pixels of the image as recorded.
    :param score: detector confidence, 0 to 1.
    :param observed: False while the track coasts over a gap.
    :param label: the shown label, or `unsure`.
    :param confidence: its probability, 0 to 1; 0 when unsure.
    :param valence: -1 to 1; NaN where a line does not tell it; likewise `arousal`.
    :param expression: label to probability, all eight, in the order of `LABELS`.
    :param head: pose of the head where it was asked for and is known, see `record_heads`;
        likewise `landmarks`.
    :param attention: see `record_cues`; likewise `speech` and `action_units`.
    """

    id: str  # noqa: A003
    box: tuple[float, float, float, float]
    score: float = 1.0
    observed: bool = True
    label: str = UNSURE
    confidence: float = 0.0
    valence: float = math.nan
    arousal: float = math.nan
    expression: dict[str, float] = field(default_factory=dict)
    head: dict[str, Any] | None = None
    landmarks: list[list[float]] | None = None
    attention: str | None = None
    speech: float | None = None
    action_units: dict[str, list[float]] | None = None

    @classmethod
    def from_face(cls, face: Face) -> FaceRecord:
        """Round a face of the pipeline to what is written."""
        x, y, width, height = (round(float(value), 2) for value in face.box)
        return cls(
            id=face.id, box=(x, y, width, height),
            score=round(float(face.score), 4), observed=bool(face.observed), label=face.label,
            confidence=round(float(face.confidence), 5), valence=round(float(face.valence), 4),
            arousal=round(float(face.arousal), 4),
            expression={label: round(float(probability), 5) for label, probability
                        in zip(LABELS, face.expression.probabilities)},
            head=record_heads.head_of(face), landmarks=record_heads.points_of(face),
            **record_cues.cues_of(face))

    def line(self) -> dict[str, Any]:
        """Return what is written of it; what is not known is left out."""
        written = {
            'id': self.id, 'box': list(self.box), 'score': self.score,
            'observed': self.observed, 'label': self.label, 'confidence': self.confidence,
            'valence': self.valence, 'arousal': self.arousal, 'expression': self.expression}
        known = ((key, getattr(self, key)) for key in ('head', 'landmarks', *record_cues.KEYS))
        return {key: value for key, value in (*written.items(), *known)
                if value is not None and not (isinstance(value, float) and math.isnan(value))}


@dataclass(frozen=True)
class FrameRecord:
    """
    One frame of a recording, as replayed.

    :param index: number of the image in the recording, from 0; unusable images count too.
    :param stamp: nanoseconds, from the image's header (from the recording where that is zero).
    :param time: seconds since the first frame's stamp.
    :param faces: largest first.
    :param latency_ms: milliseconds of each stage and in `total`; empty where not measured.
    :param reset: time or the source started over, so tracks and filters started anew with this
        frame. A late image has no record: it is left out.
    """

    index: int
    stamp: int
    time: float
    faces: tuple[FaceRecord, ...] = ()
    latency_ms: dict[str, float] = field(default_factory=dict)
    reset: bool = False

    def to_json(self) -> str:
        """Return the JSON line, without a newline; keys in a fixed order."""
        line = {
            'frame': self.index,
            'stamp': {'sec': self.stamp // NANOSECONDS, 'nanosec': self.stamp % NANOSECONDS},
            'time': self.time,
            'faces': [face.line() for face in self.faces],
        }
        if self.latency_ms:
            line['latency_ms'] = self.latency_ms
        if self.reset:
            line['reset'] = True
        return json.dumps(line, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> FrameRecord:
        """
        Read a JSON line back.

        :raises InputError: no JSON, or a key is missing or of the wrong kind.
        """
        line = parse_json(text)
        _require(line, 'the line', _FRAME, 4)
        for face in line['faces']:
            _require(face, 'a face', _FACE, 2)
        return cls(
            index=int(line['frame']),
            stamp=int(line['stamp']['sec']) * NANOSECONDS + int(line['stamp']['nanosec']),
            time=float(line['time']),
            faces=tuple(FaceRecord(**{key: face[key] for key in _FACE if key in face}
                                   | {'box': tuple(map(float, face['box']))})
                        for face in line['faces']),
            latency_ms=line.get('latency_ms', {}), reset=line.get('reset', False))


def read_records(path: Path) -> Iterator[FrameRecord]:
    """
    Read the frame records of a file of JSON lines.

    :raises RecordError: names the file and the line, or why the file cannot be read.
    """
    number = 0
    try:
        with open(path, 'rb') as file:
            # A file without line ends is not read as a whole.
            for number, line in enumerate(iter(lambda: file.readline(MOST_IN_LINE + 1), b''), 1):
                if len(line) > MOST_IN_LINE:
                    raise InputError(f'longer than {MOST_IN_LINE} bytes')
                if line.strip():
                    yield FrameRecord.from_json(line.decode('utf-8'))
    except (InputError, UnicodeDecodeError) as error:
        what = 'no text' if isinstance(error, UnicodeDecodeError) else str(error)
        raise RecordError(
            f'{shown(str(path), 200)}, line {number}: not a frame record: {what}; name a file '
            'that fer_replay --jsonl wrote') from error
    except OSError as error:
        raise RecordError(
            f'{shown(str(path), 200)} cannot be read: {error.strerror}; name a file that '
            'fer_replay --jsonl wrote') from error


def _require(value: Any, what: str, kinds: Mapping[str, tuple[Test, str]], needed: int) -> None:
    """
    Refuse what lacks one of the first keys, or has a value that is none of its kind.

    A table and not a schema: with the library for schemas a line takes ten times as long to read.
    """
    if not isinstance(value, dict):
        raise InputError(f'{what} is {shown(repr(value))}; write a mapping')
    for place, (key, (test, wanted)) in enumerate(kinds.items()):
        if key not in value:
            if place < needed:
                raise InputError(f"{what} lacks the key '{key}'")
        elif not test(value[key]):
            raise InputError(f'{key} is {shown(repr(value[key]))}; write {wanted}')


def _is_number(value: Any, least: float, most: float) -> bool:
    return type(value) in (float, int) and least <= value <= most


def _numbers(most: float, names: Collection[str] = ()) -> Test:
    """Return the test of a mapping to numbers from 0, of some names or of any."""
    return lambda value: isinstance(value, dict) and all(
        _is_number(number, 0, most) and (not names or name in names)
        for name, number in value.items())


def _is_stamp(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {'sec', 'nanosec'} and all(
        type(number) is int for number in value.values())


_SHARE: tuple[Test, str] = (lambda value: _is_number(value, 0, 1), 'a number from 0 to 1')
_SIGNED: tuple[Test, str] = (lambda value: _is_number(value, -1, 1), 'a number from -1 to 1')
_TRUTH: tuple[Test, str] = (lambda value: isinstance(value, bool), 'true or false')

#: Key of a frame to what its value must be and how that is said; the first four are needed.
_FRAME: dict[str, tuple[Test, str]] = {
    'frame': (lambda value: type(value) is int and value >= 0, 'a whole number from 0'),
    'stamp': (_is_stamp, 'sec and nanosec, whole numbers'),
    'time': (lambda value: _is_number(value, -1e11, 1e11), 'seconds'),
    'faces': (lambda value: isinstance(value, list), 'a list of faces'),
    'latency_ms': (_numbers(1e9), 'milliseconds of each stage'), 'reset': _TRUTH}

#: Likewise of a face; the first two are needed.
_FACE: dict[str, tuple[Test, str]] = {
    'id': (lambda value: isinstance(value, str) and _ID.fullmatch(value) is not None,
           'up to 64 letters and digits'),
    'box': (lambda value: isinstance(value, list) and len(value) == 4 and all(
        _is_number(number, -1e7, 1e7) for number in value), 'x, y, width and height in pixels'),
    'score': _SHARE, 'observed': _TRUTH,
    'label': (lambda value: value in (*LABELS, UNSURE), ', '.join((*LABELS, UNSURE))),
    'confidence': _SHARE, 'valence': _SIGNED, 'arousal': _SIGNED,
    'expression': (_numbers(1, LABELS), 'the share of each label'),
    'head': record_heads.HEAD, 'landmarks': record_heads.POINTS, **record_cues.CHECKS}
