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

"""Freed memory that the C library keeps, and how it is given back to the system."""

from __future__ import annotations

import ctypes

_TRIM = getattr(ctypes.CDLL(None), 'malloc_trim', None)


def return_free_memory() -> None:
    """
    Have the C library give freed memory back to the system; some milliseconds.

    glibc alone keeps it: large blocks come out of its arenas once one of their size was freed, a
    thread has an arena of its own, and what lives on in between keeps their ends from sinking.
    Over hours of pictures and models that come and go, ever more pages hold nothing any more.
    glibc has a call for it; other libraries need none.
    """
    if _TRIM is not None:
        _TRIM(0)
