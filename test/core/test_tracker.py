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

"""Tracks keep their ids: association, prediction, gaps, confirmation, bounds."""

from __future__ import annotations

from itertools import permutations
import math
import re

import cv2
from fer_ros.core import tracker as tracking
from fer_ros.core.appearance import Sight
from fer_ros.core.boxes import iou
from fer_ros.core.matching import DISTANCE_GROWTH, IOU_WEIGHT, MAX_DISTANCE, MAX_SIZE_RATIO
from fer_ros.core.track import DAMPING_TIME
from fer_ros.core.track_ids import TrackIds
from fer_ros.core.tracker import FaceTracker, TrackerOptions
from fer_ros.core.types import Box, Detection
from fer_ros.demo.stills import load_stills
import numpy as np
import pytest

# A moment as cameras stamp it: seconds since 1970, where a float64 resolves 2.4e-7 s.
EPOCH = 1.7e9


def face(x, y=200.0, size=80.0, score=0.9):
    """Return a detection centred at (x, y)."""
    landmarks = np.array([[-.2, -.1], [.2, -.1], [0, .1], [0, .3]]) * size + (x, y)
    return Detection(
        Box(x - size / 2, y - size / 2, size, size), score, landmarks.astype(np.float32))


def ids(tracks):
    return [track.id for track in tracks]


@pytest.mark.parametrize('rate, speed, dy, hidden, noise', [
    (10.0, 150.0, 30.0, 0.0, 0.0),    # slow camera, walking pace, both always seen
    (30.0, 150.0, 30.0, 0.0, 2.0),    # video rate, jittering boxes
    (60.0, 300.0, 30.0, 0.0, 2.0),    # fast camera, fast people
    (30.0, 150.0, 0.0, 0.0, 0.0),     # exactly through each other
    (30.0, 300.0, 10.0, 40.0, 1.0),   # the rear face is hidden while they overlap
    (10.0, 300.0, 10.0, 40.0, 1.0),   # the same seen by a slow camera
])
def test_crossing_faces_keep_their_ids(rate, speed, dy, hidden, noise):
    random = np.random.default_rng(7)
    tracker = FaceTracker()
    first = None
    for step in range(int(4.0 * rate)):
        left = 20.0 + speed * step / rate
        right = 20.0 + speed * 4.0 - speed * step / rate
        jitter = random.normal(0.0, noise, 4)
        scene = [face(left + jitter[0], 200.0 + jitter[1]),
                 face(right + jitter[2], 200.0 + dy + jitter[3], 88.0)]
        if abs(left - right) < hidden:
            scene = scene[1:]
        tracks = tracker.update(scene, EPOCH + step / rate)
        assert len(tracks) == 2
        if first is None:
            first = ids(tracks)
    assert ids(sorted(tracks, key=lambda track: track.box.x)) == first[::-1]
    assert all(track.observed and track.confirmed for track in tracks)


@pytest.mark.parametrize('gap, empty_frames, survives', [
    *((0.1, frames, True) for frames in (0, 1, 7)),     # a few frames
    *((0.5, frames, True) for frames in (0, 1, 7)),     # just the memory
    *((0.6, frames, False) for frames in (1, 7)),       # longer
    *((60.0, frames, False) for frames in (1, 7)),      # hardly any frames, all without the face
    *((gap, 0, True) for gap in (0.6, 60.0)),           # no frame came: nobody was missed
])
def test_gap(gap, empty_frames, survives):
    tracker = FaceTracker(TrackerOptions(memory=0.5))
    tracker.update([face(100)], EPOCH)
    before, = tracker.update([face(100)], EPOCH + 0.1)
    for index in range(empty_frames):
        stamp = EPOCH + 0.1 + gap * (index + 1) / (empty_frames + 1)
        for coasting in tracker.update([], stamp):
            assert not coasting.observed
            assert (coasting.id, coasting.misses) == (before.id, index + 1)
    after, = tracker.update([face(104)], EPOCH + 0.1 + gap)
    assert (after.id == before.id) == survives
    assert after.observed
    if survives:
        assert (after.misses, after.hits) == (0, 3)


def test_misses_count_anew_after_each_hit():
    tracker = FaceTracker(TrackerOptions(memory=0.5))
    lived = set()
    for step in range(200):  # seen in every fourth frame only, for 20 s
        seen = step < 2 or step % 4 == 0
        track, = tracker.update([face(100)] if seen else [], EPOCH + 0.1 * step)
        lived.add(track.id)
        assert track.shift == (0.0, 0.0) or not track.observed
    assert len(lived) == 1


