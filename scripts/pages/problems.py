#!/usr/bin/env python3
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

"""A mistake of a page: where it stands, what is not there, and what is nearest to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
import difflib


@dataclass(frozen=True, order=True)
class Problem:
    """
    A mistake.

    :param page: path from the root of the checkout.
    :param line: from 1.
    """

    page: str
    line: int
    message: str

    def __str__(self) -> str:
        return f'{self.page}:{self.line}: {self.message}'


def nearest(name: str, known: Iterable[str]) -> str:
    """Return `; the nearest is '…'`, or '' where nothing is near."""
    near = difflib.get_close_matches(name, list(known), 1, 0.5)
    return f"; the nearest is '{near[0]}'" if near else ''


class Unknown(ValueError):
    """A name that is not there; the message says what it should be, and what is nearest."""

    def __init__(self, what: str, name: str, known: Iterable[str] = ()):
        super().__init__(f"no {what} '{name}'{nearest(name, known)}")
