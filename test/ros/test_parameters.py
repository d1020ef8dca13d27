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

"""Parameters: the table, what is refused and why, and a thousand random sets on a live node."""

import random

from fer_ros.replay.parameter_files import read_parameters
from fer_ros.ros.declared_parameters import declare
from fer_ros.stream import parameters
from fer_ros.stream.parameters import ParameterError, SPECS, TABLE
import pytest
from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
from rcl_interfaces.srv import DescribeParameters, GetParameters, SetParametersAtomically
import rclpy
from rclpy.node import Node
from rclpy.parameter import parameter_value_to_python
from support import FerProcess, meet, Peer, play, running, stamp_of

#: Humble refuses a whole number for one with a fraction before anybody is asked.
WHOLE_WILL_DO = hasattr(Node, 'add_pre_set_parameters_callback')

DEFAULTS = {spec.name: spec.default for spec in TABLE}


def test_defaults_are_valid():
    parameters.check(DEFAULTS)


def test_every_parameter_says_what_it_is():
    assert len(SPECS) == len(TABLE)
    for spec in TABLE:
        assert spec.description.endswith('.') and len(spec.description) > 20, spec.name
        numeric = isinstance(spec.default, (int, float)) and not isinstance(spec.default, bool)
        assert (spec.lowest is not None) == numeric, spec.name


@pytest.mark.parametrize('name, value, option', [
    ('detector.long_side', 512, lambda o: o.detector.long_side),
    ('detection_interval', 0.2, lambda o: o.detection_interval),
    ('detector.score_threshold', 0.7, lambda o: o.detector.score_threshold),
    ('detector.iou_threshold', 0.4, lambda o: o.detector.iou_threshold),
    ('detector.min_size', 40, lambda o: o.detector.min_size),
    ('detector.max_faces', 3, lambda o: o.detector.max_faces),
    ('tracker.presence_grace', 0.5, lambda o: o.tracker.presence_grace),
    ('tracker.memory', 1.5, lambda o: o.tracker.memory),
    ('tracker.start_score', 0.9, lambda o: o.tracker.start_score),
    ('tracker.confirm_hits', 5, lambda o: o.tracker.confirm_hits),
    ('smoothing.time_constant', 0.0, lambda o: o.smoothing.time_constant),
    ('smoothing.hysteresis', 0.2, lambda o: o.smoothing.hysteresis),
    ('smoothing.dwell', 0.5, lambda o: o.smoothing.dwell),
    ('min_confidence', 0.5, lambda o: o.min_confidence),
])
def test_parameter_reaches_its_option(name, value, option):
    assert option(parameters.pipeline_options({**DEFAULTS, name: value})) == value


def test_smallest_face_shrinks_with_the_frame():
    options = parameters.options_by_factor({**DEFAULTS, 'detector.min_size': 40})
    assert {factor: one.detector.min_size for factor, one in options.items()} == {
        1: 40, 2: 20, 4: 10, 8: 5}


@pytest.mark.parametrize('name, value, words', [
    ('detector.score_threshold', 1.5, ('1.5', 'between 0.0 and 1.0')),
    ('detector.score_threshold', float('nan'), ('nan', 'between')),
    ('detector.score_threshold', 1, ('int', 'float')),
    ('detector.long_side', 63, ('63', '64')),
    ('detector.long_side', True, ('bool', 'int')),
    ('image_transport', 'theora', ('theora', 'raw, compressed')),
    ('providers', ['cpu', 'abacus'], ('abacus', 'cuda')),
    ('min_confidence', -0.1, ('-0.1',)),
    ('diagnostics.no_image_warn', 10.0, ('10.0', 'no_image_error')),  # above the error's limit
])
def test_bad_value_is_refused_with_the_reason(name, value, words):
    with pytest.raises(ParameterError) as caught:
        parameters.check({**DEFAULTS, name: value})
    for word in (name, *words):
        assert word in str(caught.value)


