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

"""What holds for a stream of images whatever they hold and whenever they say they are from."""

from types import SimpleNamespace

import cv2
from fer_ros.stream.parameters import pipeline_for, TABLE
from fer_ros.stream.session import Session
from fer_ros.stream.stamps import NANOSECONDS
from fer_ros.stream.stream_result import OUTCOMES
from hypothesis import given, settings, strategies as st
import numpy as np
import pytest

DEFAULTS = {spec.name: spec.default for spec in TABLE}
GRAY = np.random.default_rng(3).integers(0, 256, (24, 32), np.uint8)
GOOD = {
    'mono8': {'encoding': 'mono8', 'step': 32, 'data': GRAY.tobytes()},
    'png': {'format': 'png', 'data': cv2.imencode('.png', GRAY)[1].tobytes()},
    'jpeg': {'format': 'jpeg', 'data': cv2.imencode('.jpg', GRAY)[1].tobytes()},
}
BAD = {
    'empty': {'encoding': 'mono8', 'step': 32, 'data': b''},
    'step': {'encoding': 'mono8', 'step': 1, 'data': GRAY.tobytes()},
    'long': {'encoding': 'mono8', 'step': 32, 'data': GRAY.tobytes() + b'x'},
    'zero': {'encoding': 'mono8', 'step': 0, 'data': b'', 'width': 0, 'height': 0},
    'huge': {'encoding': 'bgr8', 'step': 9, 'data': b'', 'width': 2 ** 32 - 1,
             'height': 2 ** 32 - 1},
    'encoding': {'encoding': 'f\0\n\ud800' * 1000, 'step': 32, 'data': GRAY.tobytes()},
    'odd': {'encoding': 'nv12', 'step': 31, 'data': b'', 'width': 31, 'height': 3},
    'nothing': {'format': '', 'data': b''},
    'cut': {'format': 'png', 'data': GOOD['png']['data'][:-30]},
    'half': {'format': 'jpeg', 'data': GOOD['jpeg']['data'][:-30]},
    'text': {'format': 'jpeg\0' * 100, 'data': b'no picture'},
}
STEADY = 1_700_000_000 * NANOSECONDS
STAMPS = st.just(0) | st.integers(-2 ** 31 * NANOSECONDS, 2 ** 31 * NANOSECONDS - 1) | (
    st.integers(-2 * NANOSECONDS, 2 * NANOSECONDS).map(lambda step: STEADY + step))
NAMES = st.sampled_from(['camera', 'camera', 'other', '', '\n' * 1000])
PAUSES = st.sampled_from([0, 1, NANOSECONDS // 30, NANOSECONDS, 10 * NANOSECONDS])
KINDS = st.sampled_from((*GOOD, *GOOD, *GOOD, *BAD))
STREAMS = st.lists(st.tuples(STAMPS, NAMES, PAUSES, KINDS), min_size=1, max_size=8)
PARAMETERS = st.fixed_dictionaries({
    'max_rate': st.sampled_from([0.0, 0.0, 5.0]), 'max_lateness': st.sampled_from([0.0, 1.0]),
    'rotate': st.sampled_from([0, 90, 180, 270]), 'load_shedding': st.booleans(),
    'detection_interval': st.sampled_from([0.0, 0.15]),
    'detector.long_side': st.sampled_from([64, 128])})


def image(kind, stamp, frame_id):
    """Return what has the fields of an Image or a CompressedImage."""
    sec, nanosec = divmod(stamp, NANOSECONDS)
    fields = {**GOOD, **BAD}[kind]
    if 'encoding' in fields:
        fields = {'width': 32, 'height': 24, 'is_bigendian': 0, **fields}
    return SimpleNamespace(**fields, header=SimpleNamespace(
        stamp=SimpleNamespace(sec=sec, nanosec=nanosec), frame_id=frame_id))


@pytest.fixture(scope='module')
def pipeline():
    return pipeline_for(DEFAULTS)


def session(pipeline, live=False, **changes):
    """Return a session that knows nobody, with the one pipeline."""
    pipeline.reset()
    return Session(pipeline, {**DEFAULTS, 'detector.long_side': 64, **changes}, live=live)


def played(one, stream):
    """Return (kind, message, result) of each image of a stream."""
    arrival, answers = 0, []
    for stamp, name, pause, kind in stream:
        arrival += pause
        message = image(kind, stamp, name)
        result = one.take(message, arrival)
        one.spent(result, 0.001)
        answers.append((kind, message, result))
    return answers


@given(PARAMETERS, st.booleans(), STREAMS)
def test_every_image_has_one_outcome_and_answers_rise_between_resets(
        pipeline, parameters, live, stream):
    newest = None
    for kind, message, result in played(session(pipeline, live, **parameters), stream):
        assert result.outcome in OUTCOMES and result.outcome != 'failed', result.reason
        assert result.header is message.header
        assert result.reason.isprintable() and len(result.reason) < 1500
        assert (result.result is None) == (result.outcome != 'processed')
        if result.outcome == 'bad':
            assert kind in BAD and result.reason
        if result.outcome == 'processed':
            assert kind in GOOD
            assert (result.frame.width, result.frame.height) == (32, 24)
            assert result.stage_seconds['total'] >= 0.0
        else:
            assert result.faces == ()
            with pytest.raises(ValueError, match=result.outcome):
                result.decoded()
        if result.stamp is None:
            assert result.outcome in OUTCOMES[:4] and not result.reset
            continue
        assert result.reset or newest is None or result.stamp > newest
        newest = result.stamp


@settings(max_examples=25)
@given(STREAMS, st.lists(st.sampled_from([None, *BAD]), min_size=8, max_size=8))
def test_good_images_around_bad_ones_are_answered_as_without_them(pipeline, stream, damages):
    whole = [(*header, 'mono8') for *header, _ in stream]
    damaged = [(*header, kind or 'mono8') for (*header, _), kind in zip(stream, damages)]
    pairs = zip(played(session(pipeline), whole), played(session(pipeline), damaged))
    for (_, _, one), (kind, _, other) in pairs:
        bad = kind in BAD and one.outcome == 'processed'
        assert other.outcome == ('bad' if bad else one.outcome)
        assert (other.stamp, other.reset, other.jumped) == (one.stamp, one.reset, one.jumped)


@settings(max_examples=20)
@given(PARAMETERS, STREAMS, STREAMS)
def test_a_restart_is_a_new_session(pipeline, parameters, before, after):
    used = session(pipeline, **parameters)
    played(used, before)
    used.restart()
    again = [(result.outcome, result.stamp, result.reset, result.reason)
             for *_, result in played(used, after)]
    assert again == [(result.outcome, result.stamp, result.reset, result.reason)
                     for *_, result in played(session(pipeline, **parameters), after)]
