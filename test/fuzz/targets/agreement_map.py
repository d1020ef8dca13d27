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
"""The map of an agreement: read, and asked about a few annotations."""

from contextlib import suppress

from fer_ros.boundary import InputError
from fer_ros.core.types import LABELS
from fer_ros.study.agreement_map_file import load_map
from fer_ros.study.agreement_schema import FILE, MAP, TIER
from fer_ros.study.annotations import Annotation
from targets._files import file_with

LONGEST = 4096
TOKENS = [
    *(key.encode() + b': ' for schema in (MAP, TIER, FILE) for key in schema['properties']),
    *(label.encode() for label in LABELS), b'left out', b'ignored', b'disagreement',
    b'most probable', b'in_front', b'valence', b'expression', b'smile', b'face', b"'*'", b'\n  ',
    b'- ', b'.inf', b'.nan', b'[1, 9]', b'&a ', b'*a', b'<<: ', b'{', b'[', b'}', b']', b'?']
NOTED = [Annotation(('a',), tier, '', 0.0, 1.0, code, 'm')
         for tier in ('face', '', 'x') for code in ('smile', '5', '1,5', 'nan', '')]


def one_input(data: bytes) -> None:
    with suppress(InputError):
        path = file_with(data, 'map.yaml')
        plan = load_map(path)
        assert len(plan.class_of) == len(LABELS) and max(plan.class_of) < len(plan.classes)
        assert plan.rule(path).between[0] < plan.rule(path).between[1]
        for one in NOTED:
            tier = plan.tier(one.tier)
            if tier is not None:
                assert all(isinstance(each, str) for each in tier.ids('a'))
                meaning = tier.meaning(one)
                assert isinstance(meaning, str | None) or -1 <= meaning <= 1


def seeds():
    yield b'tiers: {face: {person: in_front}}\ncodes: {smile: happy}\n'
    yield (b'tolerance: 0.5\nunsure: disagreement\nclasses:\n  a: [happy]\n  b: [neutral, sad, '
           b'angry, disgusted, scared]\n  left out: [surprised, contempt]\ncodes: {smile: a}\n'
           b'tiers:\n  face: {person: {s: [x, y]}, unannotated: b}\n'
           b'files: {"*.eaf": {annotator: c, offset: 1, between: [0, 5]}}\ncolumns: {start: on}\n')
    yield b'tiers: {x: {person: z, measure: valence, range: [1, 9], codes: {smile: 0.5}}}\n'
    yield b'tiers: &a\n  face: {person: *a}\n'
