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
"""Studies made up for tests: what was seen is given, and written as fer_study writes it."""

from fer_ros.core.affect import valence_arousal
from fer_ros.core.types import LABELS, UNSURE
from fer_ros.replay.records import FaceRecord, FrameRecord
from fer_ros.study import rows, tables
import numpy as np

START = 1_700_000_000


def face(name, label, size=100.0, valence=None):
    """Return a face whose most probable expression is a label, or neutral for `unsure`."""
    values = np.full(len(LABELS), 0.04)
    values[LABELS.index(label) if label != UNSURE else 0] = 0.72
    means = [float(value) for value in valence_arousal(values)]
    return FaceRecord(
        name, (10.0, 10.0, size, size), score=0.9, observed=True, label=label,
        confidence=0.0 if label == UNSURE else 0.72,
        valence=means[0] if valence is None else valence, arousal=means[1],
        expression=dict(zip(LABELS, values.tolist())))


def add_recording(folder, name, frames, path=None, problems=None):
    """
    Write the tables of a recording.

    :param frames: (seconds, faces) of each, the largest face first.
    """
    from fer_ros.study.table_writer import write_table
    totals = rows.Totals(name)
    records = [FrameRecord(number, round((START + time) * 1e9), time, tuple(faces))
               for number, (time, faces) in enumerate(frames)]
    for record in records:
        totals.add(record)
    about = {'input': name, 'settings': '{}'}

    def write(table, content):
        write_table(tables.file_of(folder, table, name),
                    tables.arrow_schema(table, False, about), content)

    write('frames', [rows.frame_row(name, record) for record in records])
    write('faces', [rows.face_row(name, record, place, False) for record in records
                    for place in range(len(record.faces))])
    write('people', list(totals.people_rows()))
    write('recordings', [[
        name, path or f'/videos/{name}.mp4', 'video', None, totals.seconds, len(records),
        totals.frames, totals.rate, totals.gaps, totals.longest_gap, totals.faces, totals.people,
        1.5, problems, None]])


def add_failure(folder, name, error):
    """Write the row of a recording that could not be used."""
    from fer_ros.study.table_writer import write_table
    write_table(tables.file_of(folder, 'recordings', name), tables.arrow_schema('recordings'), [[
        name, f'/videos/{name}.mp4', 'video', *[None] * 9, 0.1, None, error]])


def new_study(folder):
    """Make an empty study in a folder."""
    tables.write_study(folder, {'made_by': 'fer_study', 'heads': False, 'fer_ros': '0',
                                'models': {'expression.onnx': 'abc'}})
    return folder


def alternating(seconds=20.0, rate=10.0, each=5.0, name='a', labels=('neutral', 'happy')):
    """Return frames of a person whose label changes every so many seconds."""
    return [(number / rate, [face(name, labels[int(number / rate / each) % len(labels)])])
            for number in range(round(seconds * rate))]
