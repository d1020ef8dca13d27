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
"""What the map of an agreement may hold, as JSON schemas."""

from __future__ import annotations

from fer_ros.schema import Schema
from fer_ros.study.annotation_table import COLUMNS

_NAME: Schema = {'type': 'string', 'minLength': 1, 'maxLength': 500, 'description': 'a name'}
_SECONDS: Schema = {'type': 'number', 'minimum': 0, 'maximum': 60,
                    'description': 'seconds, 0 to 60'}
_CODES: Schema = {'type': 'object', 'description': "a mapping, with lines such as 'smile: happy'"}
_IDS = 'an id of the study, a list of ids of the same person, or in_front'
_PERSON: Schema = {'anyOf': [_NAME, {'type': 'array', 'minItems': 1, 'items': _NAME}]}

#: An entry of `tiers`.
TIER: Schema = {
    'type': 'object', 'required': ['person'], 'additionalProperties': False,
    'description': "a mapping, at least 'person: in_front'", 'properties': {
        'person': {
            'anyOf': [*_PERSON['anyOf'], {
                'type': 'object', 'minProperties': 1, 'additionalProperties': _PERSON}],
            'description': f'{_IDS}; or a mapping of recordings to these'},
        'annotator': _NAME,
        'measure': {'enum': ['expression', 'valence'], 'description': 'expression or valence'},
        'codes': _CODES,
        'range': {'type': 'array', 'minItems': 2, 'maxItems': 2,
                  'items': {'type': 'number', 'description': 'a number'},
                  'description': 'the two numbers that stand for a valence of -1 and of 1, such '
                                 'as [1, 9]'},
        'unannotated': {'type': 'string', 'description': "a class, or 'left out'"}}}

#: An entry of `files`.
FILE: Schema = {
    'type': 'object', 'additionalProperties': False, 'description': 'a mapping',
    'properties': {
        'annotator': _NAME, 'recording': _NAME,
        'offset': {'type': 'number', 'description': 'seconds'},
        'between': {'type': 'array', 'minItems': 2, 'maxItems': 2,
                    'items': {'type': 'number', 'description': 'seconds'},
                    'description': 'two seconds, like [0, 60]'}}}

#: The whole map.
MAP: Schema = {
    'type': 'object', 'required': ['tiers'], 'additionalProperties': False,
    'description': "a mapping with the key 'tiers'", 'properties': {
        'tiers': {'type': 'object', 'minProperties': 1, 'maxProperties': 1000,
                  'description': "a mapping of tiers, such as 'mood: {person: in_front}'"},
        'codes': _CODES,
        'classes': {
            'type': 'object', 'description': 'a mapping of names to lists of our words',
            'additionalProperties': {
                'type': 'array', 'minItems': 1, 'description': 'a list of our words',
                'items': {'type': 'string', 'description': 'one of our words'}}},
        'files': {'type': 'object', 'maxProperties': 1000,
                  'description': "a mapping of patterns of files, such as 'anna/*.eaf'"},
        'columns': {'type': 'object', 'additionalProperties': False,
                    'properties': dict.fromkeys(COLUMNS, _NAME),
                    'description': f"a mapping of {', '.join(COLUMNS)} to names of columns"},
        'unsure': {'enum': ['left out', 'disagreement', 'most probable'],
                   'description': "'left out', 'disagreement' or 'most probable'"},
        'tolerance': _SECONDS, 'reaction_time': _SECONDS}}
