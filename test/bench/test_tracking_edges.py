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

"""Measures of tracking at their edges: nobody found, large clips, pages and results amiss."""

import json

import cv2
from fer_ros.bench import tracking_tables
from fer_ros.bench.tracking_cuts import GAPS, measure_cuts
from fer_ros.bench.tracking_metrics import Identity
from fer_ros.bench.tracking_playback import clips_in, frames_of
from fer_ros.bench.tracking_scenes import moments, Scene, SIZE
from fer_ros.core.types import Box, Expression, Face
import numpy as np
import pytest


def face(x):
    """Return a published face of 100 pixels."""
    return Face(
        id='f1', box=Box(x, 50, 100, 100), landmarks=np.zeros((4, 2), np.float32), score=0.9,
        expression=Expression(np.full(8, 0.125)), label='neutral', confidence=0.125, valence=0.0,
        arousal=0.0)


def write_video(path, pictures, size):
    video = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'MJPG'), 15.0, size)
    assert video.isOpened()
    for picture in pictures:
        video.write(picture)
    video.release()
    return path


@pytest.mark.parametrize('faces, ids', [
    ([], 0),             # nothing is published
    ([face(400)], 1),    # only what is no face
    ([face(75)], 1),     # too far beside the face: IoU 0.14
])
def test_who_is_never_found_has_no_right_id(faces, ids):
    identity = Identity()
    for stamp in (0.0, 0.1):
        identity.add({'a': Box(0, 50, 100, 100)}, faces, stamp)
    report = identity.report()
    assert (report['people'], report['ids'], report['idf1']) == (1, ids, 0.0)
    assert report['found_after'] is None and report['switches'] == report['fragments'] == 0


@pytest.mark.parametrize('size, shown', [
    ((1280, 720), (640, 360)), ((480, 960), (320, 640)), ((320, 240), (320, 240))])
def test_large_clips_are_played_at_the_size_of_a_camera(tmp_path, size, shown):
    path = write_video(tmp_path / 'clip.avi', [
        np.full((size[1], size[0], 3), 50 * number, np.uint8) for number in range(4)], size)
    frames = list(frames_of(path))
    assert [(frame.width, frame.height) for frame, _ in frames] == [shown] * 4
    assert [frame.pixels.mean() for frame, _ in frames] == pytest.approx([0, 50, 100, 150], abs=2)
    assert [stamp for _, stamp in frames] == pytest.approx([k / 15 for k in range(4)])


def test_clips_are_played_in_the_order_of_their_numbers(tmp_path):
    for number in (10, 2, 1):
        (tmp_path / f'p{number}.avi').touch()
    assert [path.name for path in clips_in(tmp_path)] == ['p1.avi', 'p2.avi', 'p10.avi']


def test_a_cut_to_nobody_is_no_case(tmp_path):
    people = {'hopper': (('hopper', 'hopper', (
        (0.0, 300, 200, 120, 0), (1.0, 310, 200, 120, 0))),), 'nobody': ()}
    clips = [
        write_video(tmp_path / f'{name}.avi', (
            moment.pixels for moment in moments(Scene(name, who, 1.0), 15.0)), SIZE)
        for name, who in people.items()]
    rows = measure_cuts(clips)
    # Of a second, no gap leaves enough either.
    assert [row['case'] for row in rows[1:]] == [
        f'{what} after {gap:g} s' for what in ('somebody else', 'back') for gap in GAPS]
    assert all((row['cases'], row['kept'], row['share']) == (0, 0, '–') for row in rows)


def test_the_result_of_another_benchmark_is_refused(tmp_path):
    path = tmp_path / 'before.json'
    result = {'benchmark': 'clips', 'clips': [], 'cuts': []}
    path.write_text(json.dumps(result))
    assert tracking_tables.earlier(path, 'clips') == result
    with pytest.raises(ValueError, match='is not a result of `fer_benchmark tracking --json`'):
        tracking_tables.earlier(path, 'tracking')


def test_a_page_without_a_place_for_the_table_is_left_as_it_is(tmp_path):
    page = tmp_path / 'page.md'
    page.write_text('# Nothing to fill\n')
    with pytest.raises(ValueError, match='page.md'):
        tracking_tables.write(
            page, 'fer_benchmark clips', {'cuts': []}, None, 'cuts', 'case',
            tracking_tables.CUT_COLUMNS)
    assert page.read_text() == '# Nothing to fill\n'