@pytest.mark.parametrize('hits, pattern, confirmed', [
    (1, '1', [True]),                                     # believed at once
    (2, '11', [False, True]),                             # the default
    (3, '111', [False, False, True]),                     # stricter
    (2, '1011', [False, None, False, True]),              # a lone hit dies at its first miss
    (2, '11011', [False, True, True, True, True]),        # once confirmed, always
])
def test_confirmation(hits, pattern, confirmed):
    tracker = FaceTracker(TrackerOptions(confirm_hits=hits))
    states = []
    for step, seen in enumerate(pattern):
        tracks = tracker.update([face(100)] if seen == '1' else [], EPOCH + step / 30)
        states.append(tracks[0].confirmed if tracks else None)
    assert states == confirmed


@pytest.mark.parametrize('empty_frames', [0, 1, 20])
def test_expected_place_depends_on_time_alone(empty_frames):
    tracker = FaceTracker()
    for step in range(31):
        track, = tracker.update([face(100 + 5 * step)], step / 30)
    speed = track.velocity[0]
    assert speed == pytest.approx(150.0, rel=0.02)
    for index in range(empty_frames):
        tracker.update([], 1.0 + 0.3 * (index + 1) / (empty_frames + 1))
    coasting, = tracker.update([], 1.3)
    moved = speed * DAMPING_TIME * (1 - math.exp(-0.3 / DAMPING_TIME))
    assert coasting.box.x == pytest.approx(track.box.x + moved)
    assert coasting.landmarks[:, 0] == pytest.approx(track.landmarks[:, 0] + moved)
    assert coasting.landmarks.dtype == np.float32
    assert coasting.box[1:] == track.box[1:]


@pytest.mark.parametrize('rate', [5.0, 30.0, 120.0])
def test_jitter_is_no_speed_and_boxes_pass_unchanged(rate):
    random = np.random.default_rng(3)
    tracker = FaceTracker()
    for step in range(200):
        seen = face(*(300 + random.normal(0.0, 1.0, 2)))
        track, = tracker.update([seen], step / rate)
        assert track.box == seen.box
        assert track.landmarks is seen.landmarks and track.shift == (0.0, 0.0)
    coasting, = tracker.update([], 200 / rate + 0.1)
    assert math.dist(coasting.box[:2], seen.box[:2]) < 5.0


@pytest.mark.parametrize('before, after, same', [
    (face(100), face(130), True),              # moved within reach
    (face(100), face(400), False),             # a face elsewhere
    (face(100), face(100, size=120), True),    # came nearer
    (face(100), face(100, size=200), False),   # another face in front
    (face(100), face(100, size=30), False),    # another face behind
])
def test_gates(before, after, same):
    tracker = FaceTracker(TrackerOptions(confirm_hits=1))
    old, = tracker.update([before], 0.0)
    now = {track.id: track.observed for track in tracker.update([after], 1 / 30)}
    assert now[old.id] is same
    assert len(now) == (1 if same else 2)


def plain_cost(before, after, elapsed):
    """Return the documented cost of a match to a face at rest, computed step by step."""
    a, b = before.box, after.box
    sizes = math.sqrt(a.area), math.sqrt(b.area)
    distance = math.dist(a.center, b.center) / math.sqrt(sizes[0] * sizes[1])
    gate = MAX_DISTANCE + DISTANCE_GROWTH * elapsed
    if distance > gate or max(sizes) / min(sizes) > MAX_SIZE_RATIO:
        return math.inf
    return IOU_WEIGHT * (1 - iou(a, b)) + (1 - IOU_WEIGHT) * distance / gate


def cheapest(costs, tracks, detections):
    """Return the least total cost by trying everything; no partner costs 1 for the pair."""
    pairs = min(tracks, detections)
    size = max(tracks, detections)
    best = math.inf
    for order in permutations(range(size)):
        total = sum(
            min(1.0, costs[t][d]) for t, d in enumerate(order) if t < tracks and d < detections)
        best = min(best, total)
    return best, pairs


