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

"""Waiting for what happens on a machine that may be busy."""

import os
import time

#: Generous: nothing waits this long when all is well.
PATIENCE = float(os.environ.get('FER_TEST_PATIENCE', 60))


def wait_for(condition, what: str, seconds: float = PATIENCE):
    """Return the first true value of `condition()`, or fail naming `what`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f'waited {seconds:g} s in vain for {what}')
