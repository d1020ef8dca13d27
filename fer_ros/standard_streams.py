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

"""Standard input, output and error, where the process was started with some of them closed."""

from __future__ import annotations

import os
import sys

#: How the closed ones are opened, on /dev/null: what is printed can then not be written, which is
#: told as with a full disk, and nobody hears what is said.
_MODES = (os.O_RDONLY, os.O_RDONLY, os.O_RDWR)


def open_standard_streams() -> None:
    """
    Open those standard streams that are closed; to be called before other files are opened.

    A file takes the smallest free number: an output or a socket would be standard error, and hold
    what native code says there.
    """
    for number, mode in enumerate(_MODES):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, mode), True)
    if sys.stdout is None:
        sys.stdout = open(1, 'w', closefd=False)
    if sys.stderr is None:
        sys.stderr = open(2, 'w', errors='backslashreplace', closefd=False)
