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

"""What the tests of the monitor share: a node, its statuses and faces."""

from fer_ros.core.types import LABELS
from fer_ros.monitor.reports import Answer, FaceReport, Status

NODE = '/robot/fer'


def face(name='a', label='happy', confidence=0.9):
    """Return a face; the probabilities that are left are shared by the other labels."""
    rest = (1 - confidence) / (len(LABELS) - 1)
    return FaceReport(name, label, confidence, {
        each: confidence if each == label else rest for each in LABELS})


def answer(*faces, latency=0.02):
    """Return a message of faces."""
    return Answer(faces, latency, 'camera')


def status(name, level='OK', message='fine', node=NODE, **values):
    """Return a status."""
    return Status(node, name, level, message, values)


def statuses(node=NODE, state='active', **changed):
    """Return the statuses of a node that is well, but for those changed: name to (level, text)."""
    values = {'camera': {'rate (Hz)': '29.970'}, 'inference': {'total (ms)': '4.300'},
              'model': {'state': state}}
    return [Status(node, name, *changed.get(name, ('OK', 'fine')), values.get(name, {}))
            for name in ('camera', 'inference', 'faces', 'model', 'host')]
