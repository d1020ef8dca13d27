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

"""What pictures and displays of faces share: the colours of the labels and the layers."""

from __future__ import annotations

from fer_ros.core.attention import Level
from fer_ros.core.types import Face, UNSURE

#: Red, green and blue of each label, 0 to 255, the same in every picture, plot and display. The
#: palette of M. Okabe and K. Ito, "Color Universal Design" (2008), which people with every kind
#: of colour blindness can tell apart, with two greys for what is no emotion.
COLOURS = {
    'neutral': (217, 217, 217), 'happy': (240, 228, 66), 'surprised': (230, 159, 0),
    'sad': (0, 114, 178), 'angry': (213, 94, 0), 'disgusted': (0, 158, 115),
    'scared': (204, 121, 167), 'contempt': (86, 180, 233), UNSURE: (90, 90, 90)}

#: Likewise of each level of attention, of the same palette: green for who is with the robot.
LEVEL_COLOURS = {
    Level.UNKNOWN: (150, 150, 150), Level.DISENGAGED: (213, 94, 0),
    Level.ENGAGING: (86, 180, 233), Level.ENGAGED: (0, 158, 115),
    Level.DISENGAGING: (230, 159, 0)}

#: What is drawn about a face, each layer by itself, with its meaning.
LAYERS = {
    'boxes': 'A box about each face in the colour of its label, dashed while the face is not '
             'seen but expected there.',
    'labels': "Each face's label, confidence and id; without the id, or without the confidence, "
              'where there is less room.',
    'bars': 'The three most probable expressions of each face as bars, where they fit.',
    'affect': 'Valence (to the right) and arousal (upwards) of each face as a dot in a square, '
              'where it fits.',
    'mesh': 'The points of each face and the lines of its features, where `landmarks` has them.',
    'gaze': 'An arrow where each face points, where `landmarks` tells it, in the colour of the '
            'level of attention where `cues` tells that.',
    'attention': 'Whether each person attends to the robot, in a word after the label, where '
                 '`cues` tells it.',
    'rate': 'Frames answered per second, and milliseconds that the frame took, in a corner.',
}


#: Layers that are not drawn where nobody asks for them by name.
LAYERS_OFF = ('mesh',)


def label_text(face: Face) -> str:
    """Return what is written about a face: its label with its confidence, or `unsure`."""
    if face.label == UNSURE:
        return UNSURE
    return f'{face.label} {100 * face.confidence:.0f}%'


def attention_text(face: Face) -> str:
    """Return a word for how a person attends to the robot, or '' where it is not known."""
    level = face.cues.attention.level if face.cues else Level.UNKNOWN
    return level.word if level else ''


def gaze_colour(face: Face) -> tuple[int, int, int]:
    """Return red, green and blue of the arrow where a face points, 0 to 255."""
    if face.cues is None:
        return colour_of(face.label)
    return LEVEL_COLOURS[face.cues.attention.level]


def colour_of(label: str) -> tuple[int, int, int]:
    """Return red, green and blue of a label, 0 to 255; of an unknown one those of `unsure`."""
    return COLOURS.get(label, COLOURS[UNSURE])


def paled(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return a colour half way to a light grey: that of a face which is not seen."""
    red, green, blue = ((value + 215) // 2 for value in colour)
    return red, green, blue


def is_dark(colour: tuple[int, int, int]) -> bool:
    """
    Return whether white letters can be read on a colour better than black ones.

    By the contrast ratio of the Web Content Accessibility Guidelines 2.2 the two are equal at a
    relative luminance of 0.179.
    """
    red, green, blue = (float((value / 255) ** 2.2) for value in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.179
