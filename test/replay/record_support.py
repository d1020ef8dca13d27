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

"""Frame records for the tests of expectations, comparison and outputs."""

from __future__ import annotations

from fer_ros.replay.records import FaceRecord, FrameRecord, NANOSECONDS

START = 1_700_000_000 * NANOSECONDS


def record(index, *faces, rate=10.0, reset=False, time=None, latency=None):
    """Return a frame record at `index / rate` seconds."""
    time = index / rate if time is None else time
    return FrameRecord(
        index=index, stamp=START + round(time * NANOSECONDS), time=time, faces=faces,
        latency_ms={} if latency is None else {'total': latency}, reset=reset)


def face(name='fa', label='happy', box=(0, 0, 100, 100), **values):
    """Return a face record."""
    return FaceRecord(id=name, label=label, box=box, **values)
