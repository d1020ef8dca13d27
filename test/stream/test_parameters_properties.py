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

"""Any value of any type for any parameter: taken, and good to work with, or refused by name."""

from types import SimpleNamespace

from fer_ros.core.model_metadata import ModelError
from fer_ros.stream.parameter_spec import ParameterError
from fer_ros.stream.parameters import (
    check, options_by_factor, pipeline_for, SPECS, TABLE, unknown)
from fer_ros.stream.session import Session
from hypothesis import example, given, settings, strategies as st
import pytest

GRAY = bytes(index % 251 for index in range(768))
DEFAULTS = {spec.name: spec.default for spec in TABLE}

SCALARS = (st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
           | st.dates())
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=3), inner, max_size=3), max_leaves=6)


def good(spec):
    """Return a strategy of values that a parameter takes."""
    if spec.choices:
        one = st.sampled_from(spec.choices)
        several = st.lists(one, min_size=1, max_size=3, unique=True)
        return several if isinstance(spec.default, list) else one
    if isinstance(spec.default, bool):
        return st.booleans()
    if isinstance(spec.default, int):
        return st.integers(int(spec.lowest), int(spec.highest))
    if isinstance(spec.default, float):
        return st.floats(spec.lowest, spec.highest)
    return st.text()


def verdict(values):
    """Return the text with which values are refused, '' where they are taken."""
    try:
        check(values)
    except ParameterError as error:
        return str(error)
    return ''


@pytest.mark.parametrize('name', SPECS)
@settings(max_examples=15)
@given(st.data())
@example(10 ** 400)
@example(10 ** 5000)
@example(['cpu', 'x' * 1000])
def test_any_value_is_taken_or_refused_by_name(name, data):
    spec = SPECS[name]
    value = spec.read(data.draw(ANYTHING | good(spec)) if hasattr(data, 'draw') else data)
    told = verdict({**DEFAULTS, name: value})
    if told:
        assert f"'{name}'" in told and told.isprintable() and len(told) < 600
    else:
        assert type(value) is type(spec.default) or isinstance(value, (list, tuple))
        assert len(options_by_factor({**DEFAULTS, name: value})) == 4


@pytest.mark.parametrize('name', SPECS)
@settings(max_examples=8)
@given(st.data())
def test_what_the_table_allows_is_taken(name, data):
    told = verdict({**DEFAULTS, name: data.draw(good(SPECS[name]))})
    # Two of them must not exceed two others.
    assert told == '' or name.startswith('diagnostics.') and 'must not exceed' in told


@given(st.text())
def test_a_name_that_does_not_exist_is_told(name):
    told = unknown(name)
    assert told.isprintable() and len(told) < 300


FREE = ('expression_model', 'detector_model')
ALL = st.fixed_dictionaries({
    name: good(spec) for name, spec in SPECS.items() if name not in (*FREE, 'providers')})


@pytest.fixture(scope='module')
def pipeline():
    return pipeline_for(DEFAULTS)


@settings(max_examples=12)
@given(ALL)
def test_every_set_that_is_taken_makes_a_pipeline_that_works(pipeline, values):
    values = {**DEFAULTS, **values, 'detector.long_side': min(values['detector.long_side'], 320)}
    if verdict(values):
        return
    pipeline.reset()
    session = Session(pipeline, values)
    outcomes = [session.take(image(index), index * 10 ** 9).outcome for index in range(2)]
    assert outcomes[0] == 'processed'
    assert outcomes[1] == 'processed' or values['max_rate'] and outcomes[1] == 'limited'


def image(index):
    """Return what has the fields of a small grey sensor_msgs/Image."""
    return SimpleNamespace(
        header=SimpleNamespace(
            stamp=SimpleNamespace(sec=10 + index, nanosec=0), frame_id='camera'),
        width=32, height=24, step=32, encoding='mono8', is_bigendian=0, data=GRAY)


@settings(max_examples=25)
@given(st.sampled_from(FREE), st.text(min_size=1))
@example('expression_model', 'a\0b')
@example('expression_model', '/' + 300 * 'x')
@example('detector_model', '\ud800')
@example('detector_model', '.')
def test_a_model_path_that_leads_nowhere_is_told(name, path):
    with pytest.raises(ModelError) as error:
        pipeline_for({**DEFAULTS, name: path})
    assert str(error.value).isprintable()
