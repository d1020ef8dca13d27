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

"""The rows of a study are what fer_replay says, bit for bit, of recordings and of videos."""

from dataclasses import replace

from bag_support import raw_image, write_bag
import pytest
from study_support import (
    fer_study, replayed, SAMPLE, sample_bag, sample_pictures, table, write_video)
from fer_ros.core.types import LABELS  # noqa: I100
from fer_ros.replay.records import FaceRecord, FrameRecord
from fer_ros.study.videos import START_NS


def records_of(folder, heads=False):
    """Return the frame records that the rows of a study of one recording stand for."""
    faces = {}
    for row in table(folder, 'faces'):
        assert row['in_front'] == (row['frame'] not in faces)
        more = {} if not heads else heads_of(row)
        faces.setdefault(row['frame'], []).append(FaceRecord(
            id=row['id'], box=tuple(row[name] for name in ('x', 'y', 'width', 'height')),
            expression={label: row[label] for label in LABELS},
            **{name: row[name] for name in (
                'score', 'observed', 'label', 'confidence', 'valence', 'arousal')}, **more))
    return [FrameRecord(
        index=row['frame'], stamp=row['stamp'], time=row['seconds'], reset=row['reset'],
        faces=tuple(faces.get(row['frame'], ()))) for row in table(folder, 'frames')
        if row['faces'] == len(faces.get(row['frame'], ()))]


def heads_of(row):
    """Return what the columns of heads say of a face, as a JSON line does."""
    head = None if row['yaw'] is None else {
        **{name: row[name] for name in ('yaw', 'pitch', 'roll', 'off_camera')},
        'position': [row['head_x'], row['head_y'], row['head_z']],
        'confidence': row['head_confidence']}
    points = row['landmarks']
    units = {name[2:]: [row[name], row[f'{name}_confidence']] for name in row
             if name.startswith('au') and name[2:].isdigit() and row[name] is not None}
    return {'head': head, 'attention': row['attention'], 'speech': row['speech'],
            'landmarks': points and [points[at:at + 3] for at in range(0, len(points), 3)],
            'action_units': None if row['attention'] is None else units}


@pytest.mark.parametrize('make', [
    lambda folder: SAMPLE,
    lambda folder: sample_bag(folder / 'in', every=4, storage='sqlite3') / 'in.db3',
    lambda folder: sample_bag(folder / 'in', every=4, compression='storage'),
], ids=['sample', 'db3', 'compressed'])
def test_rows_are_the_lines_of_a_replay(make, scheduler, tmp_path):
    recording, output = make(tmp_path), tmp_path / 'study'
    assert fer_study([str(recording), '--output', str(output), '--scheduler', scheduler]) == 0
    records = replayed(recording, tmp_path)
    assert records_of(output) == records
    assert sum(len(record.faces) for record in records) > 20


def test_options_act_as_in_a_replay_and_heads_have_their_columns(scheduler, tmp_path):
    recording, output = sample_bag(tmp_path / 'in', every=4), tmp_path / 'study'
    options = ['-p', 'landmarks:=on', '-p', 'max_rate:=4', '-p', 'smoothing.time_constant:=1.0']
    assert fer_study([
        str(recording), '--output', str(output), '--scheduler', scheduler, *options]) == 0
    records = replayed(recording, tmp_path, *options)
    assert records_of(output, heads=True) == records
    assert any(face.landmarks for record in records for face in record.faces)
    assert any(face.action_units for record in records for face in record.faces)


@pytest.mark.parametrize('ending, codec', [('.mp4', 'mp4v'), ('.avi', 'MJPG')])
def test_a_video_has_the_rows_of_a_recording_of_its_frames(ending, codec, scheduler, tmp_path):
    from fer_ros.demo.sources import video
    path = write_video(tmp_path / f'in{ending}', sample_pictures(every=4), 7.5, codec)
    output = tmp_path / 'study'
    assert fer_study([str(path), '--output', str(output), '--scheduler', scheduler]) == 0
    frames = [(START_NS + round(1e9 * seconds), pixels) for pixels, seconds in video(path)]
    bag = write_bag(tmp_path / 'bag', [
        ('/camera/image_raw', 'sensor_msgs/msg/Image', stamp, raw_image(stamp, pixels))
        for stamp, pixels in frames])
    records = replayed(bag, tmp_path)
    # A video knows no date: its stamps begin at its first frame.
    assert records_of(output) == [
        replace(record, stamp=record.stamp - START_NS) for record in records]
    assert len(records) == 30 and records[-1].time == pytest.approx(29 / 7.5, abs=1e-3)
    row, = table(output, 'recordings')
    assert row['kind'] == 'video' and row['rate'] == pytest.approx(7.5, abs=0.01)


def turned(path):
    """Let an .mp4 file say that it is to be shown turned by 90 degrees."""
    content = bytearray(path.read_bytes())
    # The matrix in the header of the track, 16.16 fixed-point numbers.
    upright = b''.join(each.to_bytes(4, 'big') for each in (
        1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30))
    at = content.index(upright, content.index(b'tkhd'))
    quarter = b''.join(each.to_bytes(4, 'big', signed=True) for each in (
        0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30))
    content[at:at + len(quarter)] = quarter
    path.write_bytes(content)


def test_the_rotation_that_a_video_says_is_honoured(scheduler, tmp_path):
    import cv2
    pictures = sample_pictures(every=6)
    upright = write_video(tmp_path / 'upright.mp4', pictures)
    lying = write_video(tmp_path / 'lying.mp4', [
        cv2.rotate(each, cv2.ROTATE_90_COUNTERCLOCKWISE) for each in pictures])
    turned(lying)
    output = tmp_path / 'study'
    assert fer_study([str(upright), str(lying), '--output', str(output), '--scheduler',
                      scheduler]) == 0
    seen = {row['recording']: row['faces'] for row in table(output, 'recordings')}
    assert seen['lying'] == pytest.approx(seen['upright'], abs=2) and seen['lying'] > 5
    height, width = pictures[0].shape[:2]
    for row in table(output, 'faces', recording='lying'):
        assert 0 < row['x'] < width and 0 < row['y'] < height
