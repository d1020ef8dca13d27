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

"""A parameter that does not exist is warned of by name, whichever way it was given at start."""

import re

from fer_ros.stream import parameters
import pytest
from support import FerProcess

#: Names that were given and are none of ours, as YAML; those of rclpy are fine.
FILE = """
/**:
  ros__parameters:
    max_rat: 5.0
    use_sim_time: false
    start_type_description_service: true
    qos_overrides:
      /parameter_events: {publisher: {depth: 5}}
fer:
  ros__parameters:
    detector: {long_sid: 320, min_size: 30}
    smoothing.hysterese: 0.2
someone_else:
  ros__parameters:
    theirs: 3
"""


@pytest.fixture(scope='module')
def log(tmp_path_factory):
    """Return what a node prints whose file and command line have such names."""
    path = tmp_path_factory.mktemp('parameters') / 'fer.yaml'
    path.write_text(FILE)
    process = FerProcess(params_file=str(path), xyzzy=1, tracker__memory=0.75)
    try:
        assert process.running and 'active: ' in process.log  # it goes on
        return process.log
    finally:
        process.close()


@pytest.mark.parametrize('name, remedy', [
    ('max_rat', "did you mean 'max_rate'?"),                          # for every node
    ('detector.long_sid', "did you mean 'detector.long_side'?"),      # nested
    ('smoothing.hysterese', "did you mean 'smoothing.hysteresis'?"),  # dotted
    ('xyzzy', 'see docs/reference.md'),                               # nothing is near; -p
])
def test_unknown_parameter_is_warned_of_with_the_nearest(log, name, remedy):
    line, = [line for line in log.splitlines() if f"'{name}'" in line]
    assert 'WARN' in line and line.endswith(
        f"a value given at start is ignored: the node has no parameter '{name}'; {remedy}")


def test_nothing_else_is_warned_of(log):
    named = re.findall("no parameter '(.*?)'", log)
    assert sorted(named) == ['detector.long_sid', 'max_rat', 'smoothing.hysterese', 'xyzzy']


@pytest.mark.parametrize('spec', parameters.TABLE, ids=lambda spec: spec.name)
def test_a_slip_of_one_letter_finds_the_parameter(spec):
    for name in (spec.name[:-1], spec.name[1:], spec.name.replace('_', '-')):
        if name not in parameters.SPECS:
            assert f"did you mean '{spec.name}'?" in parameters.unknown(name)
