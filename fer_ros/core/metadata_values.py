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


"""Reading what stands in and beside a model file, naming file and key when it is wrong."""

from __future__ import annotations

from collections.abc import Mapping
import json
import math
import os
from pathlib import Path
from typing import Any

from fer_ros.core.regular_files import read_regular
from fer_ros.core.text import shown
import yaml


# Characters of an error.
_LONGEST = 1000

# Bytes of a model card, and characters of what is parsed in cards and metadata: the parsers build
# objects many times as large. The shipped cards have 500 and metadata 300. And the brackets in a
# card: for 3,000 opened ones YAML takes 13 s.
_MOST_OF_CARD, _MOST_STRUCTURED, _MOST_BRACKETS = 1 << 20, 1 << 14, 200


class ModelError(Exception):
    """
    A model file cannot be used; the message names the file, what is wrong, and a remedy.

    It quotes what stands in the file, so it is escaped and cut.
    """

    def __init__(self, text: str):
        super().__init__(shown(text, _LONGEST))


def read_front_matter(path: str | os.PathLike[str]) -> dict[str, Any]:
    """
    Return the YAML front matter of a model card, {} if the file is missing or has none.

    :param path: the card, a Markdown file.
    :raises ModelError: the card cannot be read, or its front matter is too long or not a YAML
        mapping.
    """
    path = Path(path)
    try:
        text = read_regular(path, _MOST_OF_CARD).decode('utf-8')
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, 'strerror', None) or error
        raise ModelError(f"model card '{path}' cannot be read: {reason}") from error
    if not text.startswith('---'):
        return {}
    front_text = text.split('\n---', 1)[0][3:]
    if len(front_text) > _MOST_STRUCTURED:
        raise ModelError(
            f"front matter of the model card '{path}' has {len(front_text)} characters, more than "
            f'the {_MOST_STRUCTURED} that are read; shorten it')
    if front_text.count('[') + front_text.count('{') > _MOST_BRACKETS:
        raise ModelError(
            f"front matter of the model card '{path}' has more than {_MOST_BRACKETS} lists and "
            'mappings; shorten it')
    try:
        front = yaml.safe_load(front_text)
    # Besides its own errors: dates that cannot be, numbers of thousands of digits, nesting.
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        raise ModelError(
            f"front matter of the model card '{path}' is not YAML: "
            f'{shown(str(error), 200)}') from error
    if front is None:
        return {}
    if not isinstance(front, dict):
        raise ModelError(
            f"front matter of the model card '{path}' is {type(front).__name__}; "
            "it must be a mapping such as 'name: …'")
    return front


class Metadata:
    """
    Read typed values from the metadata of a model, naming model and key when one is wrong.

    :param path: of the model, for messages.
    :param values: the metadata, strings; structured values are JSON.
    """

    def __init__(self, path: str | os.PathLike[str], values: Mapping[str, str]):
        self.path = path
        self._values = values

    def error(self, key: str, problem: str) -> ModelError:
        """Return the error that says what is wrong with a key."""
        return ModelError(
            f"metadata '{key}' of model '{self.path}' {problem}; use a model made by the "
            'scripts in training/')

    def text(self, key: str, default: str | None = None) -> str:
        """Return a string; raise ModelError when it is missing and has no default."""
        value = self._values.get(key, default)
        if value is None:
            raise self.error(key, 'is missing')
        return value

    def structure(self, key: str) -> Any:
        """Return a value given as JSON."""
        text = self.text(key)
        if len(text) > _MOST_STRUCTURED:
            raise self.error(
                key, f'has {len(text)} characters, more than the {_MOST_STRUCTURED} that are read')
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise self.error(key, f"is '{shown(text)}', which is not JSON") from error

    def number(self, key: str, low: float, high: float) -> float:
        """Return a number in [low, high]."""
        return self.check(key, self.text(key), low, high)

    def whole(self, key: str, low: int, high: int) -> int:
        """Return a whole number in [low, high]."""
        value = self.number(key, low, high)
        if value != int(value):
            raise self.error(key, f'is {value:g}, not a whole number')
        return int(value)

    def choice(self, key: str, known: tuple[str, ...]) -> str:
        """Return one of the known words."""
        value = self.text(key)
        if value not in known:
            raise self.error(key, f"is '{shown(value)}', not one of: {', '.join(known)}")
        return value

    def check(self, key: str, value: Any, low: float, high: float) -> float:
        """Return `value` as a finite number in [low, high]."""
        try:
            number = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not low <= number <= high:
            raise self.error(
                key, f'is {shown(repr(value))}, not a number from {low:g} to {high:g}')
        return number
