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
"""What the window shows of a state: without Qt, without ROS."""

import json

import cv2
from fer_ros.core.types import LABELS
from fer_ros.monitor.model import LINGER, MARKED, Monitor, SILENCE
from fer_ros.monitor.reports import Answer, FaceReport, Status
from fer_ros.monitor.sentences import Surroundings
from fer_ros.rqt.presenter import COLUMNS, snapshot, view
from fer_ros.rqt.snapshots import write_snapshot
import numpy as np
import pytest

WHERE = Surroundings('0', 'SUBNET', 'rmw_fastrtps_cpp')


def face(name='f1', label='happy', confidence=0.8):
    rest = (1.0 - confidence) / (len(LABELS) - 1)
    chosen = label if label in LABELS else 'happy'
    return FaceReport(name, label, confidence,
                      {one: confidence if one == chosen else rest for one in LABELS})


def monitor_of(*answers, state='active', level='OK', message='fine'):
    """Return a monitor that heard a node and its answers at seconds 100, 101, ..."""
    monitor = Monitor()
    monitor.graph(100.0, {'/fer/expression': ['/fer']})
    monitor.report(100.0, [Status('/fer', 'camera', level, message),
                           Status('/fer', 'model', 'OK', 'loaded', {'state': state})])
    for second, faces in enumerate(answers):
        monitor.answer(100.0 + second, Answer(tuple(faces), 0.03, 'camera'))
    return monitor


def test_nobody_and_nothing():
    shown = view(Monitor(), 5.0, WHERE)
    assert shown.nodes == shown.cards == shown.reports == ()
    assert shown.active is None
    assert 'waiting for a fer node' in shown.sentence and 'ROS domain 0' in shown.sentence


@pytest.mark.parametrize('state, active', [
    ('active', True), ('inactive', False), ('unconfigured', False), ('', None)])
def test_the_button_knows_the_state(state, active):
    monitor = monitor_of([face()], state=state)
    assert view(monitor, 100.5, WHERE).active is active
    monitor.report(100.2, [Status('/fer', 'inference', 'OK', 'off', {'doing': 'disabled'})])
    assert not view(monitor, 100.5, WHERE).active


def test_an_inactive_node_is_enabled_by_a_button_and_no_key():
    shown = view(monitor_of([face()], state='inactive'), 100.5, WHERE)
    assert 'Enable it with the button above, or: ros2 lifecycle set /fer' in shown.sentence


def test_a_card_has_label_distribution_and_a_minute():
    shown = view(monitor_of([face()], [face(label='sad', confidence=0.6)]), 101.2, WHERE)
    card, = shown.cards
    assert (card.id, card.label, card.sure, card.before) == ('f1', 'sad', '60 %', 'happy')
    assert card.probabilities[LABELS.index('sad')] == 0.6
    assert sum(card.probabilities) == pytest.approx(1.0)
    assert len(card.timeline) == COLUMNS
    seen = [column for column in card.timeline if column.value is not None]
    assert [column.label for column in seen] == ['happy', 'sad']
    assert seen[0].value > 0 > seen[1].value
    assert [column.changed for column in seen] == [False, True]


def test_a_change_is_named_while_it_is_new():
    monitor = monitor_of([face()], *[[face(label='sad')]] * 10)
    assert view(monitor, 101.0 + MARKED - 0.5, WHERE).cards[0].before == 'happy'
    assert view(monitor, 101.0 + MARKED + 0.5, WHERE).cards[0].before == ''


def test_unsure_has_no_confidence():
    shown = view(monitor_of([face(label='unsure', confidence=0.0)]), 100.1, WHERE)
    assert (shown.cards[0].label, shown.cards[0].sure) == ('unsure', '')


def test_what_the_message_does_not_tell_is_unknown():
    shown = view(monitor_of([FaceReport('f1', 'happy', None, {'sad': 0.1})]), 100.1, WHERE)
    card, = shown.cards
    assert (card.sure, card.valence) == ('?', None)
    assert [one for one in card.probabilities if one is not None] == [0.1]
    seen, = [column for column in card.timeline if column.label]
    assert (seen.label, seen.value) == ('happy', None)
    face = snapshot(monitor_of([FaceReport('f1', 'happy', None)]), 1.0, shown)['faces'][0]
    assert (face['confidence'], face['valence']) == (None, None)
    assert set(face['probabilities'].values()) == {None}


def test_who_has_gone_is_last_and_pale_and_then_forgotten():
    monitor = monitor_of([face('f1'), face('f2')], [face('f2')], [face('f2')])
    monitor.tick(102.0)
    shown = view(monitor, 102.0, WHERE)
    assert [(card.id, card.gone) for card in shown.cards] == [('f2', None), ('f1', 2.0)]
    monitor.tick(100.0 + LINGER + 0.5)
    assert 'f1' not in [card.id for card in view(monitor, 100.0 + LINGER + 0.5, WHERE).cards]


def test_problems_come_with_their_remedy():
    shown = view(monitor_of(level='WARN', message='old stamps; hint: set the clock'), 100.1, WHERE)
    report = shown.reports[0]
    assert (report.name, report.level) == ('camera', 'WARN')
    assert (report.problem, report.remedy) == ('old stamps', 'set the clock')


def test_a_node_that_went_says_nothing_any_more():
    monitor = monitor_of([face()])
    at = 100.0 + SILENCE + 1.0
    monitor.tick(at)
    shown = view(monitor, at, WHERE)
    assert shown.reports == () and shown.active is None
    assert '/fer is gone' in shown.sentence


def test_a_snapshot_is_a_picture_and_what_was_said(tmp_path):
    monitor = monitor_of([face('f1'), face('f2', 'sad')], [face('f1')], [face('f1')],
                         level='WARN', message='old stamps; hint: set the clock')
    monitor.tick(102.0)
    shown = view(monitor, 102.0, WHERE)
    picture = np.full((12, 16, 3), (10, 200, 30), np.uint8)
    folder = tmp_path / 'a' / 'b'
    words = snapshot(monitor, 1.7e9 + 0.25, shown)
    written = write_snapshot(folder, words, picture)
    assert sorted(folder.iterdir()) == sorted(written)
    said = json.loads(next(one for one in written if one.suffix == '.json').read_text())
    assert said['node'] == '/fer' and said['frame_id'] == 'camera'
    # Who has gone is not in the picture either.
    assert [one['id'] for one in said['faces']] == ['f1']
    assert said['faces'][0]['probabilities']['happy'] == 0.8
    assert said['diagnostics'][0] == {
        'name': 'camera', 'level': 'WARN', 'message': 'old stamps', 'remedy': 'set the clock'}
    image = next(one for one in written if one.suffix == '.png')
    assert (cv2.imread(str(image)) == picture).all()


def test_two_snapshots_of_one_second_are_two(tmp_path):
    shown = view(monitor_of([face()]), 100.1, WHERE)
    for moment in (1.7e9 + 0.1, 1.7e9 + 0.2):
        write_snapshot(tmp_path, snapshot(monitor_of([face()]), moment, shown), None)
    assert len(list(tmp_path.iterdir())) == 2
