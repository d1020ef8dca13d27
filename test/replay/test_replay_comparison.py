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

"""Two runs compared: faces matched by place, labels counted, timing."""

from fer_ros.replay.comparison import compare, match_faces
from fer_ros.replay.records import FrameRecord, read_records, RecordError
import pytest
from record_support import face, record

LEFT, RIGHT = (0, 0, 100, 100), (300, 0, 100, 100)


def test_equal_runs_agree_in_everything():
    run = [record(i, face(expression={'happy': 1.0}), latency=5.0) for i in range(5)]
    result = compare(run, run)
    assert (result.frames_both, result.faces_matched, result.agreement) == (5, 5, 1.0)
    assert not result.moved and not result.first_differences and result.id_changes == 0
    assert result.distances == [0.0] * 5 and result.ious == [1.0] * 5
    assert result.latency_a == result.latency_b == 5.0


def test_ids_may_differ_but_not_change():
    run_a = [record(i, face('fa')) for i in range(6)]
    run_b = [record(i, face('fx' if i < 4 else 'fy')) for i in range(6)]
    result = compare(run_a, run_b)
    assert (result.agreement, result.id_changes) == (1.0, 1)


def test_moved_labels_lost_faces_and_missing_frames_are_told():
    run_a = [record(i, face('fa', 'happy', LEFT), face('fb', 'sad', RIGHT)) for i in range(4)]
    run_b = [record(1, face('f1', 'neutral', LEFT), face('f2', 'sad', RIGHT)),
             record(2, face('f2', 'sad', RIGHT)), record(9)]
    result = compare(run_a, run_b)
    assert (result.frames_both, result.frames_only_a, result.frames_only_b) == (2, 2, 1)
    assert (result.faces_matched, result.faces_only_a, result.faces_only_b) == (3, 1, 0)
    assert result.moved == {('happy', 'neutral'): 1}
    assert result.agreement == 2 / 4 and result.agreeing == 2
    text = '\n'.join(result.lines())
    assert 'moved: happy -> neutral 1 times' in text
    assert 'at 0.100 s: fa happy -> f1 neutral' in text
    assert 'at 0.200 s: 1 faces lost, 0 gained' in text


def test_a_recording_that_starts_over_is_compared_round_by_round():
    run_a = [record(i % 3, face(label='happy' if i < 3 else 'sad')) for i in range(6)]
    assert compare(run_a, run_a).agreeing == 6


@pytest.mark.parametrize('boxes_a, boxes_b, pairs', [
    # the best overlap wins, not the first in the list
    ([LEFT, RIGHT], [RIGHT, LEFT], {(0, 1), (1, 0)}),
    ([(0, 0, 100, 100)], [(60, 0, 100, 100), (5, 0, 100, 100)], {(0, 1)}),
    # too little overlap is another face
    ([LEFT], [(60, 0, 100, 100)], set()),
    ([], [LEFT], set()),
])
def test_faces_are_matched_by_overlap(boxes_a, boxes_b, pairs):
    faces_a = [face(box=box) for box in boxes_a]
    faces_b = [face(box=box) for box in boxes_b]
    assert {pair[:2] for pair in match_faces(faces_a, faces_b)} == pairs


def test_records_survive_the_way_through_a_file(tmp_path):
    path = tmp_path / 'run.jsonl'
    run = [record(0), record(1, face(expression={'happy': 0.9}, observed=False), latency=3.25),
           record(0, reset=True)]
    path.write_text(''.join(each.to_json() + '\n' for each in run))
    assert list(read_records(path)) == run


@pytest.mark.parametrize('line, words', [
    # cut off, another kind of JSON, a face without a box
    ('{"frame": 1, "st', ['not JSON']),
    ('[1, 2]', ['not a frame record']),
    ('{"frame": 1, "stamp": {"sec": 1, "nanosec": 2}, "time": 0.0, "faces": [{"id": "fa"}]}',
     ['box', 'fer_replay --jsonl']),
])
def test_bad_lines_are_named(tmp_path, line, words):
    path = tmp_path / 'run.jsonl'
    path.write_text(FrameRecord(0, 1, 0.0).to_json() + '\n' + line + '\n')
    with pytest.raises(RecordError) as error:
        list(read_records(path))
    assert all(word in str(error.value) for word in ['run.jsonl, line 2', *words])
