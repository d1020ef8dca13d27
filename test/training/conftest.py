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
"""Make the training scripts importable and say where the FER+ data is, if anywhere."""

import os
from pathlib import Path
import sys

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / 'training'))


@pytest.fixture(scope='session')
def ferplus():
    """Return the FER+ directory; FERPLUS names another place than the usual one."""
    directory = Path(os.environ.get('FERPLUS', REPOSITORY.parent / 'shared/data/ferplus'))
    if not (directory / 'valid.csv').is_file():
        pytest.skip(f"no FER+ data at '{directory}'; set FERPLUS to its directory")
    return directory
