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

"""What holds for tracks whatever the detector says, and whenever."""

import math

from fer_ros.core.matching import MAX_DISTANCE
from fer_ros.core.track_ids import TrackIds
from fer_ros.core.tracker import FaceTracker, MAX_TRACKS, TrackerOptions
from fer_ros.core.types import Box, Detection
from hypothesis import given, strategies as st
import numpy as np

#: Widths of the pictures that the likely boxes lie in, pixels.
SIDE = 640.0

PLACES = st.floats(-50.0, SIDE)
SIZES = st.floats(1.0, 300.0)
#: Anything a float can be.
WILD = st.floats()
BOXES = st.builds(Box, PLACES, PLACES, SIZES, SIZES)
DETECTIONS = st.builds(
    lambda box, score: Detection(box, score, marks(box)), BOXES, st.floats(0.0, 1.0))
UNUSABLE = st.builds(
    lambda box, score: Detection(box, score, marks(box)),
    st.builds(Box, WILD, WILD, WILD, WILD), WILD)
STEPS = st.sampled_from([1e-6, 1 / 120, 1 / 30, 0.1, 0.45, 0.5, 2.0, 100.0])
OPTIONS = st.builds(
    TrackerOptions, presence_grace=st.sampled_from([0.0, 0.2, 10.0]),
    memory=st.sampled_from([0.0, 0.5, 2.0, 60.0]), start_score=st.floats(0.0, 1.0),
    confirm_hits=st.integers(1, 4))


def marks(box):
    """Return landmarks at the middle of a box, float32 (4, 2)."""
    with np.errstate(all='ignore'):
        return np.array([box.center] * 4).astype(np.float32)


def scenes(detections, least=1, most=8):
    """Return a strategy of scenes, each (seconds since the one before, detections)."""
    return st.lists(
        st.tuples(STEPS, st.lists(detections, max_size=5)), min_size=least, max_size=most)


def played(tracker, played_scenes, start=0.0):
    """Yield (stamp, detections, tracks) of each scene."""
    stamp = start
    for step, detections in played_scenes:
        stamp += step
        yield stamp, detections, tracker.update(detections, stamp)


@given(OPTIONS, scenes(DETECTIONS | UNUSABLE), st.sampled_from([0.0, 1.7e9]))
def test_tracks_keep_their_promises(options, all_scenes, start):
    tracker = FaceTracker(options)
    gone, before = set(), {}
    slack = 1e-5
    for stamp, detections, tracks in played(tracker, all_scenes, start):
        now = {track.id: track for track in tracks}
        assert len(now) == len(tracks) <= MAX_TRACKS
        # Who is forgotten never returns, and nobody's past changes.
        assert not now.keys() & gone
        gone |= before.keys() - now.keys()
        observed = [id(track.detection) for track in tracks if track.observed]
        assert len(set(observed)) == len(observed)
        assert set(observed) <= {id(detection) for detection in detections}
        for track in tracks:
            assert track.stamp == stamp and track.observed == (track.last_seen == stamp)
            assert all(map(math.isfinite, (*track.box, *track.velocity, *track.shift)))
            assert 0.0 <= track.score <= 1.0
            assert track.confirmed or track.observed
            assert track.shift == (0.0, 0.0) or not track.observed
            assert not track.present or track.confirmed
            assert track.absence <= max(options.memory, options.presence_grace) + slack
            if track.present:
                assert track.unseen <= options.presence_grace + slack or track.observed
            if track.id in before:
                assert track.hits == before[track.id].hits + track.observed
                assert track.last_seen >= before[track.id].last_seen
                assert track.confirmed >= before[track.id].confirmed
            else:
                assert track.observed and track.hits == 1
                assert track.detection.score >= options.start_score
        before = now


@given(OPTIONS, scenes(DETECTIONS))
def test_what_is_unusable_changes_nothing(options, all_scenes):
    nothing = [Detection(box, 0.9, marks(box)) for box in (
        Box(math.nan, 1.0, 2.0, 3.0), Box(1.0, 1.0, math.inf, 3.0), Box(1.0, 1.0, 1e200, 1e200),
        Box(5.0, 5.0, 0.0, 4.0), Box(5.0, 5.0, 4.0, -4.0), Box(-math.inf, 0.0, 1.0, 1.0))]
    box = Box(1.0, 1.0, 50.0, 50.0)
    nothing += [Detection(box, score, marks(box)) for score in (math.nan, -0.5, 1.5)]
    with_it = [(step, [*nothing, *detections]) for step, detections in all_scenes]
    pairs = zip(played(FaceTracker(options, TrackIds(seed=1)), all_scenes),
                played(FaceTracker(options, TrackIds(seed=1)), with_it))
    for (*_, tracks), (*_, others) in pairs:
        assert [(track.id, track.box) for track in tracks] == [
            (track.id, track.box) for track in others]


@given(OPTIONS, scenes(DETECTIONS))
def test_only_differences_of_time_count(options, all_scenes):
    # In sixty-fourths of a second floats are exact, however late it is.
    exact = [(round(step * 64 + 0.5) / 64, detections) for step, detections in all_scenes]
    pairs = zip(played(FaceTracker(options, TrackIds(seed=1)), exact),
                played(FaceTracker(options, TrackIds(seed=1)), exact, start=2.0 ** 30))
    for (*_, tracks), (*_, others) in pairs:
        assert [(track.id, track.present, track.misses, track.box) for track in tracks] == [
            (track.id, track.present, track.misses, track.box) for track in others]


@given(st.permutations(range(5)), st.lists(STEPS, min_size=2, max_size=6), st.data())
def test_people_apart_keep_their_ids_in_whatever_order_they_are_found(order, steps, data):
    places = {number: 400.0 * number for number in range(5)}
    tracker, names, stamp = FaceTracker(), {}, 0.0
    for step in steps:
        stamp += step
        found = {}
        for number in order:
            places[number] += data.draw(st.floats(-20.0, 20.0))
            box = Box(places[number], 100.0, 80.0, 80.0)
            found[number] = Detection(box, 0.9, marks(box))
        tracks = tracker.update(list(found.values()), stamp)
        now = {id(track.detection): track.id for track in tracks}
        seen = {number: now[id(detection)] for number, detection in found.items()}
        assert not names or seen == names
        names = seen


@given(st.lists(st.tuples(STEPS, st.floats(-1.0, 1.0)), min_size=1, max_size=20))
def test_no_face_is_expected_farther_than_it_was_ever_seen_to_go(moves):
    tracker, stamp, x, size = FaceTracker(), 0.0, 0.0, 80.0
    for step, move in moves:
        stamp += step
        x += move * MAX_DISTANCE * size
        box = Box(x, 0.0, size, size)
        tracker.update([Detection(box, 0.9, marks(box))], stamp)
    fastest = MAX_DISTANCE * size * len(moves) / 0.15
    for track in tracker.update([], stamp + 0.4):
        assert math.hypot(*track.velocity) <= fastest + 1e-6
        assert math.hypot(*track.shift) <= 0.5 * fastest + 1e-6


@given(st.integers(1, 3), st.integers(0, 2 ** 32), st.integers(1, 800))
def test_ids_are_never_given_twice(letters, seed, count):
    source = TrackIds(letters, seed)
    given_out = [source.next() for _ in range(count)]
    assert len(set(given_out)) == count
    assert all(name.isalpha() and name.islower() for name in given_out)