@pytest.mark.parametrize('value, meant', [(True, 'on'), (False, 'off'), ('auto', 'auto')])
def test_on_and_off_survive_yaml(value, meant):
    assert SPECS['ros4hri'].read(value) == meant


#: Values as they are typed, by parameter, and what becomes of them in every tool: the value, or
#: the reason of the refusal.
TYPED = {
    'max_rate': ('0', 0.0), 'detection_interval': ('1', 1.0),
    'smoothing.dwell': ('soon', 'write a number, such as 0.35'),
    'detector.min_size': ('16.5', 'write a whole number, without a decimal point'),
    'load_shedding': ('1', 'write true or false'),
    'image_transport': ('7', 'put it in quotes'),
    'providers': ('cuda', 'write a list, such as [cpu]'),
    'min_confidence': ('2', 'must lie between 0.0 and 1.0')}


@pytest.mark.parametrize('name', TYPED)
@pytest.mark.parametrize('file', [False, True], ids=['assigned', 'in a file'])
def test_one_mistake_has_one_answer_in_the_node_and_in_a_replay(tmp_path, name, file):
    typed, expected = TYPED[name]
    arguments = ['-p', f'{name}:={typed}']
    if file:
        path = tmp_path / 'own.yaml'
        path.write_text(f'/**:\n  ros__parameters:\n    {name}: {typed}\n')
        arguments = ['--params-file', str(path)]

    def replayed():
        return read_parameters(path if file else None, () if file else (arguments[1],))[name]

    def declared():
        context = rclpy.Context()
        rclpy.init(args=['--ros-args', *arguments], context=context)
        node = rclpy.create_node('fer', context=context)
        try:
            return declare(node)[name]
        finally:
            node.destroy_node()
            rclpy.shutdown(context=context)
    if isinstance(expected, float):
        for value in (replayed(), declared()):
            assert value == expected and type(value) is float
        return
    reasons = []
    for read in (replayed, declared):
        with pytest.raises(ParameterError) as caught:
            read()
        reasons.append(str(caught.value))
    assert reasons[0] == reasons[1] and expected in reasons[0] and name in reasons[0]


@pytest.mark.skipif(not WHOLE_WILL_DO, reason='rclpy refuses it before anybody is asked')
def test_a_whole_number_will_do_for_one_with_a_fraction_at_run_time(world):
    client = Client(world[1])
    assert client.set({'max_rate': 25}).successful
    value = client.get(('max_rate',))['max_rate']
    assert value == 25.0 and type(value) is float
    assert client.set({'max_rate': 0}).successful
    result = client.set({'max_rate': 1001})
    assert not result.successful and '1001' in result.reason


@pytest.fixture(scope='module')
def world():
    with running(FerProcess(), Peer()) as (process, peer):
        received = peer.expressions()
        yield process, peer, peer.camera(received), received


def message_of(name, value) -> Parameter:
    """Return the message that sets a parameter."""
    kinds = {bool: ('bool_value', ParameterType.PARAMETER_BOOL),
             int: ('integer_value', ParameterType.PARAMETER_INTEGER),
             float: ('double_value', ParameterType.PARAMETER_DOUBLE),
             str: ('string_value', ParameterType.PARAMETER_STRING),
             list: ('string_array_value', ParameterType.PARAMETER_STRING_ARRAY)}
    field, kind = kinds[type(value)]
    return Parameter(name=name, value=ParameterValue(type=kind, **{field: value}))


class Client:
    """Sets and gets parameters of the node, all at once."""

    def __init__(self, peer):
        self._peer = peer

    def set(self, changes):  # noqa: A003
        request = SetParametersAtomically.Request(
            parameters=[message_of(*pair) for pair in changes.items()])
        return self._peer.call(
            SetParametersAtomically, '/fer/set_parameters_atomically', request).result

    def get(self, names=tuple(SPECS)):
        answer = self._peer.call(
            GetParameters, '/fer/get_parameters', GetParameters.Request(names=list(names)))
        return dict(zip(names, map(parameter_value_to_python, answer.values)))


