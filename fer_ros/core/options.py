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

"""Checks shared by the option dataclasses of the core."""

from __future__ import annotations

import math
from numbers import Integral, Real


def require_number(owner: object, name: str, low: float, high: float) -> None:
    """
    Check that a field of an options object is a finite number in [low, high].

    :raises ValueError: naming the class, the field, its value and the range.
    """
    value = getattr(owner, name)
    fits = isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
    if not fits or not low <= value <= high:
        raise ValueError(
            f'{type(owner).__name__}.{name} is {value!r}; '
            f'it must be a number from {low:g} to {high:g}')


def require_integer(owner: object, name: str, low: int, high: int) -> None:
    """
    Check that a field of an options object is a whole number in [low, high].

    :raises ValueError: naming the class, the field, its value and the range.
    """
    value = getattr(owner, name)
    fits = isinstance(value, Integral) and not isinstance(value, bool)
    if not fits or not low <= value <= high:
        raise ValueError(
            f'{type(owner).__name__}.{name} is {value!r}; '
            f'it must be a whole number from {low} to {high}')


def require_type(owner: object, name: str, kind: type) -> None:
    """
    Check that a field of an options object is an instance of a class.

    :raises ValueError: naming the class, the field, its value and the class it must have.
    """
    value = getattr(owner, name)
    if not isinstance(value, kind):
        raise ValueError(
            f'{type(owner).__name__}.{name} is {value!r}; it must be a {kind.__name__}')
