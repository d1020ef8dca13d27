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

"""The monitor's model: nodes that come and go, faces, changes; no ROS, no terminal."""

from types import SimpleNamespace as Message

from fer_ros.core.types import LABELS
from fer_ros.monitor import reports
from fer_ros.monitor.history import Arrivals, History
from fer_ros.monitor.model import (
    FORGOTTEN, LINGER, Monitor, MOST_EVENTS, MOST_NODES, MOST_TRACKS, SILENCE)
from fer_ros.monitor.sentences import latency, Surroundings, waiting
from monitor_support import answer, face, NODE, status, statuses
import pytest

WHERE = Surroundings('7', 'LOCALHOST', 'rmw_some')


def told(monitor):
    """Return the events since the last call, each as words."""
    return [' '.join(str(value) for value in (each.kind, *each.values.values()))
            for each in monitor.take_events()]


def running(at=0.0, **node):
    """Return a monitor of a node that is there, its events told."""
    monitor = Monitor()
    monitor.report(at, statuses(**node))
    monitor.answer(at, answer(face()))
    monitor.take_events()
    return monitor


def test_a_node_comes_goes_and_returns():
    monitor = Monitor()
    assert NODE not in waiting(monitor, 0.0, WHERE) and '7' in waiting(monitor, 0.0, WHERE)
    monitor.report(1.0, statuses())
    assert monitor.chosen == NODE and monitor.topic == '/robot/fer/expression'
    assert told(monitor) == ['node there', 'state active']
    assert 'no answer on /robot/fer/expression yet' in waiting(monitor, 1.0, WHERE)
    monitor.answer(1.1, answer(face()))
    assert waiting(monitor, 1.2, WHERE) == '' and told(monitor) == ['face a there happy 0.9']
    monitor.tick(1.0 + SILENCE + 0.2)
    assert told(monitor) == ['node gone', 'face a gone happy']
    assert f'{NODE} is gone' in waiting(monitor, 5.0, WHERE)
    monitor.report(60.0, statuses())
    assert told(monitor) == ['node back']


@pytest.mark.parametrize('state, words', [
    ('inactive', 'ros2 lifecycle set /robot/fer activate'),
    ('unconfigured', 'ros2 lifecycle set /robot/fer configure'),
    ('active', 'no answer on /robot/fer/expression for 9 s')])
def test_what_stands_still_is_told_with_the_way_out(state, words):
    monitor = running()
    monitor.report(9.0, statuses(state=state))
    assert words in waiting(monitor, 9.0, WHERE)


def test_a_node_that_was_switched_off_is_not_silent_for_unknown_reasons():
    monitor = running()
    assert monitor.node.answering
    monitor.report(9.0, [*statuses(), status('inference', doing='disabled')])
    assert not monitor.node.answering
    assert 'Enable it with: ros2 service call /robot/fer/enable' in waiting(monitor, 9.0, WHERE)
    assert 'Enable it with the key e, or: ros2 service call' in waiting(
        monitor, 9.0, WHERE, 'the key e')


def test_who_is_dead_and_still_in_the_graph_is_gone():
    monitor = running()
    monitor.graph(10.0, {'/robot/fer/expression': [NODE]})
    assert told(monitor)[:1] == ['node gone'] and not monitor.here


def test_what_a_recording_plays_is_shown_without_diagnostics():
    monitor = Monitor()
    monitor.graph(0.0, {'/fer/expression': ['/rosbag2_player']})
    assert monitor.chosen == '/fer'
    monitor.answer(0.1, answer(face()))
    assert waiting(monitor, 0.2, WHERE) == ''


@pytest.mark.parametrize('wanted', [{'topic': '/people'}, {'topic': '/people', 'wanted': '/fer'}])
def test_a_topic_that_was_remapped_can_be_named(wanted):
    monitor = Monitor(**wanted)
    assert monitor.topic == '/people' and '/people' in waiting(monitor, 0.0, WHERE)
    monitor.graph(0.0, {'/people': ['/fer'], '/other/fer/expression': ['/other/fer']})
    assert (monitor.chosen, monitor.topic) == ('/fer', '/people')
    assert monitor.here == ['/fer', '/other/fer']


def test_a_wanted_node_is_waited_for_and_the_others_are_named():
    monitor = Monitor('/there/fer')
    monitor.report(0.0, statuses())
    text = waiting(monitor, 0.0, WHERE)
    assert monitor.chosen == '/there/fer'
    assert '/there/fer/expression' in text and f'Others are there: {NODE}' in text


