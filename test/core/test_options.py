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

"""An option stands once: its value is checked, listed and shown from the same place."""

from __future__ import annotations

from dataclasses import dataclass, FrozenInstanceError
import math

from fer_ros.core.options import group, option, Options, options_by_path
from fer_ros.core.pipeline import PipelineOptions
import numpy as np
import pytest


@dataclass(frozen=True)
class Lamp(Options):
    """Say how a lamp shines."""

    bulbs: int = option(2, 1, 8, 'Bulbs that are lit.')
    power: float = option(7.5, 0.5, 100.0, 'Power of one bulb, in watts.')


@dataclass(frozen=True)
class Room(Options):
    """Say what is in a room."""

    lamp: Lamp = group(Lamp)
    height: float = option(2.5, 2.0, 5.0, 'Height of the room, in metres.')


@pytest.mark.parametrize('change', [
    {'bulbs': 1}, {'bulbs': 8}, {'bulbs': np.int64(3)},             # both ends, NumPy's numbers
    {'power': 0.5}, {'power': 100}, {'power': np.float32(7.25)},    # whole numbers are numbers
])
def test_values_in_range_are_kept(change):
    (name, value), = change.items()
    assert getattr(Lamp(**change), name) == value


@pytest.mark.parametrize('change, message', [
    ({'bulbs': 0}, 'Lamp.bulbs is 0; it must be a whole number from 1 to 8'),
    ({'bulbs': 2.0}, 'Lamp.bulbs is 2.0; it must be a whole number from 1 to 8'),
    ({'bulbs': True}, 'Lamp.bulbs is True; it must be a whole number from 1 to 8'),
    ({'power': 101}, 'Lamp.power is 101; it must be a number from 0.5 to 100'),
    ({'power': -math.inf}, 'Lamp.power is -inf; it must be a number from 0.5 to 100'),
    ({'power': '7'}, "Lamp.power is '7'; it must be a number from 0.5 to 100"),
    ({'power': None}, 'Lamp.power is None; it must be a number from 0.5 to 100'),
])
def test_other_values_are_refused(change, message):
    with pytest.raises(ValueError) as error:
        Lamp(**change)
    assert str(error.value) == message


def test_a_group_takes_its_own_class_only():
    assert Room(lamp=Lamp(bulbs=3)).lamp.bulbs == 3
    with pytest.raises(ValueError, match='Room.lamp is .*; it must be a Lamp'):
        Room(lamp=Room())
    with pytest.raises(FrozenInstanceError):
        Room().height = 3.0


def test_options_are_listed_by_path_in_order():
    assert [(path, one.default, one.low, one.high, one.description)
            for path, one in options_by_path(Room)] == [
        ('lamp.bulbs', 2, 1, 8, 'Bulbs that are lit.'),
        ('lamp.power', 7.5, 0.5, 100.0, 'Power of one bulb, in watts.'),
        ('height', 2.5, 2.0, 5.0, 'Height of the room, in metres.')]


def test_help_lists_the_options():
    assert ':param power: Power of one bulb, in watts. 0.5 to 100, 7.5 by default.' in Lamp.__doc__
    assert ':param lamp: see `Lamp`.' in Room.__doc__
    assert Lamp.__doc__.startswith('Say how a lamp shines.\n\n')


def test_every_default_of_the_pipeline_is_in_its_range():
    found = dict(options_by_path(PipelineOptions))
    assert {'detector.min_size', 'tracker.memory', 'smoothing.hysteresis', 'min_confidence'
            } <= set(found)
    for path, one in found.items():
        assert one.fault(one.default) == '', path
        assert one.fault(math.nextafter(one.high, math.inf)), path
        assert one.fault(math.nextafter(one.low, -math.inf)), path
        # ROS knows no number that is whole sometimes: the ends are of the default's type.
        assert type(one.low) is type(one.high) is type(one.default), path
