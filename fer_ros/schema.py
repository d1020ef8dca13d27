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

"""Values from outside held against a JSON schema, and what is wrong told in a line."""

from __future__ import annotations

from typing import Any

from fer_ros.boundary import InputError
from fer_ros.core.text import did_you_mean, shown

#: A JSON schema, draft 7. The `description` of a value says what to write instead of a bad one.
Schema = dict[str, Any]


def check(value: Any, schema: Schema) -> None:
    """
    Hold a value against a schema.

    :param value: of bounded size and depth, as `bounded_text` reads it.
    :raises InputError: says where the first fault is, what is there and what to write.
    """
    # Imported here: half a second that only those who read such files wait for.
    from jsonschema import Draft7Validator
    for error in Draft7Validator(schema).iter_errors(value):
        raise InputError(_told(error))


def _told(error) -> str:
    # Lists count from 1, as people do.
    where = '.'.join(str(part + 1) if isinstance(part, int) else shown(part)
                     for part in error.absolute_path)
    inside = f'{where}: ' if where else ''
    if error.validator == 'required':
        missing = next(key for key in error.validator_value if key not in error.instance)
        return f"{inside}the key '{missing}' is missing"
    if error.validator == 'additionalProperties':
        known = error.schema['properties']
        key = next(key for key in error.instance if key not in known)
        hint = did_you_mean(key, known, f"remove it; known: {', '.join(known)}")
        return f"{inside}unknown key '{shown(key)}'{hint}"
    return f"{where or 'it'} is {shown(repr(error.instance))}; write {error.schema['description']}"
