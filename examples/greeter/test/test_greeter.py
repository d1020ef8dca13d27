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

"""
The greeter greets whoever stands in front and smiles, once.

visit.jsonl is what the node said of test/data/sample of fer_ros:
`fer_replay test/data/sample -p max_rate:=5.0 --no-latency --jsonl visit.jsonl`.
"""

from pathlib import Path
import sys

from fer_ros.testing import answer, play
from std_msgs.msg import String

GREETER = [sys.executable, '-m', 'greeter.greeter']
VISIT = Path(__file__).with_name('visit.jsonl')


def test_greets_the_visitor_of_a_recording_once():
    heard = play(VISIT, GREETER, {'/greeting': String})
    assert len(heard['/greeting']) == 1
    assert heard['/greeting'][0].time < 2.0


def test_greets_each_person_in_front_when_they_smile():
    heard = play([
        answer(0.0, anna='neutral', ben='happy'), answer(1.0, anna=('happy', 0.5), ben='happy'),
        answer(2.0, anna='happy', ben='happy'), answer(3.0), answer(4.0, ben='happy'),
    ], GREETER, {'/greeting': String})
    assert [(one.time, one.message.data) for one in heard['/greeting']] == [
        (2.0, 'Hello, anna!'), (4.0, 'Hello, ben!')]
