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

"""A ROS parameter file, as a replay reads it."""

from contextlib import suppress

from fer_ros.replay.parameter_files import read_parameters
from fer_ros.stream.parameter_spec import ParameterError
from fer_ros.stream.parameters import options_by_factor, SPECS
from targets._files import file_with

LONGEST = 4096
TOKENS = [
    *(name.encode() + b': ' for name in SPECS), b'fer:\n', b'/**:\n', b'ros__parameters:\n',
    b'\n  ', b'.inf', b'.nan', b'on', b'off', b'[cpu]', b'[]', b'&a ', b'*a', b'<<: ', b'!!set',
    b'2001-99-99', b'9' * 400, b'1_0', b'0o7', b'{', b'? ']


def one_input(data: bytes) -> None:
    with suppress(ParameterError):
        values = read_parameters(file_with(data, 'fer.yaml'))
        assert values.keys() == SPECS.keys()
        assert len(options_by_factor(values)) == 4


def seeds():
    for name, spec in SPECS.items():
        yield f'fer:\n  ros__parameters:\n    {name}: {spec.default!r}\n'.encode()
    yield b'/**:\n  ros__parameters:\n    detector:\n      long_side: 320\n'
    yield b'fer:\n  ros__parameters: &a\n    x: *a\n'
