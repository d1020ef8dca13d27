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

"""The colours of the labels: told apart by everybody, readable, the same everywhere."""

from itertools import combinations

from fer_ros.core.display import colour_of, COLOURS, is_dark, label_text, paled
from fer_ros.core.types import Box, Expression, Face, LABELS, UNSURE
import numpy as np
import pytest

# How linear red, green and blue look to people without one kind of cone: G. M. Machado et al., "A
# physiologically-based model for simulation of color vision deficiency", IEEE Transactions on
# Visualization and Computer Graphics 15 (2009), severity 1.
SIGHT = {
    'all cones': np.eye(3),
    'protanopia': [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    'deuteranopia': [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
    'tritanopia': [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                   [0.004733, 0.691367, 0.303900]],
}


def linear(rgb):
    """Return linear red, green and blue, 0 to 1, of sRGB."""
    value = np.asarray(rgb) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """Return CIELAB of linear red, green and blue."""
    xyz = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
                    [0.0193339, 0.1191920, 0.9503041]]) @ np.clip(rgb, 0, 1)
    x, y, z = np.cbrt(xyz / (0.95047, 1.0, 1.08883))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize('sight', SIGHT)
def test_colours_are_told_apart(sight):
    seen = {label: lab(SIGHT[sight] @ linear(rgb)) for label, rgb in COLOURS.items()}
    distances = {pair: np.linalg.norm(seen[pair[0]] - seen[pair[1]])
                 for pair in combinations(seen, 2)}
    # 2.3 is just noticeable.
    assert min(distances.values()) > 15, min(distances, key=distances.get)


def test_every_label_has_a_colour_and_an_unknown_one_too():
    assert set(COLOURS) == {*LABELS, UNSURE}
    assert colour_of('bored') == COLOURS[UNSURE]


@pytest.mark.parametrize('label', COLOURS)
@pytest.mark.parametrize('seen', [True, False])
def test_letters_stand_out_from_their_ground(label, seen):
    colour = COLOURS[label] if seen else paled(COLOURS[label])
    ink = 245 if is_dark(colour) else 20
    light = [float(np.array([0.2126, 0.7152, 0.0722]) @ linear(one)) + 0.05
             for one in (colour, (ink,) * 3)]
    # What the Web Content Accessibility Guidelines ask of text.
    assert max(light) / min(light) >= 4.5


@pytest.mark.parametrize('label, confidence, text', [
    ('happy', 0.934, 'happy 93%'), ('contempt', 1.0, 'contempt 100%'), (UNSURE, 0.0, UNSURE)])
def test_the_text_about_a_face(label, confidence, text):
    face = Face('fabc', Box(0, 0, 1, 1), 1.0, np.zeros((4, 2), np.float32),
                Expression(np.full(8, 0.125)), label, confidence, 0.0, 0.0)
    assert label_text(face) == text
