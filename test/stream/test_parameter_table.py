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

"""The parameters that are options of the pipeline are what the options say."""

from __future__ import annotations

from fer_ros.core.options import options_by_path
from fer_ros.core.pipeline import PipelineOptions
from fer_ros.stream import parameters
from fer_ros.stream.parameter_spec import ParameterError
from fer_ros.stream.parameters import SPECS
import pytest

OPTIONS = dict(options_by_path(PipelineOptions))
DEFAULTS = {name: spec.default for name, spec in SPECS.items()}


@pytest.mark.parametrize('path', OPTIONS)
def test_an_option_is_a_parameter_of_the_same_range(path):
    one, spec = OPTIONS[path], SPECS[path]
    assert (spec.default, spec.lowest, spec.highest) == (one.default, one.low, one.high)
    assert spec.description == one.description and type(spec.default) is type(one.default)


@pytest.mark.parametrize('path', OPTIONS)
def test_table_and_pipeline_accept_the_same_ends(path):
    one = OPTIONS[path]
    step = 1 if isinstance(one.default, int) else 0.01
    for value in (one.low, one.high):
        options = parameters.pipeline_options({**DEFAULTS, path: value})
        for name in path.split('.'):
            options = getattr(options, name)
        assert options == value
    for value in (one.low - step, one.high + step):
        assert SPECS[path].fault(value)
        with pytest.raises(ValueError, match=path.rpartition('.')[2]):
            parameters.pipeline_options({**DEFAULTS, path: value})


@pytest.mark.parametrize('changed, counts', [
    ({}, False), ({'landmarks': 'on'}, True), ({'cues': 'on'}, True),
    ({'cues': 'on', 'smoothing.speech': 0.0}, False), ({'landmarks': 'off'}, False)])
def test_speech_counts_for_labels_only_where_points_are_always_placed(changed, counts):
    options = parameters.options_by_factor({**DEFAULTS, **changed})
    assert all((one.smoothing.speech > 0.0) == counts for one in options.values())


def test_cues_without_landmarks_are_refused():
    with pytest.raises(ParameterError, match="'cues' is 'on'"):
        parameters.check({**DEFAULTS, 'cues': 'on', 'landmarks': 'off'})
