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

"""Expectations: what the file may say, and how frames are judged against it."""

from fer_ros.core.types import UNSURE
from fer_ros.replay.evaluator import ExpectationEvaluator
from fer_ros.replay.expectations import (
    ExpectationError, load_expectations, parse_expectations)
from fer_ros.replay.junit import junit_xml
import pytest
from record_support import face, record


def judge(entry, *records):
    """Return the result of one expectation."""
    evaluator = ExpectationEvaluator(
        parse_expectations({'expectations': [{'name': 'it', **entry}]}))
    for each in records:
        evaluator.set_frame(each)
    result, = evaluator.results()
    return result


HAPPY = [record(i, face()) for i in range(10)]
EMPTY = [record(i) for i in range(10)]
# Happy in frames 2 to 9 of 10.
MOSTLY = [record(i, face(label='happy' if i >= 2 else 'sad')) for i in range(10)]
TWO = [record(i, face(), face('fb', 'sad')) for i in range(10)]


@pytest.mark.parametrize('entry, records, success, passed, total', [
    # the label of the largest face, the whole recording
    ({'label': 'happy'}, HAPPY, True, 10, 10),
    ({'label': 'happy'}, MOSTLY, False, 8, 10),
    # a share, written both ways; the limit itself is enough
    ({'label': 'happy', 'at_least': '80 %'}, MOSTLY, True, 8, 10),
    ({'label': 'happy', 'at_least': 0.81}, MOSTLY, False, 8, 10),
    # a window: both ends are inside, the other frames do not count
    ({'label': 'happy', 'between': [0.2, 0.5]}, MOSTLY, True, 4, 4),
    ({'label': 'happy', 'between': [0.1, 0.5]}, MOSTLY, False, 4, 5),
    # a window outside the recording proves nothing, so it fails
    ({'label': 'happy', 'between': [5, 6]}, MOSTLY, False, 0, 0),
    # what a behaviour sees where the node is not sure enough
    ({'label': 'unsure', 'at_least': 0.2}, [
        record(i, face(label=UNSURE if i < 2 else 'happy')) for i in range(10)], True, 2, 10),
    # a number that a line does not tell is not known to be inside
    ({'min_valence': -0.5}, HAPPY, False, 0, 10),
    ({'max_valence': 0.5}, HAPPY, False, 0, 10),
    ({'min_valence': -0.5}, [record(i, face(valence=0.0)) for i in range(10)], True, 10, 10),
    # one of several labels
    ({'label': ['sad', 'happy']}, MOSTLY, True, 10, 10),
    # no face is not a happy one, with whatever selector
    ({'label': 'happy'}, EMPTY, False, 0, 10),
    ({'label': 'happy', 'face': 'all'}, EMPTY, False, 0, 10),
    # never, or seldom
    ({'label': 'angry', 'at_most': 0.0}, MOSTLY, True, 0, 10),
    ({'label': 'sad', 'at_most': '20 %'}, MOSTLY, True, 2, 10),
    ({'label': 'sad', 'at_most': '19 %'}, MOSTLY, False, 2, 10),
    # between two shares
    ({'label': 'happy', 'at_least': 0.5, 'at_most': 0.7}, MOSTLY, False, 8, 10),
    # which face
    ({'label': 'sad'}, TWO, False, 0, 10),
    ({'label': 'sad', 'face': 'any'}, TWO, True, 10, 10),
    ({'label': 'sad', 'face': 'all'}, TWO, False, 0, 10),
    ({'label': ['sad', 'happy'], 'face': 'all'}, TWO, True, 10, 10),
    # numbers, alone and with a label; limits are inclusive
    ({'min_valence': 0.5}, [record(0, face(valence=0.5))], True, 1, 1),
    ({'min_valence': 0.5}, [record(0, face(valence=0.49))], False, 0, 1),
    ({'max_arousal': -0.1}, [record(0, face(arousal=0.0))], False, 0, 1),
    ({'label': 'happy', 'min_confidence': 0.6}, [record(0, face(confidence=0.5))], False, 0, 1),
    # how many faces
    ({'max_faces': 2}, TWO, True, 10, 10),
    ({'max_faces': 1}, TWO, False, 0, 10),
    ({'min_faces': 1}, EMPTY, False, 0, 10),
    ({'min_faces': 2, 'max_faces': 2, 'at_least': '50 %'}, TWO + HAPPY, True, 10, 20),
    # how many ids
    ({'max_ids': 2}, TWO, True, 10, 10),
    ({'max_ids': 1}, HAPPY[:5] + [record(5, face('fz'))], False, 5, 6),
])
def test_frames_are_counted(entry, records, success, passed, total):
    result = judge(entry, *records)
    assert (result.success, result.passed, result.total) == (success, passed, total)