def test_a_label_that_changes_is_told_and_kept_in_the_history():
    monitor = running()
    monitor.answer(0.5, answer(face(label='sad', confidence=0.6)))
    assert told(monitor) == ['label a sad happy 0.6']
    monitor.answer(0.6, answer(face(label='sad', confidence=0.6)))
    assert told(monitor) == []
    columns = monitor.tracks['a'].history.columns(0.6, 120, 'confidence')
    assert [(each.label, each.changed) for each in columns[-2:]] == [
        ('happy', False), ('sad', True)]
    assert columns[-2].value == pytest.approx(0.9) and columns[0].value is None


def test_a_level_of_attention_that_changes_is_told_once():
    monitor = running()
    monitor.point('a', 0.5, 0.0)
    told(monitor)
    for at, level in ((0.5, 'engaging'), (0.6, 'engaging'), (0.7, 'unknown')):
        monitor.attend(at, 'a', level)
    assert told(monitor) == ['attention a engaging ', 'attention a unknown engaging']
    # Nobody knows where the head points any more.
    assert monitor.tracks['a'].beside is None


def test_a_face_missing_from_one_message_has_not_gone():
    monitor = running()
    monitor.answer(0.1, answer())
    monitor.tick(0.3)
    monitor.answer(0.4, answer(face()))
    assert told(monitor) == []
    monitor.answer(0.5, answer())
    monitor.tick(1.1)
    assert told(monitor) == ['face a gone happy'] and monitor.tracks['a'].gone
    monitor.tick(0.4 + LINGER + 0.1)
    assert not monitor.tracks


def test_a_slow_node_keeps_its_faces_between_two_messages():
    monitor = running()
    monitor.report(2.0, statuses())
    monitor.tick(3.0)
    assert told(monitor) == [] and not monitor.tracks['a'].gone


def test_only_what_is_new_in_a_status_is_told():
    monitor = running()
    for at, level, message in (
            (1, 'WARN', 'no image for 1.0 s; hint: start the camera'),
            (2, 'WARN', 'no image for 2.0 s; hint: start the camera'),
            (3, 'ERROR', 'no image for 3.0 s; hint: start the camera'),
            (4, 'OK', '30 images per second'), (5, 'OK', '29 images per second')):
        monitor.report(float(at), [status('camera', level, message)])
    assert [words.split()[2] for words in told(monitor) if 'status' in words] == [
        'WARN', 'ERROR', 'OK']


@pytest.mark.parametrize('level, message, problem, remedy', [
    ('WARN', 'a; b: c; hint: do d; e', 'a; b: c', 'do d; e'),
    ('WARN', 'too slow: 3 dropped; lower max_rate', 'too slow: 3 dropped', 'lower max_rate'),
    ('ERROR', 'no hint', 'no hint', ''), ('OK', 'fine; as it is', 'fine', '')])
def test_the_remedy_is_what_follows_the_problem(level, message, problem, remedy):
    one = status('camera', level, message)
    assert (one.problem, one.remedy) == (problem, remedy)


def test_nodes_are_chosen_in_turn_and_faces_are_those_of_one():
    monitor = running()
    monitor.report(1.0, statuses('/a/fer'))
    monitor.report(1.0, statuses('/z/fer'))
    assert [monitor.neighbour(step) for step in (1, -1)] == ['/z/fer', '/a/fer']
    monitor.choose(1.0, monitor.neighbour(1))
    assert monitor.topic == '/z/fer/expression' and not monitor.tracks
    monitor.tick(2.0 + SILENCE)
    # All have gone; the one on show stays where it is.
    assert monitor.here == [] and monitor.neighbour(1) == '/z/fer'
    assert Monitor().neighbour(1) == Monitor().neighbour(-1) == ''


def test_memory_is_bounded_whatever_comes():
    monitor = Monitor()
    for number in range(500):
        at = number / 10
        monitor.report(at, statuses(f'/n{number}'))
        monitor.answer(at, answer(*(face(f'f{number}_{each}') for each in range(40))))
        monitor.graph(at, {f'/t{number}/expression': [f'/t{number}']})
        monitor.tick(at)
    assert len(monitor.nodes) <= MOST_NODES and len(monitor.tracks) <= MOST_TRACKS
    assert len(monitor.events) <= MOST_EVENTS and len(monitor.take_events()) <= MOST_EVENTS
    monitor.tick(1e6 + FORGOTTEN)
    assert set(monitor.nodes) == {monitor.chosen} and not monitor.tracks


def test_a_history_keeps_a_minute():
    history = History()
    for number in range(100_000):
        history.add(number / 30, 'happy', False, valence=1.0, confidence=0.5)
    columns = history.columns(100_000 / 30, 60, 'valence')
    assert [each.value for each in columns] == pytest.approx([1.0] * 60)
    assert all(each.value is None for each in history.columns(1e5, 60, 'valence'))