def test_descriptions_are_served(world):
    answer = world[1].call(
        DescribeParameters, '/fer/describe_parameters', DescribeParameters.Request(
            names=list(SPECS)))
    for spec, descriptor in zip(TABLE, answer.descriptors):
        assert descriptor.description == spec.description
        assert descriptor.read_only == spec.read_only
        ranges = [*descriptor.integer_range, *descriptor.floating_point_range]
        assert [(one.from_value, one.to_value) for one in ranges] == (
            [] if spec.lowest is None else [(spec.lowest, spec.highest)])


def test_live_change_takes_effect_with_the_next_frame(world):
    _, peer, camera, received = world
    client = Client(peer)
    received.clear()
    play(camera, received, range(130, 140))
    assert len(received[-1].detections) == 2
    assert client.set({'detector.max_faces': 1, 'tracker.memory': 0.05}).successful
    play(camera, received, range(140, 150), start=received[-1].header.stamp.sec + 5.0)
    assert len(received[-1].detections) == 1
    assert client.set({'detector.max_faces': 10, 'tracker.memory': 2.0}).successful


def test_one_bad_value_refuses_the_whole_set(world):
    client = Client(world[1])
    before = client.get()
    result = client.set({'min_confidence': 0.25, 'detector.score_threshold': 7.0})
    assert not result.successful and '7' in result.reason
    assert client.get() == before


def test_read_only_is_refused_at_run_time(world):
    client = Client(world[1])
    for spec in TABLE:
        if spec.read_only:
            assert not client.set({spec.name: spec.default}).successful, spec.name


def draw(spec, chance):
    """Return a random value for a parameter, and whether it is valid by itself."""
    if spec.read_only:
        return spec.default, False
    if spec.choices:
        valid = chance.random() < 0.8
        return (chance.choice(spec.choices) if valid else 'nonsense'), valid
    if isinstance(spec.default, bool):
        valid = chance.random() < 0.8
        return (chance.random() < 0.5 if valid else 1), valid
    if spec.lowest is None:  # any text
        return ''.join(chance.choices('ab/_ \u00e9', k=chance.randrange(20))), True
    if chance.random() < 0.1:
        if isinstance(spec.default, float):
            return int(spec.default), WHOLE_WILL_DO
        return float(spec.default), False  # wrong type
    width = spec.highest - spec.lowest
    value = spec.lowest + chance.uniform(-0.1, 1.1) * width
    if isinstance(spec.default, int):
        value = round(value)
    elif chance.random() < 0.05:
        return chance.choice((float('nan'), float('inf'), -float('inf'))), False
    return value, spec.lowest <= value <= spec.highest


def test_a_thousand_random_sets_are_taken_whole_or_not_at_all(world):
    process, peer, camera, received = world
    chance = random.Random(3)
    client = Client(peer)
    # What changes the subscription is left alone here: the camera test does that.
    live = [spec for spec in TABLE if not spec.name.startswith('image_')]
    expected = client.get()
    taken = 0
    for number in range(1000):
        changes, valid = {}, True
        for spec in chance.sample(live, chance.randint(1, 3)):
            changes[spec.name], fine = draw(spec, chance)
            valid &= fine
        after = {**expected, **changes}
        valid &= after['diagnostics.no_image_warn'] <= after['diagnostics.no_image_error']
        valid &= after['diagnostics.max_age'] <= after['diagnostics.stale_age']
        result = client.set(changes)
        assert result.successful == valid, f'{changes}: {result.reason!r}'
        assert result.successful or result.reason
        if valid:
            expected, taken = after, taken + 1
        if number % 100 == 0:
            assert client.get() == expected
    assert 100 < taken < 900
    assert client.get() == expected and process.running
    assert client.set({spec.name: spec.default for spec in live if not spec.read_only}).successful
    # It may have been disabled before, and is subscribed anew then.
    meet(camera, received)
    stamps = play(camera, received, range(3), start=1e9)
    assert [stamp_of(one) for one in received] == stamps
