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

"""A file of expectations: read, and held against a few frames."""

from contextlib import suppress

from fer_ros.core.types import LABELS
from fer_ros.replay.evaluator import ExpectationEvaluator
from fer_ros.replay.expectations import ENTRY, ExpectationError, load_expectations
from fer_ros.replay.records import FaceRecord, FrameRecord
from targets._files import file_with

LONGEST = 4096
TOKENS = [
    *(key.encode() + b': ' for key in ENTRY['properties']), *(label.encode() for label in LABELS),
    b'expectations:\n', b'- ', b'\n  ', b'80 %', b'.inf', b'.nan', b'-.inf', b'largest', b'all',
    b'any', b'unsure', b'2001-01-01', b'2001-99-99', b'0x10', b'1_0', b'&a ', b'*a', b'<<: ',
    b'!!python/name:os.system', b'!!set', b'!!binary ', b'? ', b'"\\ud800"', b'9' * 400, b'{',
    b'[']
FRAMES = [
    FrameRecord(index, 10 ** 18 + index * 10 ** 8, index / 10, (FaceRecord(
        'fa', (0.0, 0.0, 9.0, 9.0), label='happy', confidence=0.9),) * (index % 3))
    for index in range(4)]


def one_input(data: bytes) -> None:
    with suppress(ExpectationError):
        expectations = load_expectations(file_with(data, 'expect.yaml'))
        assert expectations
        evaluator = ExpectationEvaluator(expectations)
        for frame in FRAMES:
            evaluator.set_frame(frame)
        assert len([str(each) for each in evaluator.results()]) == len(expectations)


def seeds():
    def file(*entries):
        return ('expectations:\n' + ''.join(f'- {{{entry}}}\n' for entry in entries)).encode()
    yield file('name: smiles, label: happy, between: [0, 4], at_least: 80 %')
    yield file('label: [happy, neutral], face: any', 'max_face_gap: 0.5', 'max_ids: 2')
    yield file('min_confidence: 0.5, max_valence: 1, at_most: 0.2')
    yield file('min_faces: 1, max_faces: 2', 'max_frame_gap: 1', 'max_label_changes_per_minute: 9')
    yield b'expectations: &a\n- label: *a\n'
    yield b'expectations: ' + b'[' * 200
