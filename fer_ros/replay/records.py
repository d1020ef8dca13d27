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

from dataclasses import dataclass, field
import json
from pathlib import Path
from typing import Iterator

from fer_ros.core.types import Face, LABELS, UNSURE
from fer_ros.stream.stamps import NANOSECONDS


class RecordError(ValueError):
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
    :param valence: -1 to 1.
    :param arousal: -1 to 1.
    :param expression: label to probability, all eight, in the order of `LABELS`.
    """

    id: str  # noqa: A003
    box: tuple[float, float, float, float]
    score: float = 1.0
    observed: bool = True
    label: str = UNSURE
    confidence: float = 0.0
    valence: float = 0.0
    arousal: float = 0.0
    expression: dict[str, float] = field(default_factory=dict)

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
                        in zip(LABELS, face.expression.probabilities)})


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
            'faces': [
                {'id': face.id, 'box': list(face.box), 'score': face.score,
                 'observed': face.observed, 'label': face.label, 'confidence': face.confidence,
                 'valence': face.valence, 'arousal': face.arousal,
                 'expression': face.expression}
                for face in self.faces],
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

        :raises RecordError: no JSON, or a key is missing or of the wrong kind.
        """
        try:
            line = json.loads(text)
        except json.JSONDecodeError as error:
            raise RecordError(f'not JSON: {error}') from error
        try:
            faces = tuple(
                FaceRecord(**{**face, 'box': tuple(float(value) for value in face['box'])})
                for face in line['faces'])
            return cls(
                index=int(line['frame']),
                stamp=int(line['stamp']['sec']) * NANOSECONDS + int(line['stamp']['nanosec']),
                time=float(line['time']), faces=faces,
                latency_ms=dict(line.get('latency_ms', {})),
                reset=bool(line.get('reset', False)))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RecordError(
                f'not a frame record ({type(error).__name__}: {error}); '
                'write such files with fer_replay --jsonl') from error


def read_records(path: Path) -> Iterator[FrameRecord]:
    """
    Read the frame records of a file of JSON lines.

    :raises RecordError: names the file and the line, or why the file cannot be read.
    """
    number = 0
    try:
        with open(path, encoding='utf-8') as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield FrameRecord.from_json(line)
    except RecordError as error:
        raise RecordError(f'{path}, line {number}: {error}') from error
    except UnicodeDecodeError as error:
        raise RecordError(
            f'{path} is no text; name a file that fer_replay --jsonl wrote') from error
    except OSError as error:
        raise RecordError(
            f'{path} cannot be read: {error.strerror}; name a file that fer_replay --jsonl '
            'wrote') from error
