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

from fer_ros.core.types import Box, Expression, Face, LABELS, UNSURE
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
        arousal=0.0, observed=observed)


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
        draw_faces(pixels, [face((200, 150, 120, 140), 'sad', confidence)])
        # Right of the box, where the bars are.
        lengths.append(count(pixels[150:300, 326:450], COLOURS['sad']))
    assert lengths[0] < lengths[1] < lengths[2]


def test_a_coasting_face_is_dashed():
    solid, dashed = grey(), grey()
    draw_faces(solid, [face((200, 150, 120, 140))])
    draw_faces(dashed, [face((200, 150, 120, 140), observed=False)])
    row = slice(205, 315)
    assert count(dashed[289:292, row], COLOURS['happy']) < count(
        solid[289:292, row], COLOURS['happy'])


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


def test_the_largest_face_is_drawn_over_the_others():
    pixels = grey()
    draw_faces(pixels, [
        face((200, 150, 120, 140), 'happy'), face((210, 160, 100, 100), 'angry')])
    alone = grey()
    draw_faces(alone, [face((200, 150, 120, 140), 'happy')])
    tag = (slice(128, 148), slice(200, 300))
    assert np.array_equal(pixels[tag], alone[tag])


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


def test_bars_make_way_for_the_face_beside():
    neighbour = (330, 150, 60, 70)
    pixels = grey()
    draw_faces(pixels, [face((200, 150, 120, 140)), face(neighbour, 'sad')])
    x, y, width, height = neighbour
    # The neighbour's face is as it was, within its box.
    assert (pixels[y + 5:y + height - 5, x + 5:x + width - 5] == 90).all()
    # The bars are left of the first face instead.
    assert count(pixels[150:300, 100:196], COLOURS['happy']) > 50