@pytest.mark.parametrize('entry, present, success', [
    # the face is away in frames 3 to 6: seen at 0.2 s and again at 0.7 s; away for 0.5 s
    ({'max_face_gap': 0.5}, '1110000111', True),
    ({'max_face_gap': 0.39}, '1110000111', False),
    # also before the first face and after the last one
    ({'max_face_gap': 0.3}, '0000001111', False),
    ({'max_face_gap': 0.3}, '1111110000', False),
    ({'max_face_gap': 0.4}, '1111110000', True),
    # a face all the time
    ({'max_face_gap': 0.0}, '1111111111', False),
])
def test_gaps_without_a_face(entry, present, success):
    records = [record(i, *([face()] if one == '1' else [])) for i, one in enumerate(present)]
    if entry['max_face_gap'] == 0.0:
        # Frames themselves are apart: a limit of 0 cannot hold where each frame takes 0.1 s.
        result = judge(entry, *records)
        assert not result.success and 'longest 0.100 s' in result.detail
        return
    assert judge(entry, *records).success is success


@pytest.mark.parametrize('times, limit, success', [
    # a steady camera, one that stalls, a recording that starts over
    ((0.0, 0.1, 0.2, 0.3), 0.1, True),
    ((0.0, 0.1, 0.9, 1.0), 0.5, False),
    ((5.0, 5.1, 0.0, 0.1), 0.2, True),
])
def test_gaps_without_a_frame(times, limit, success):
    records = [record(i, time=time) for i, time in enumerate(times)]
    assert judge({'max_frame_gap': limit}, *records).success is success


@pytest.mark.parametrize('labels, changes', [
    # unsure frames in between are no change
    (['happy', UNSURE, 'happy', UNSURE, 'sad'], 1),
    (['happy', 'sad', 'happy', 'sad', 'happy'], 4),
    ([UNSURE, UNSURE, 'happy', 'happy', 'happy'], 0),
])
def test_label_changes_are_counted_by_the_minute(labels, changes):
    records = [record(i, face(label=label)) for i, label in enumerate(labels)]
    # Five frames last 0.4 s.
    rate = changes * 60 / 0.4
    assert judge({'max_label_changes_per_minute': rate + 0.01}, *records).success
    if changes:
        assert not judge({'max_label_changes_per_minute': rate - 0.01}, *records).success


def test_another_person_in_front_is_no_label_change():
    records = [record(0, face('fa', 'happy'), face('fb', 'sad')),
               record(1, face('fb', 'sad'), face('fa', 'happy')),
               record(2, face('fa', 'happy'), face('fb', 'sad'))]
    result = judge({'max_label_changes_per_minute': 0}, *records)
    assert result.success and result.detail.startswith('0 label changes')


def test_result_lines_and_verdicts_of_a_frame():
    evaluator = ExpectationEvaluator(parse_expectations({'expectations': [
        {'name': 'smile', 'label': 'happy', 'at_least': '80 %'},
        {'name': 'later', 'label': 'sad', 'between': [100, 200]}]}))
    verdicts = [evaluator.set_frame(each) for each in MOSTLY]
    assert verdicts[0] == {'smile': False} and verdicts[9] == {'smile': True}
    smile, later = evaluator.results()
    assert str(smile) == 'smile (Success): 8 / 10, 80 %, wanted at least 80 %'
    assert str(later) == 'later (Fail): 0 / 0, no frame between 100 s and 200 s'


