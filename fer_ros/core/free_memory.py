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

"""The C library's heap: kept in one piece, and what was freed given back to the system."""

from __future__ import annotations

import ctypes

# Of glibc's malloc.h; other C libraries lack the calls or need none.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8

#: Bytes from which a block is mapped by itself; more, glibc does not take.
_LARGE_BLOCK = 32 << 20

_MALLOPT, _TRIM = (
    getattr(ctypes.CDLL(None), name, None) for name in ('mallopt', 'malloc_trim'))


def keep_heap_together() -> None:
    """
    Have one heap for all threads; call it while there are no others.

    By default glibc gives a thread a heap of its own, as many as eight for each core. Pictures
    and networks come from one and go back to it, the next thread begins another, and what is
    small and stays lies in all of them: over hours ever more pages hold hardly anything. One heap
    is filled again. Little is lost by it: small blocks come from a cache of each thread.

    Pictures lie in it, too, and its end only goes back when `return_free_memory` says so: to map
    and clear the pages of each anew would make large ones several times slower.
    """
    if _MALLOPT is not None:
        _MALLOPT(_ARENA_MAX, 1)
        _MALLOPT(_MMAP_THRESHOLD, _LARGE_BLOCK)
        _MALLOPT(_TRIM_THRESHOLD, 2 * _LARGE_BLOCK)


def return_free_memory() -> None:
    """Have the C library give freed memory back to the system; some milliseconds."""
    if _TRIM is not None:
        _TRIM(0)
