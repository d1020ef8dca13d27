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

"""Drawing: in place, inside the frame, and only where a face is."""

from dataclasses import replace

from fer_ros.core import display
from fer_ros.core.attention import Attention, Level
from fer_ros.core.boxes import shared_area
from fer_ros.core.cues import Cues
from fer_ros.core.display import paled
from fer_ros.core.head import FaceMesh, HeadPose
from fer_ros.core.types import Box, Expression, Face, LABELS, UNSURE
from fer_ros.evaluate.turned_faces import head_rotation
from fer_ros.viz.draw import COLOURS, draw_faces
import numpy as np
import pytest


def face(box, label='happy', confidence=0.9, observed=True, name='fabcde'):
    """Return a face with one expression."""
    probabilities = np.full(8, (1 - confidence) / 7)
    probabilities[LABELS.index('neutral' if label == UNSURE else label)] = confidence
    return Face(
        id=name, box=Box(*box), score=0.9, landmarks=np.zeros((4, 2), np.float32),
        expression=Expression(probabilities), label=label, confidence=confidence, valence=0.0,
        arousal=0.0, observed=observed, cues=Cues(Attention(Level.ENGAGED, 5.0)))


def with_head(one):
    """Return a face with points and a pose, turned a little."""
    x, y, width, height = one.box
    spots = np.random.default_rng(0).uniform((x, y), (x + width, y + height), (538, 2))
    points = np.column_stack([spots, np.ones(538)]).astype(np.float32)
    pose = HeadPose(head_rotation(30, 10, 5), np.array([0.0, 0.0, 0.6]), 1.0)
    return replace(one, mesh=FaceMesh(points[:468], 1.0, lambda: points[468:]), head_pose=pose)


def grey(width=640, height=480):
    """Return an empty frame."""
    return np.full((height, width, 3), 90, np.uint8)


def count(pixels, colour):
    """Return how many pixels have exactly this colour."""
    return int((pixels == np.array(colour, np.uint8)).all(axis=2).sum())


def test_draws_in_place_and_returns_nothing():
    pixels = grey()
    assert draw_faces(pixels, [face((200, 150, 120, 140))]) is None
    assert (pixels != 90).any()


def test_no_face_leaves_the_frame_alone():
    pixels = grey()
    draw_faces(pixels, [])
    assert (pixels == 90).all()


def test_the_face_itself_stays_visible():
    pixels = grey()
    draw_faces(pixels, [face((200, 150, 120, 140))])
    assert (pixels[160:280, 210:310] == 90).all()


@pytest.mark.parametrize('label', [*LABELS, UNSURE])
def test_the_box_has_the_colour_of_the_label(label):
    pixels = grey()
    draw_faces(pixels, [face((200, 150, 120, 140), label)])
    assert count(pixels[140:300, 195:325], COLOURS[label]) > 200


def test_labels_have_colours_of_their_own():
    assert len(set(COLOURS.values())) == len(LABELS) + 1


def test_a_longer_bar_for_a_more_probable_expression():
    lengths = []
    for confidence in (0.2, 0.5, 0.95):
        pixels = grey()
        draw_faces(pixels, [face((200, 150, 120, 140), 'sad', confidence)], ['bars'])
        lengths.append(count(pixels, COLOURS['sad']))
    assert 0 < lengths[0] < lengths[1] < lengths[2]


def test_bars_are_of_the_three_most_probable():
    pixels = grey()
    probabilities = np.array([0.02, 0.4, 0.01, 0.3, 0.02, 0.2, 0.03, 0.02])
    one = replace(face((200, 150, 120, 140)), expression=Expression(probabilities))
    draw_faces(pixels, [one], ['bars'])
    # Letters are grey at their edges, as neutral is.
    assert {label for label in LABELS[1:] if count(pixels, COLOURS[label])} == {
        'happy', 'sad', 'disgusted'}


def test_a_face_that_is_not_seen_is_pale_and_dashed_and_has_no_panel():
    seen, expected = grey(), grey()
    draw_faces(seen, [face((200, 150, 120, 140))])
    draw_faces(expected, [face((200, 150, 120, 140), observed=False)])
    assert count(seen, COLOURS['happy']) and not count(expected, COLOURS['happy'])
    pale = paled(display.COLOURS['happy'])[::-1]
    row = (expected[290:294, 205:315] == np.array(pale)).all(axis=2).any(axis=0)
    # Dashes: some of the line, with several gaps.
    assert 0.3 < row.mean() < 0.8 and (np.diff(row.astype(int)) != 0).sum() >= 6
    assert (expected[150:, 330:] == 90).all() and (expected[300:] == 90).all()


@pytest.mark.parametrize('size', [(320, 240), (640, 480), (1920, 1080), (16, 16), (1, 1)])
@pytest.mark.parametrize('place', [
    # Corners, beyond each edge, all over, nowhere near, nearly nothing.
    (0, 0, 0.2, 0.3), (0.8, 0.7, 0.2, 0.3), (-0.1, -0.1, 0.3, 0.3), (0.9, 0.9, 0.5, 0.5),
    (-1, -1, 3, 3), (50, 50, 1, 1), (0.5, 0.5, 0.001, 0.001),
])
def test_any_box_in_any_frame(size, place):
    width, height = size
    pixels = grey(width, height)
    box = (place[0] * width, place[1] * height, place[2] * width, place[3] * height)
    draw_faces(pixels, [face(box)])
    assert pixels.shape == (height, width, 3)


def test_a_box_that_is_no_number_is_skipped():
    pixels = grey()
    draw_faces(pixels, [face((float('nan'), 0, 10, 10))])
    assert (pixels == 90).all()


