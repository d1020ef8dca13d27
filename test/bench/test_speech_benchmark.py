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

"""A label that comes late is wrong but not unfounded; one that never comes is lost."""

from __future__ import annotations

from fer_ros.bench.speech import Person, WAYS
from fer_ros.core.cues import Cues
from fer_ros.core.types import Box, Expression, Face, LABELS
import numpy as np
import pytest

RATE = 30


def sums(*parts, speech=1.0):
    """Return the sums of a person who shows labels in turn, (seconds, label, how surely)."""
    person, frame = Person(), 0
    for seconds, label, share in parts:
        for _ in range(round(seconds * RATE)):
            probabilities = np.full(8, 0.002)
            probabilities[LABELS.index('neutral')] = 0.988 - share
            probabilities[LABELS.index(label)] = share
            probabilities /= probabilities.sum()
            expression = Expression(probabilities)
            person.add(Face(
                id='fabcde', box=Box(0.0, 0.0, 9.0, 9.0), score=1.0, landmarks=np.zeros((4, 2)),
                expression=expression, label=label, confidence=0.9, valence=0.0, arousal=0.0,
                observed=True, raw=expression, cues=Cues(speech=speech)), frame / RATE)
            frame += 1
    return person.sums()


def test_a_late_label_is_wrong_but_not_unfounded():
    result = sums((2, 'happy', 0.9), (2, 'sad', 0.9))
    assert result['held'] == 2 and result['turns'] == 1
    for way in WAYS:
        assert result['changes'][way] == 1 and result['lost'][way] == 0
        assert 0.3 < result['wrong'][way] < 0.7 and result['unfounded'][way] == 0.0
        assert result['overcalled'][way] == result['wrong'][way]


def test_a_label_that_is_not_shown_is_lost_and_the_other_unfounded():
    result = sums((2, 'neutral', 0.9), (2, 'surprised', 0.5), (2, 'neutral', 0.9))
    assert result['held'] == 3 and result['turns'] == 2
    for way in WAYS:
        assert result['lost'][way] == 1 and result['changes'][way] == 0
        assert 0.2 < result['unfounded'][way] < result['wrong'][way] < 2.0
        assert result['overcalled'][way] == 0.0


@pytest.mark.parametrize('speech, counted', [(None, False), (0.4, False), (0.6, True)])
def test_only_speech_is_judged(speech, counted):
    result = sums((2, 'neutral', 0.9), (2, 'happy', 0.9), speech=speech)
    assert result['seconds'] == pytest.approx(4.0 - 1 / RATE)
    assert result['speaking'] == pytest.approx(result['seconds'] if counted else 0.0)
    for key in ('wrong', 'unfounded', 'overcalled'):
        assert all((value > 0.0) == (counted and key == 'wrong')
                   for value in result[key].values())
    assert result['lost'] == dict.fromkeys(WAYS, 0)


def test_nobody_seen_is_nothing():
    assert Person().sums()['held'] == 0 and Person().sums()['turns'] == 0
