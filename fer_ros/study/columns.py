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

"""Every column of the tables of a study: the one place of their names, types, units and ranges."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fer_ros.core.action_units import UNITS
from fer_ros.core.attention import Level
from fer_ros.core.landmark_metadata import FACIAL
from fer_ros.core.types import LABELS, UNSURE

#: Of the tables' form. It rises when a column changes its name, type, unit or meaning.
SCHEMA_VERSION = 1

#: Columns that are there only where points on faces were asked for.
HEADS = 'heads'

_TEXT, _WHOLE, _REAL, _TRUTH, _REALS = 'string', 'int64', 'float64', 'bool', 'list<float64>'
_ANY = 'any'


@dataclass(frozen=True)
class Column:
    """
    One column of a table.

    :param name: in the file.
    :param type: name of the Arrow type: string, int64, float64, bool or list<float64>.
    :param unit: such as `s`; '' where it has none.
    :param range: of the values, in words.
    :param meaning: in a sentence.
    :param nullable: whether a row may lack it.
    :param group: '' for columns of every study, or `HEADS`.
    """

    name: str
    type: str  # noqa: A003
    unit: str
    range: str  # noqa: A003
    meaning: str
    nullable: bool = False
    group: str = ''


def _head(name: str, kind: str, unit: str, span: str, meaning: str) -> Column:
    return Column(name, kind, unit, span, meaning, nullable=True, group=HEADS)


_RECORDING = Column('recording', _TEXT, '', _ANY, 'Name of the recording in this study.')
_FRAME = Column('frame', _WHOLE, '', 'from 0', 'Number of the image in the recording; images '
                'that could not be used count, too.')
_STAMP = Column('stamp', _WHOLE, 'ns', '64 bits', 'Time of the image: that of its header, or, in '
                'a video, since its first frame.')
_SECONDS = Column('seconds', _REAL, 's', 'from 0', 'Time since the first frame that was used; '
                  'less than before where the stamps of a recording start over.')

#: One row for each face of each frame, in the order of the frames, the largest face first.
FACES = (
    _RECORDING, _FRAME, _STAMP, _SECONDS,
    Column('id', _TEXT, '', 'up to 64 letters and digits', 'Who it is: the same within a '
           'recording, and of no meaning beyond it.'),
    Column('in_front', _TRUTH, '', 'true, false', 'Whether it is the largest face of the frame.'),
    Column('x', _REAL, 'px', _ANY, 'Left edge of the box, in the picture as recorded.'),
    Column('y', _REAL, 'px', _ANY, 'Upper edge of the box.'),
    Column('width', _REAL, 'px', 'from 0', 'Width of the box.'),
    Column('height', _REAL, 'px', 'from 0', 'Height of the box.'),
    Column('score', _REAL, '', '0 to 1', 'Confidence of the detector that it is a face.'),
    Column('observed', _TRUTH, '', 'true, false', 'False where the face was not found in this '
           'frame, a blink of its track.'),
    Column('label', _TEXT, '', ', '.join((*LABELS, UNSURE)), 'The expression after smoothing; '
           f'{UNSURE} where none is likely enough.'),
    Column('confidence', _REAL, '', '0 to 1', f'Probability of the label; 0 if that is {UNSURE}.'),
    *(Column(label, _REAL, '', '0 to 1', f'Probability of the expression {label}; the eight sum '
             'to 1.') for label in LABELS),
    Column('valence', _REAL, '', '-1 to 1', 'Pleasantness of the expression, estimated of the '
           'eight probabilities.'),
    Column('arousal', _REAL, '', '-1 to 1', 'Activation, likewise.'),
    _head('yaw', _REAL, '°', '-180 to 180', 'Where the head points: to its left is positive.'),
    _head('pitch', _REAL, '°', '-180 to 180', 'Likewise, up is positive.'),
    _head('roll', _REAL, '°', '-180 to 180', 'How far the head is tilted.'),
    _head('off_camera', _REAL, '°', '0 to 180', 'Angle between where the head points and the '
          'camera.'),
    _head('head_x', _REAL, 'm', _ANY, 'Place of the bridge of the nose, right of the camera.'),
    _head('head_y', _REAL, 'm', _ANY, 'Likewise, below the camera.'),
    _head('head_z', _REAL, 'm', _ANY, 'Likewise, in front of the camera.'),
    _head('head_confidence', _REAL, '', '0 to 1', 'Confidence in the pose of the head.'),
    _head('attention', _TEXT, '', ', '.join(level.word for level in Level), 'Attention to the '
          'camera, in the levels of hri_msgs/EngagementLevel.'),
    _head('speech', _REAL, '', '0 to 1', 'Probability that the person speaks, by the mouth.'),
    *(_head(f'au{unit}{ending}', _REAL, '', '0 to 1', f'{what} action unit {unit} of FACS.')
      for unit in UNITS for ending, what in (
          ('', 'Intensity of'), ('_confidence', 'Confidence in'))),
    _head('landmarks', _REALS, 'px', f'{3 * FACIAL} numbers', f'The {FACIAL} points of '
          'hri_msgs/FacialLandmarks, one after another: x, y, and the confidence, 0 to 1.'),
)

#: One row for each frame that was used, so that nobody in the picture is data, too.
FRAMES = (
    _RECORDING, _FRAME, _STAMP, _SECONDS,
    Column('faces', _WHOLE, '', 'from 0', 'Number of faces; 0: nobody was seen.'),
    Column('reset', _TRUTH, '', 'true, false', 'Whether stamps or source started over, so that '
           'everybody has a new id from here on.'),
)

#: One row for each person of each recording, in the order in which they came.
PEOPLE = (
    _RECORDING,
    Column('id', _TEXT, '', 'up to 64 letters and digits', 'As in faces.'),
    Column('first_seconds', _REAL, 's', 'from 0', 'seconds of the first frame with the face.'),
    Column('last_seconds', _REAL, 's', 'from 0', 'Likewise of the last one.'),
    Column('frames', _WHOLE, '', 'from 1', 'Frames in which the face was seen.'),
    Column('seconds_seen', _REAL, 's', 'from 0', 'Time between frames that follow each other and '
           'have both the face; gaps of the recording do not count.'),
    *(Column(f'share_{label}', _REAL, '', '0 to 1', f'Share of the frames with the label {label}.')
      for label in (*LABELS, UNSURE)),
    Column('valence_mean', _REAL, '', '-1 to 1', 'Mean valence over the frames.'),
    Column('arousal_mean', _REAL, '', '-1 to 1', 'Mean arousal, likewise.'),
    Column('changes_per_minute', _REAL, '1/min', 'from 0', 'Changes of the label by the minute '
           'seen; none where the person was seen for no time.', nullable=True),
    Column('first_smile_seconds', _REAL, 's', 'from 0', 'seconds of the first frame with the '
           'label happy; none where there is no such frame.', nullable=True),
)

#: One row for each recording, also for those that failed: then only the first ones and the error.
RECORDINGS = (
    _RECORDING,
    Column('path', _TEXT, '', 'path or URL', 'Where the recording was read.'),
    Column('kind', _TEXT, '', 'bag, video', 'What it is.'),
    Column('topic', _TEXT, '', _ANY, 'Image topic; none for a video.', nullable=True),
    Column('seconds', _REAL, 's', 'from 0', 'Length: the steps between the frames that were used.',
           nullable=True),
    Column('images', _WHOLE, '', 'from 0', 'Images in the recording.', nullable=True),
    Column('frames', _WHOLE, '', 'from 0', 'Those that were used, the rows of the table frames.',
           nullable=True),
    Column('rate', _REAL, 'Hz', 'from 0', 'Frames by the second, gaps left out; none for a single '
           'frame.', nullable=True),
    Column('gaps', _WHOLE, '', 'from 0', 'Steps between two frames of more than 0.5 s and of more '
           'than four usual steps.', nullable=True),
    Column('longest_gap', _REAL, 's', 'from 0', 'The longest of them; 0 without.', nullable=True),
    Column('faces', _WHOLE, '', 'from 0', 'Rows of the table faces.', nullable=True),
    Column('people', _WHOLE, '', 'from 0', 'Rows of the table people.', nullable=True),
    Column('work_seconds', _REAL, 's', 'from 0', 'Time that a worker spent on it; the one column '
           'that differs from run to run.', nullable=True),
    Column('problems', _TEXT, '', _ANY, 'What is wrong with the recording, where the good part '
           'of it was used; none where nothing is.', nullable=True),
    Column('error', _TEXT, '', _ANY, 'Why it could not be used at all; none where it could.',
           nullable=True),
)

#: The tables by name, which is also that of their folder.
TABLES: dict[str, tuple[Column, ...]] = {
    'faces': FACES, 'frames': FRAMES, 'people': PEOPLE, 'recordings': RECORDINGS}


def columns_of(table: str, heads: bool = False) -> list[Column]:
    """
    Return the columns of a table.

    :param table: one of `TABLES`.
    :param heads: whether points on faces were asked for.
    """
    return [column for column in TABLES[table] if heads or column.group != HEADS]


def page_table(columns: Iterable[Column]) -> str:
    """Return columns as a table of a page, in Markdown."""
    rows = ['| column | type | unit | range | meaning |', '|---|---|---|---|---|']
    for column in columns:
        notes = ' May be null.' if column.nullable else ''
        rows.append(
            f'| {column.name} | {column.type} | {column.unit or "–"} | {column.range} | '
            f'{column.meaning}{notes} |')
    return '\n'.join(rows)
