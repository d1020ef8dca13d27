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

"""Inputs as files: in memory where there is such a place, of the process that asks."""

from __future__ import annotations

import atexit
from functools import cache
import os
from pathlib import Path
import shutil
import tempfile


@cache
def _folder(_process: int) -> Path:
    memory = Path('/dev/shm')
    folder = Path(tempfile.mkdtemp(
        prefix='fer_fuzz_', dir=memory if os.access(memory, os.W_OK) else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def file_with(data: bytes, name: str) -> Path:
    """Return a file of a name, perhaps in a folder, that holds the data and nothing beside."""
    path = _folder(os.getpid()) / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path