@pytest.mark.parametrize('layer', display.LAYERS)
def test_each_layer_can_be_left_out(layer):
    one = [with_head(face((200, 150, 120, 140), 'sad'))]
    alone, without, whole = grey(), grey(), grey()
    draw_faces(alone, one, [layer], rate=30.0, seconds=0.004)
    draw_faces(without, one, [name for name in display.LAYERS if name != layer], 30.0, 0.004)
    draw_faces(whole, one, rate=30.0, seconds=0.004)
    assert (alone != 90).any() and (without != 90).any()
    assert (without != whole).any()


def test_no_layer_draws_nothing():
    pixels = grey()
    draw_faces(pixels, [face((200, 150, 120, 140))], [])
    assert (pixels == 90).all()


def test_a_layer_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="'bar'.*boxes, labels, bars"):
        draw_faces(grey(), [], ['bar'])


def test_valence_and_arousal_move_the_dot():
    places = []
    for valence, arousal in ((-0.9, 0.9), (0.9, 0.9), (0.0, -0.9)):
        pixels = grey()
        one = replace(face((200, 150, 120, 140), 'sad'), valence=valence, arousal=arousal)
        draw_faces(pixels, [one], ['affect'])
        rows, columns = np.nonzero((pixels == np.array(COLOURS['sad'])).all(axis=2))
        places.append((columns.mean(), rows.mean()))
    left, right, low = places
    assert left[0] + 10 < low[0] < right[0] - 10
    assert left[1] == pytest.approx(right[1], abs=0.6) and low[1] > left[1] + 10


@pytest.mark.parametrize('rate, seconds', [(29.97, 0.0043), (29.97, None), (None, 0.0043)])
def test_rate_and_time_stand_in_a_corner(rate, seconds):
    pixels = grey()
    draw_faces(pixels, [], rate=rate, seconds=seconds)
    rows, columns = np.nonzero((pixels != 90).any(axis=2))
    assert rows.size and rows.max() < 20 and columns.max() < 120


def test_rate_makes_way_for_a_face():
    pixels = grey()
    draw_faces(pixels, [face((5, 5, 200, 200))], ['rate'], 30.0)
    assert (pixels[:210, :210] == 90).all() and (pixels != 90).any()


@pytest.mark.parametrize('width, height', [(320, 240), (640, 480), (1280, 720), (1920, 1080)])
@pytest.mark.parametrize('ground', [0, 255])
def test_words_can_be_read_on_any_ground(width, height, ground):
    pixels = np.full((height, width, 3), ground, np.uint8)
    draw_faces(pixels, [face((0.4 * width, 0.3 * height, 0.2 * width, 0.3 * height), 'angry')],
               ['labels'])
    rows, columns = np.nonzero((pixels != ground).any(axis=2))
    tag = pixels[rows.min():rows.max() + 1, columns.min():columns.max() + 1]
    # Dark letters of at least seven rows on the label's colour, in proportion to the picture.
    ink = (tag < 40).all(axis=2).any(axis=1)
    assert max(7, height / 60) <= ink.sum() <= height / 15
    assert count(tag, COLOURS['angry']) > 0.4 * tag.shape[0] * tag.shape[1]


def crowd(seed, width, height, number):
    """Return faces of different labels whose boxes do not touch, close to each other."""
    rng = np.random.default_rng(seed)
    boxes = []
    while len(boxes) < number:
        high = rng.uniform(0.12, 0.35) * height
        box = rng.uniform(0, width - 0.8 * high), rng.uniform(0, height - high), 0.8 * high, high
        if all(shared_area(Box(box[0] - 9, box[1] - 9, box[2] + 18, box[3] + 18), other) == 0
               for other in boxes):
            boxes.append(box)
    return [face(box, label) for box, label in zip(boxes, LABELS[1:])]


@pytest.mark.parametrize('seed', range(12))
@pytest.mark.parametrize('width, height', [(320, 240), (640, 480), (1280, 720)])
def test_nothing_lies_on_another_face(seed, width, height):
    faces = crowd(seed, width, height, 5)
    pixels = grey(width, height)
    draw_faces(pixels, faces, ['bars', 'affect', 'rate'], 30.0, 0.004)
    labels = grey(width, height)
    draw_faces(labels, faces, ['labels'])
    for one in faces:
        x, y, w, h = (round(value) for value in one.box)
        assert (pixels[y:y + h, x:x + w] == 90).all()
        inside = labels[y:y + h, x:x + w]
        assert not any(count(inside, COLOURS[other.label]) for other in faces if other is not one)


def test_every_face_of_a_crowd_has_its_word():
    for seed in range(12):
        faces = crowd(seed, 640, 480, 5)
        pixels = grey()
        draw_faces(pixels, faces, ['labels'])
        assert all(count(pixels, COLOURS[one.label]) > 100 for one in faces)


def test_a_view_of_a_larger_picture_is_drawn_into():
    whole = np.full((480, 1280, 3), 90, np.uint8)
    draw_faces(whole[:, ::2], [face((200, 150, 120, 140))])
    same = grey()
    draw_faces(same, [face((200, 150, 120, 140))])
    assert np.array_equal(whole[:, ::2], same)
    assert (whole[:, 1::2] == 90).all()


@pytest.mark.parametrize('pixels, words', [
    (np.zeros((4, 4), np.uint8), r'uint8 \(4, 4\)'),
    (np.zeros((4, 4, 4), np.uint8), r'\(4, 4, 4\)'),
    (np.zeros((4, 4, 3), np.float32), 'float32'),
])
def test_other_arrays_are_refused(pixels, words):
    with pytest.raises(ValueError, match=words):
        draw_faces(pixels, [])


def test_what_cannot_be_written_to_is_refused():
    pixels = grey()
    pixels.flags.writeable = False
    with pytest.raises(ValueError, match='copy'):
        draw_faces(pixels, [])
