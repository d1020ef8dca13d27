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

"""Timeline of a replay: a row per face, its label as a strip, gaps left open."""

import cv2
from fer_ros.core.types import LABELS
from fer_ros.replay.records import FaceRecord, FrameRecord
from fer_ros.viz.timeline import MOST_FACES, save_timeline, timeline
import pytest


def record(index, *names, label='happy', time=None):
    expression = {one: 0.65 if one == label else 0.05 for one in LABELS}
    return FrameRecord(index, index, index / 10 if time is None else time, tuple(
        FaceRecord(name, (0, 0, 9, 9), label=label, expression=expression) for name in names))


def strips(axis):
    """Return the stretches of labels drawn above a row, as (start, end)."""
    return [tuple(path.get_extents().intervalx)
            for collection in axis.collections for path in collection.get_paths()
            if path.get_extents().ymin > 1.0]


@pytest.mark.parametrize('records, rows, suffix', [
    # nobody, one, two
    ([record(0), record(1)], [''], ''),
    ([record(0, 'fa'), record(1, 'fa')], ['fa'], ''),
    # in the order of appearance
    ([record(0, 'fb'), record(1, 'fa', 'fb')], ['fb', 'fa'], ''),
    # more than can be read: those seen longest
    ([record(i, *(f'f{j}' for j in range(MOST_FACES + 3) if j >= 3 or i == 0)) for i in range(4)],
     [f'f{j}' for j in range(3, MOST_FACES + 3)], '3 briefly seen'),
    # nothing at all
    ([], [''], ''),
])
def test_rows_are_faces(records, rows, suffix):
    figure = timeline(records, 'clip')
    assert [axis.get_ylabel() for axis in figure.axes] == rows
    assert suffix in figure.get_suptitle()


def test_strips_follow_the_label_and_gaps_stay_open():
    records = [*(record(i, 'fa') for i in range(5)),
               *(record(i, 'fa', label='sad') for i in range(5, 10)),
               record(60, 'fa', label='sad')]
    axis, = timeline(records).axes
    found = strips(axis)
    assert found[0] == pytest.approx((0.0, 0.5))
    assert found[1] == pytest.approx((0.5, 0.92))
    # The face was away for five seconds; its last frame stands alone.
    assert found[2] == pytest.approx((6.0, 6.02))


def test_a_recording_that_starts_over_is_drawn(tmp_path):
    path = tmp_path / 'plot.png'
    save_timeline(path, [record(i, 'fa') for i in range(5)] + [record(i, 'fa') for i in range(5)])
    assert cv2.imread(str(path)).std() > 10


def test_an_unknown_ending_is_named(tmp_path):
    with pytest.raises(ValueError, match='xyz'):
        save_timeline(tmp_path / 'plot.xyz', [record(0, 'fa')])