@pytest.mark.parametrize('seed', range(4))
def test_association_is_the_cheapest_of_all(seed):
    random = np.random.default_rng(seed)
    options = TrackerOptions(confirm_hits=1)
    for _ in range(30):
        scenes = [
            [face(*random.uniform(0, 260, 2), random.uniform(50, 120))
             for _ in range(random.integers(0, 6))] for _ in range(2)]
        tracker = FaceTracker(options)
        tracker.update(scenes[0], 0.0)
        origin = {id(track.detection): track.id for track in tracker.update([], 0.01)}
        after = tracker.update(scenes[1], 0.1)
        costs = [[plain_cost(a, b, 0.1) for b in scenes[1]] for a in scenes[0]]
        known = {track.id: track.detection for track in after if track.hits == 2}
        row = {origin[id(a)]: t for t, a in enumerate(scenes[0])}
        column = {id(b): d for d, b in enumerate(scenes[1])}
        total = sum(costs[row[key]][column[id(seen)]] for key, seen in known.items())
        best, pairs = cheapest(costs, *map(len, scenes))
        assert total + (pairs - len(known)) == pytest.approx(best)


def test_random_walk_keeps_its_promises(monkeypatch):
    monkeypatch.setattr(tracking, 'MAX_TRACKS', 6)
    random = np.random.default_rng(11)
    tracker = FaceTracker(TrackerOptions(memory=0.5))
    places = random.uniform(0, 600, (8, 2))
    gone, living, stamp = set(), set(), EPOCH
    for _ in range(400):
        stamp += random.choice([0.01, 0.033, 0.1, 0.3])
        places += random.normal(0.0, 12.0, places.shape)
        scene = [face(*place) for place in places if random.random() < 0.7]
        tracks = tracker.update(scene, stamp)
        now = set(ids(tracks))
        assert len(now) == len(tracks) <= 6
        assert not now & gone
        gone |= living - now
        living = now
        used = [id(track.detection) for track in tracks if track.observed]
        assert len(set(used)) == len(used)
        assert set(used) <= {id(each) for each in scene}
        assert all(stamp - track.last_seen <= 0.5 + 1e-5 for track in tracks)
    assert gone


def test_the_number_of_tracks_is_bounded_best_scores_first(monkeypatch):
    monkeypatch.setattr(tracking, 'MAX_TRACKS', 3)
    tracker = FaceTracker()
    crowd = [face(200 * index, score=0.5 + 0.04 * index) for index in range(10)]
    tracks = tracker.update(crowd, 0.0)
    assert [track.score for track in tracks] == pytest.approx([0.86, 0.82, 0.78])
    assert ids(tracker.update(crowd, 0.1)) == ids(tracks)


def test_large_faces_get_a_place_before_small_ones(monkeypatch):
    monkeypatch.setattr(tracking, 'MAX_TRACKS', 2)
    tracker = FaceTracker()
    crowd = [face(100, size=40, score=.99), face(300, size=90, score=.8), face(500, size=70)]
    assert [track.box.width for track in tracker.update(crowd, 0.0)] == [70, 90]
    # A known one keeps its place, whoever comes.
    tracks = tracker.update([*crowd, face(900, size=200, score=.99)], 0.1)
    assert [track.box.width for track in tracks if track.observed] == [70, 90]


@pytest.mark.parametrize('scores, seen', [
    ((.69, .69, .69), [False, False, False]),    # never sure enough to be somebody
    ((.71, .61, .61), [True, True, True]),       # somebody once sure of is kept with less
    ((.5, .71, .5), [False, True, True]),
])
def test_a_track_starts_with_a_high_score_and_is_kept_with_a_low_one(scores, seen):
    tracker = FaceTracker(TrackerOptions(start_score=0.7))
    assert [any(track.observed for track in tracker.update([face(100, score=score)], step / 30))
            for step, score in enumerate(scores)] == seen


@pytest.mark.parametrize('rate', [5.0, 10.0, 30.0])
def test_a_face_is_present_for_a_blink_and_remembered_for_longer(rate):
    tracker = FaceTracker(TrackerOptions(presence_grace=0.2, memory=2.0))
    for step in range(3):
        before, = tracker.update([face(100)], EPOCH + step / rate)
    assert before.present
    for miss in range(1, int(2.0 * rate)):
        lost, = tracker.update([], EPOCH + (2 + miss) / rate)
        assert lost.present == (miss / rate <= 0.2 + 1e-6)
        assert lost.score == pytest.approx(0.9 * 0.5 ** (miss / rate / 0.1), rel=1e-4)
    back, = tracker.update([face(110)], EPOCH + (3 + miss) / rate)
    assert back.id == before.id and back.present and back.score == 0.9
    for miss in range(1, int(2.0 * rate) + 2):
        left = tracker.update([], EPOCH + (20 + 3 * rate + miss) / rate)
    assert left == []


