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

"""The embedded clip: the same every time, with truthful ground truth."""

import cv2
from fer_ros.demo.clip import EmbeddedClip, WALKS
from fer_ros.demo.stills import load_stills
import numpy as np
import pytest


@pytest.fixture(scope='module')
def clip():
    """Return the clip as the demo plays it."""
    return EmbeddedClip()


def visible(clip, index, least=0.6):
    """Return who can be seen in a frame."""
    return {face.identity for face in clip.truth(index) if face.visible >= least}


def test_same_frames_every_time_and_in_any_order(clip):
    other = EmbeddedClip()
    for index in (200, 0, 100):
        assert np.array_equal(clip.frame(index), other.frame(index))


def test_iterates_over_bgr_frames_and_seconds():
    frames = list(EmbeddedClip((160, 120), rate=10, duration=1.0))
    assert [seconds for _, seconds in frames] == pytest.approx([k / 10 for k in range(10)])
    assert {(frame.shape, frame.dtype.name) for frame, _ in frames} == {((120, 160, 3), 'uint8')}


def test_shows_nobody_somebody_and_three_at_once(clip):
    counts = {len(visible(clip, index)) for index in range(0, len(clip), 5)}
    assert counts == {0, 1, 2, 3}
    assert visible(clip, 0) == visible(clip, len(clip) - 1) == set()


def test_faces_cross(clip):
    before, after = ({f.identity: f.box.center[0] for f in clip.truth(i)} for i in (160, 205))
    assert before['collins'] < before['hopper']
    assert after['collins'] > after['hopper']
    # In between, one hides the other.
    assert min(
        face.visible for index in range(160, 205) for face in clip.truth(index)) < 0.3


def test_faces_enter_and_leave_without_jumps(clip):
    faces = [face for index in range(len(clip)) for face in clip.truth(index)]
    for name in WALKS:
        places = [face.box.center for face in faces if face.identity == name]
        # Each begins and ends outside the picture.
        for x, _ in (places[0], places[-1]):
            assert not 0 <= x <= 640
        assert np.hypot(*np.diff(np.array(places), axis=0).T).max() < 15


@pytest.mark.parametrize('index', [60, 126, 255])
def test_truth_lies_on_the_face(clip, index):
    frame, stills = clip.frame(index), load_stills()
    for face in clip.truth(index):
        if face.visible < 0.99 or face.identity not in stills:
            continue
        # Straighten the true face and compare it with its photograph.
        still = stills[face.identity]
        warp, _ = cv2.estimateAffinePartial2D(still.landmarks, face.landmarks)
        x, y, w, h = (round(v) for v in still.box)
        back = cv2.warpAffine(
            frame, warp, still.pixels.shape[1::-1],
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)[y:y + h, x:x + w]
        person = cv2.erode(still.mask[y:y + h, x:x + w], np.ones((9, 9))) > 0
        # Fine detail is lost on the way to a smaller face and back.
        pair = [cv2.GaussianBlur(part, (0, 0), 2.0)[person].ravel() for part in (
            back, still.pixels[y:y + h, x:x + w])]
        assert np.corrcoef(*pair)[0, 1] > 0.98, face.identity


def test_truth_scales_with_the_picture(clip):
    large = EmbeddedClip((1280, 960))
    for small, big in zip(clip.truth(255), large.truth(255)):
        assert np.array(big.box) == pytest.approx(2 * np.array(small.box))
        assert big.landmarks == pytest.approx(2 * small.landmarks, abs=1e-3)


def test_wide_pictures_keep_the_people_in_the_middle():
    clip = EmbeddedClip((1280, 480))
    assert clip.frame(126).shape == (480, 1280, 3)
    centre = np.mean([face.box.center[0] for face in clip.truth(126)])
    assert 500 < centre < 780


def test_hidden_and_outside_are_not_visible(clip):
    first = round(0.8 * clip.rate)
    assert [(face.identity, face.visible) for face in clip.truth(first)] == [('collins', 0.0)]


@pytest.mark.parametrize('arguments, words', [
    # Too small for a face.
    ({'size': (32, 480)}, '32x480'),
    # No time passes.
    ({'rate': 0}, 'rate 0'),
    ({'duration': -1}, 'duration -1'),
])
def test_impossible_clips_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        EmbeddedClip(**arguments)


def test_mirrored_still_swaps_the_eyes():
    still = load_stills()['collins']
    mirrored = still.mirrored('twin')
    assert mirrored.name == 'twin'
    assert np.array_equal(mirrored.pixels[:, ::-1], still.pixels)
    # The right eye stays left of the left eye in the picture.
    assert mirrored.landmarks[0, 0] < mirrored.landmarks[1, 0]
    assert mirrored.landmarks[1] == pytest.approx(
        [still.pixels.shape[1] - 1 - still.landmarks[0, 0], still.landmarks[0, 1]])


def test_missing_pictures_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match='people.json is missing'):
        load_stills(tmp_path)
    (tmp_path / 'people.json').write_text(
        '{"people": [{"name": "a", "file": "a.jpg", "mask": "m.png", "box": [0, 0, 1, 1],'
        ' "landmarks": [[0, 0], [0, 0], [0, 0], [0, 0]]}]}')
    with pytest.raises(FileNotFoundError, match='a.jpg'):
        load_stills(tmp_path)