@pytest.mark.parametrize('width', [1, 4, 7, 60, 120, 200])
def test_the_newest_is_the_last_column(width):
    history = History()
    history.add(100.0, 'sad', False, valence=-1.0, confidence=1.0)
    values = [each.value for each in history.columns(100.2, width, 'valence')]
    assert len(values) == width and values[-1] == -1.0 and not any(
        value is not None for value in values[:-1])


def test_rates_and_latencies_are_of_the_last_seconds():
    arrivals = Arrivals()
    assert (arrivals.rate(0.0), arrivals.latency(0.0), arrivals.age(0.0)) == (0.0, None, None)
    for number in range(300):
        arrivals.add(number / 20, 0.05 if number else 9.0)
    assert arrivals.rate(15.0) == pytest.approx(20.0)
    assert arrivals.latency(15.0) == (0.05, 0.05) and arrivals.age(15.0) == pytest.approx(0.05)
    assert arrivals.rate(17.0) == 0.0


@pytest.mark.parametrize('seconds, words', [
    (0.021, '21 ms, at most 21 ms'), (-0.5, 'the clocks'), (1e6, 'use_sim_time'),
    (None, 'unknown')])
def test_a_latency_that_cannot_be_true_is_told(seconds, words):
    monitor = Monitor()
    monitor.arrivals.add(0.0, seconds)
    assert words in latency(monitor, 0.0)


def detection(name='a', results=(('happy', 0.9), ('sad', 0.1))):
    return Message(id=name, results=[
        Message(hypothesis=Message(class_id=label, score=score)) for label, score in results])


def message(*detections, sec=10, nanosec=0):
    return Message(header=Message(stamp=Message(sec=sec, nanosec=nanosec), frame_id='eye\x1b[2J'),
                   detections=list(detections))


def test_a_message_is_read():
    read = reports.answer(message(detection(), detection('b', [('unsure', 0.0), ('sad', 1.0)])),
                          10.25)
    one, two = read.faces
    assert read.latency == pytest.approx(0.25) and read.frame_id == 'eye\\x1b[2J'
    assert (one.label, one.confidence) == ('happy', 0.9)
    assert one.probabilities == {'happy': 0.9, 'sad': 0.1}
    assert (two.label, two.confidence, two.probabilities['sad']) == ('unsure', 0.0, 1.0)
    assert reports.answer(message(sec=0), 10.0).latency is None


@pytest.mark.parametrize('results, valence', [
    ([('happy', 1.0), *((label, 0.0) for label in LABELS if label != 'happy')], 0.81),
    ([('sad', 1.0), *((label, 0.0) for label in LABELS if label != 'sad')], -0.63),
    # What is not told is unknown, and not 0.
    ([('happy', 0.9)], None),
    ([('happy', 0.9), ('sad', 0.1)], None),
    ([('happy', float('nan')), *((label, 0.1) for label in LABELS if label != 'happy')], None),
])
def test_valence_is_known_where_all_probabilities_are(results, valence):
    face, = reports.answer(message(detection(results=results)), 0.0).faces
    assert face.valence == (None if valence is None else pytest.approx(valence))
    history = History()
    history.add(1.0, face.label, False, valence=face.valence, confidence=face.confidence)
    column = history.columns(1.0, 1, 'valence')[0]
    assert column.label == face.label and column.value == face.valence


def test_what_comes_from_outside_is_bounded_and_escaped():
    nasty = '[bold red]\x1b]0;title\x07\n' + 'x' * 5000
    read = reports.answer(message(
        *(detection(nasty, [(nasty, float('nan')), ('happy', 7.0), ('sad', -1.0)])
          for _ in range(1000)), detection('no results', [])), 0.0)
    assert len(read.faces) == reports.MOST_FACES
    one = read.faces[0]
    assert len(one.id) <= reports.NAME_LENGTH and one.id.isprintable() and one.label.isprintable()
    assert one.confidence is None and one.probabilities == {'happy': 1, 'sad': 0}
    values = [Message(key=nasty, value=nasty)] * 1000
    array = Message(status=[
        Message(name=name, level=level, message=nasty, values=values)
        for name, level in (('fer: camera', b'\x01'), (f'{nasty}: model', b'\xff'),
                            ('joystick', b'\x00'), ('driver: temperature', b'\x00'))])
    first, second = reports.statuses(array, ('camera', 'model'))
    assert (first.node, first.name, first.level) == ('/fer', 'camera', 'WARN')
    assert second.level == 'STALE' and len(second.node) <= 81 and second.node.isprintable()
    assert first.message.isprintable() and len(first.message) <= 1000
    assert all(key.isprintable() for key in first.values)
