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

"""A file of JSON lines, one for each frame."""

from contextlib import suppress

from fer_ros.core.types import LABELS
from fer_ros.replay.records import FaceRecord, FrameRecord, read_records, RecordError
from targets._files import file_with

LONGEST = 4096
TOKENS = [f'"{key}": '.encode() for key in (
    'frame', 'stamp', 'sec', 'nanosec', 'time', 'faces', 'id', 'box', 'score', 'observed', 'label',
    'confidence', 'valence', 'arousal', 'expression', 'latency_ms', 'reset', *LABELS)] + [
    b'NaN', b'Infinity', b'-Infinity', b'1e999', b'null', b'true', b'{}', b'[]', b'9' * 400,
    b'"\\ud800"', b'\xef\xbb\xbf', b'\n']


def one_input(data: bytes) -> None:
    with suppress(RecordError):
        for record in read_records(file_with(data, 'frames.jsonl')):
            assert isinstance(record, FrameRecord)
            # What was read can be written, and reads the same.
            assert FrameRecord.from_json(record.to_json()) == record


def seeds():
    face = FaceRecord(
        'fa', (1.0, 2.0, 3.0, 4.0), 0.9, True, 'happy', 0.8, 0.5, -0.25,
        {label: 0.125 for label in LABELS})
    records = [
        FrameRecord(0, 10 ** 18, 0.0), FrameRecord(1, 10 ** 18 + 1, 0.1, (face, face)),
        FrameRecord(2, 5, -1.0, (face,), {'total': 2.0}, True)]
    for record in records:
        yield record.to_json().encode() + b'\n'
    yield b'\n'.join(record.to_json().encode() for record in records)
    yield b'[' * 3000
    yield b'{"frame": ' + b'9' * 1000