def test_whom_somebody_else_hides_is_not_present():
    tracker = FaceTracker()
    states = []
    for step in range(30):
        front = face(300 - 10 * step, size=100)
        hidden = abs(front.box.center[0] - 100) < 60
        tracks = tracker.update([front] if hidden else [face(100), front], step / 30)
        rear = min(tracks, key=lambda track: track.detection.box.width)
        states.append((rear.id, rear.observed, rear.present))
    assert len({each[0] for each in states}) == 1
    # A blink of 0.2 s would be six frames; nobody is shown where somebody else is.
    assert states[1:15] == [(states[0][0], True, True)] * 14
    assert all(not observed and not present for _, observed, present in states[16:26])
    assert states[-1] == states[1]


def crop(name, light=1.0):
    """Return the face of an embedded still, uint8 (48, 48), gray, in any light."""
    still = load_stills()[name]
    x, y, width, height = (round(value) for value in still.box)
    gray = cv2.cvtColor(still.pixels[y:y + height, x:x + width], cv2.COLOR_BGR2GRAY)
    small = cv2.resize(gray, (48, 48), interpolation=cv2.INTER_AREA)
    return np.uint8(small * light)


@pytest.mark.parametrize('gap, before, after, same', [
    (1, crop('hopper'), crop('hopper'), True),          # nothing happened
    (1, crop('hopper'), crop('collins'), False),        # a hard cut, at the same place
    (1, crop('hopper'), crop('hopper', 0.6), True),     # the light went
    (20, crop('hopper'), crop('hopper'), True),         # back after a while
    (20, crop('hopper'), crop('collins'), False),       # somebody else comes where one left
])
def test_nobody_takes_over_the_track_of_somebody_else(gap, before, after, same):
    tracker = FaceTracker()
    for step in range(3):
        known, = tracker.update([face(100)], step / 30, [Sight(before)])
    for step in range(3, 2 + gap):
        tracker.update([], step / 30, [])
    tracks = tracker.update([face(104)], (2 + gap) / 30, [Sight(after)])
    now = [track for track in tracks if track.observed]
    assert [track.id == known.id for track in now] == [same]
    assert [track.confirmed for track in now] == [same]


def test_reset_forgets_faces_and_never_repeats_an_id():
    tracker = FaceTracker()
    seen = []
    for _ in range(50):
        seen += ids(tracker.update([face(100), face(400)], 0.0))
        tracker.reset()
    assert tracker.update([], 0.1) == []
    assert len(set(seen)) == 100
    assert all(re.fullmatch('f[a-z]{5}', each) for each in seen)


def test_trackers_of_one_process_share_no_id():
    found = [FaceTracker().update([face(200 * i) for i in range(40)], 0.0) for _ in range(5)]
    assert len({track.id for tracks in found for track in tracks}) == 200


def test_ids_are_unique_and_spread():
    source = TrackIds()
    given = [source.next() for _ in range(100_000)]
    assert len(set(given)) == 100_000
    assert all(re.fullmatch('[a-z]{5}', each) for each in given[:1000])
    # Another process starts elsewhere: 0.01 equal ids are to be expected here.
    other = TrackIds()
    assert len({other.next() for _ in range(100)} & set(given[:1000])) < 5


def test_a_seed_repeats_the_ids():
    def given(seed):
        source = TrackIds(seed=seed)
        return [source.next() for _ in range(20)]

    assert given(1) == given(1) != given(2)


def test_ids_grow_when_all_short_ones_are_used():
    source = TrackIds(letters=1)
    given = [source.next() for _ in range(26 + 26 ** 2 + 10)]
    assert [len(each) for each in given] == [1] * 26 + [2] * 26 ** 2 + [3] * 10
    assert len(set(given)) == len(given)


