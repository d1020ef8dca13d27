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

"""Lets the tests import what checks the pages, where there is a checkout with its environment."""

from importlib.util import find_spec
import os
from pathlib import Path
import sys

ROOT = Path(__file__).parents[2]

# On a robot there is the package without its history, and no reader of Markdown.
if not os.environ.get('FER_CI') and not (
        find_spec('markdown_it') and (ROOT / '.git').exists() and (ROOT / '.venv').exists()):
    collect_ignore_glob = ['test_*.py']

sys.path.insert(0, str(ROOT / 'scripts'))
