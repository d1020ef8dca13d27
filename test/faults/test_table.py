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

"""The table of docs/reliability.md: of the cases, all of them, and no row without a test."""

from pathlib import Path
import subprocess
import sys


def test_the_page_has_a_row_of_each_case():
    # In a process of its own: pytest does not collect twice in one.
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name('table.py')), '--check'],
        capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