@pytest.mark.parametrize('content, words', [
    # not the right shape
    (None, ["'expectations'"]),
    ({'expectations': []}, ['[]', '1 to 1000 entries']),
    ({'expectations': [{'label': 'happy'}], 'version': 1}, ['version', 'remove']),
    ({'expectations': ['happy']}, ['entry 1', 'mapping']),
    # unknown words, with the one that was meant
    ({'expectations': [{'name': 'a', 'lable': 'happy'}]}, ["'lable'", "'label'"]),
    ({'expectations': [{'name': 'a', 'label': 'joyful'}]}, ["'joyful'", 'happy']),
    ({'expectations': [{'name': 'a', 'label': 'happy', 'face': 'biggest'}]},
     ["'biggest'", 'largest']),
    # values out of range: 80 could be a slip of 80 % or of 0.80
    ({'expectations': [{'name': 'a', 'label': 'happy', 'at_least': 80}]}, ['80', '80 %']),
    ({'expectations': [{'name': 'a', 'label': 'happy', 'at_least': 'most'}]}, ['most', '80 %']),
    ({'expectations': [{'name': 'a', 'label': 'happy', 'between': [4, 2]}]}, ['earlier']),
    ({'expectations': [{'name': 'a', 'label': 'happy', 'between': 4}]}, ['[2.0, 4.0]']),
    ({'expectations': [{'name': 'a', 'max_faces': -1}]}, ['max_faces', '-1']),
    ({'expectations': [{'name': 'a', 'min_faces': 3, 'max_faces': 1}]}, ['max_faces', '3']),
    ({'expectations': [{'name': 'a', 'min_valence': 2}]}, ['min_valence', '-1 to 1']),
    ({'expectations': [{'name': 'a', 'min_valence': 0.5, 'max_valence': 0.1}]}, ['above']),
    # nothing asked, two things asked, a share of what has none
    ({'expectations': [{'name': 'a'}]}, ['asks 0']),
    ({'expectations': [{'name': 'a', 'label': 'happy', 'max_faces': 1}]}, ['asks 2']),
    ({'expectations': [{'name': 'a', 'max_ids': 1, 'at_least': 0.5}]}, ['at_least', 'remove']),
    # one name twice would make two results alike
    ({'expectations': [{'name': 'a', 'max_ids': 1}, {'name': 'a', 'max_faces': 1}]}, ["'a'"]),
])
def test_bad_expectations_are_named(content, words):
    with pytest.raises(ExpectationError) as error:
        parse_expectations(content)
    assert all(word in str(error.value) for word in words), str(error.value)


def test_file_that_is_no_yaml_is_named(tmp_path):
    path = tmp_path / 'e.yaml'
    path.write_text('expectations: [')
    with pytest.raises(ExpectationError, match='e.yaml'):
        load_expectations(path)


def test_junit_has_a_case_for_each_expectation_and_one_for_the_recording():
    results = [judge({'name': 'good', 'label': 'happy'}, *HAPPY),
               judge({'name': 'bad', 'label': 'sad'}, *HAPPY)]
    root = junit_xml('clip', results, ['1 broken messages: image 3 \x00'], 1.5)
    suite = root.find('testsuite')
    assert (suite.get('tests'), suite.get('failures')) == ('3', '2')
    failed = {case.get('name'): case.find('failure') for case in suite}
    assert failed['good'] is None
    assert failed['bad'].get('message') == '0 / 10, 0 %, wanted at least 100 %'
    # A byte that XML cannot hold must not make the report unreadable.
    assert failed['recording is sound'].get('message') == '1 broken messages: image 3 \\x00'