@pytest.mark.parametrize('letters, count', [(5, 0), (5, 1), (5, 300), (1, 26), (1, 700)])
def test_a_source_knows_which_ids_it_gave(letters, count):
    source = TrackIds(letters)
    given = {source.next() for _ in range(count)}
    assert all(map(source.gave, given))
    probe = TrackIds(letters)
    others = {probe.next() for _ in range(700)} | {'', 'A', 'é', '1', 'ab c', 'a' * 99}
    assert {one for one in others if source.gave(one)} == others & given


def test_ids_that_others_have_are_not_given():
    expected = TrackIds(seed=7)
    names = [expected.next() for _ in range(10)]
    source = TrackIds(seed=7)
    source.avoid(set(names[2:5]))
    assert [source.next() for _ in range(7)] == names[:2] + names[5:]
    source = TrackIds(letters=1)
    source.avoid(set('abcdefghijklmnopqrstuvwxyz'))
    assert len(source.next()) == 2


@pytest.mark.parametrize('change, words', [
    ({'memory': -1.0}, ('memory', '-1.0', '0', '60')),                  # below the range
    ({'memory': math.nan}, ('memory', 'nan')),                          # not a number
    ({'presence_grace': 11.0}, ('presence_grace', '11.0', '0', '10')),  # longer than a blink
    ({'start_score': 1.1}, ('start_score', '1.1', '0', '1')),           # never starts
    ({'confirm_hits': 0}, ('confirm_hits', '0', '1', '100')),           # never confirmed
    ({'confirm_hits': 2.5}, ('confirm_hits', '2.5', 'whole')),          # not whole
    ({'memory': math.inf}, ('memory', 'inf')),                          # never forgotten
    ({'confirm_hits': True}, ('confirm_hits', 'True')),                 # a switch is no number
    ({'memory': '0.5'}, ('memory', "'0.5'")),                           # text is no number
])
def test_options_are_checked(change, words):
    with pytest.raises(ValueError) as error:
        TrackerOptions(**change)
    assert all(word in str(error.value) for word in ('TrackerOptions', *words))


def test_seeded_ids_repeat_from_run_to_run():
    """Check that replaying a recording twice names its tracks the same."""
    first, second, other = TrackIds(seed=7), TrackIds(seed=7), TrackIds(seed=8)
    names = [first.next() for _ in range(50)]
    assert names == [second.next() for _ in range(50)]
    assert names != [other.next() for _ in range(50)]
    assert len(set(names)) == 50
    tracker = FaceTracker(ids=TrackIds(seed=7))
    assert tracker.update([face(100.0)], 0.0)[0].id == 'f' + names[0]


def known(tracker, *scene, sights=None):
    """Show a tracker the same scene thrice from 0 s on; return the tracks."""
    for step in range(3):
        tracks = tracker.update(list(scene), step / 30, sights)
    return tracks


def test_who_is_partly_covered_is_not_judged_by_looks_from_frame_to_frame():
    tracker = FaceTracker()
    before, = known(tracker, face(100), sights=[Sight(crop('hopper'))])
    after, = tracker.update([face(104)], 0.1, [Sight(crop('collins'), free=False)])
    assert after.id == before.id


def test_a_face_that_another_touches_starts_no_track_until_it_is_whole():
    tracker, front = FaceTracker(), face(400, size=100)
    hopper, collins = Sight(crop('hopper')), Sight(crop('collins'))
    rear = known(tracker, face(100), front, sights=[hopper, hopper])[0]
    stamp = 0.1
    for x in range(380, 140, -20):
        stamp += 1 / 30
        tracker.update([face(x, size=100)], stamp, [hopper])
    scene = [face(100), face(160, size=100)]
    touched = tracker.update(scene, stamp + 0.1, [collins, hopper])
    assert len(touched) == 2 and not next(
        track for track in touched if track.id == rear.id).observed
    alone = tracker.update([face(100), face(230, size=100)], stamp + 0.2, [collins, hopper])
    assert len(alone) == 3


@pytest.mark.parametrize('size, present', [
    (200, False),   # somebody new at the same place: a cut, and nobody is behind
    (20, True),     # in a corner of it: a blink of the detector
])
def test_who_is_missed_where_somebody_new_is_has_gone(size, present):
    tracker = FaceTracker()
    before, = known(tracker, face(100))
    tracks = {track.id: track for track in tracker.update([face(100, size=size)], 0.1)}
    assert len(tracks) == 2
    assert (tracks[before.id].present, tracks[before.id].hidden) == (present, False)
