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

"""Words of commands: what stands for something else, and what is a file for certain."""

from __future__ import annotations

import re
import sys

#: Endings of names that are files for certain.
SUFFIXES = (
    '.py', '.md', '.onnx', '.yaml', '.yml', '.json', '.jsonl', '.xml', '.png', '.jpg', '.svg',
    '.txt', '.mcap', '.db3', '.sh', '.rviz', '.perspective', '.toml', '.cfg', '.in', '.mp4',
    '.avi', '.webp', '.html', '.csv', '.npz', '.pt', '.rst', '.whl')

#: Numbers in words, from 0.
NUMBERS = ('zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten',
           'eleven', 'twelve')


def is_placeholder(word: str) -> bool:
    """Return whether a word stands for something of the reader's own."""
    return bool(re.search(r'…|^<.*>$|\.\.\.', word)
                or re.fullmatch(r'[A-Z]+(\d|[.:/][A-Za-z]+)?', word.strip("'")))


def interpreter() -> str:
    """Return the Python that the pages' commands are parsed with."""
    return sys.executable
