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

"""The rate of a stream, by its stamps."""

from fer_ros.stream.frame_rate import FrameRate
import pytest


@pytest.mark.parametrize('rate', [0.1, 1.0, 15.0, 30.0, 1000.0])
def test_even_stamps_have_their_rate(rate):
    meter = FrameRate()
    assert meter.add(1000.0) is None
    answers = [meter.add(1000.0 + number / rate) for number in range(1, 200)]
    assert answers == pytest.approx([rate] * 199)


def test_another_rate_is_told_after_two_seconds():
    meter = FrameRate()
    for number in range(90):
        meter.add(number / 30)
    for number in range(20):
        rate = meter.add(3.0 + number / 5)
    assert rate == pytest.approx(5.0)


def test_a_step_back_starts_afresh():
    meter = FrameRate()
    for number in range(10):
        meter.add(100.0 + number / 10)
    assert meter.add(50.0) is None
    assert meter.add(50.5) == pytest.approx(2.0)
    assert meter.add(50.5) is None
