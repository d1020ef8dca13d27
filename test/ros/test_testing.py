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

"""What `fer_ros.testing` promises to those who test a behaviour, over real processes."""

from pathlib import Path
import re
import subprocess
import sys

from fer_ros.boundary import InputError
from fer_ros.testing import answer, play, PlayError
import pytest
from std_msgs.msg import String
from support import PATIENCE, ROOT

#: A behaviour that says when nobody has been there for a second, by a timer; `follow` makes it
#: listen to REP-155's topics instead, and say how each face looks.
BEHAVIOUR = """
import sys
import rclpy
from rclpy.node import Node
from rclpy.time import Time
from std_msgs.msg import String


class Behaviour(Node):
    def __init__(self):
        super().__init__('behaviour')
        self.said = self.create_publisher(String, '/said', 10)
        self.last, self.faces = None, {}
        if 'follow' in sys.argv:
            from hri_msgs.msg import IdsList
            self.create_subscription(IdsList, '/humans/faces/tracked', self.tracked, 1)
        else:
            from vision_msgs.msg import Detection2DArray
            self.create_subscription(Detection2DArray, '/fer/expression', self.seen, 10)
            self.create_timer(0.1, self.look)

    def say(self, text):
        self.said.publish(String(data=text))

    def seen(self, message):
        if message.detections:
            if self.last is None:
                self.say('welcome')
            self.last = Time.from_msg(message.header.stamp)

    def look(self):
        if self.last and (self.get_clock().now() - self.last).nanoseconds >= 1_000_000_000:
            self.last = None
            self.say('gone')

    def tracked(self, message):
        from hri_msgs.msg import Expression
        for face in set(message.ids) - set(self.faces):
            self.faces[face] = self.create_subscription(
                Expression, f'/humans/faces/{face}/expression',
                lambda said, face=face: self.say(f'{face} {said.expression}'), 1)


WHAT
"""
RUN = """
rclpy.init()
rclpy.spin(Behaviour())
"""

VISIT = ROOT / 'examples' / 'greeter' / 'test' / 'visit.jsonl'


def script(folder, text=RUN):
    """Return the command of a behaviour that ends in `text`."""
    path = folder / 'behaviour.py'
    path.write_text(BEHAVIOUR.replace('WHAT', text))
    return [sys.executable, str(path)]


def said(heard):
    return [(round(one.time, 3), one.message.data) for one in heard['/said']]


def test_timers_run_in_the_time_of_the_answers(tmp_path):
    """Eleven seconds go by in as long as it takes; what is said is said at its time, always."""
    visits = [answer(0.0), answer(1.0, anna='happy'), answer(1.5, anna='happy'), answer(6.0),
              answer(7.0, ben='unsure')]
    heard = play(visits, script(tmp_path), {'/said': String}, then=4.0)
    times, words = zip(*said(heard))
    assert words == ('welcome', 'gone', 'welcome', 'gone')
    assert times[::2] == (1.0, 7.0)
    # A timer of 0.1 s, and ticks of 0.05 s.
    assert 2.5 <= times[1] <= 2.65 and 8.0 <= times[3] <= 8.15


def test_lines_and_a_recording_are_the_same_to_a_follower_of_humans(tmp_path):
    """Nothing is missed of a face that is new, although it is only now subscribed to."""
    pytest.importorskip('hri_msgs')
    pytest.importorskip('rosbags')
    from fer_ros.replay.cli import main as replay
    lines, bag = tmp_path / 'answers.jsonl', tmp_path / 'answers'
    assert replay([str(ROOT / 'test' / 'data' / 'sample'), '-p', 'max_rate:=3.0', '--quiet',
                   '--results-only', '--jsonl', str(lines), '--output-bag', str(bag)]) == 0
    command = [*script(tmp_path), 'follow']
    first, second = (
        said(play(path, command, {'/said': String}, then=0.0)) for path in (lines, bag))
    assert first == second
    assert len(first) == lines.read_text().count('"label"') > 20


@pytest.mark.parametrize('command, why', [
    ('greeter --now', r"\['greeter', '--now'\]"),
    (['/no/such/program'], 'cannot be started'),
    ([sys.executable, '-c', 'print("oh dear"); raise SystemExit(3)'],
     'ended with status 3; it printed:\n    oh dear'),
])
def test_a_command_that_starts_no_node_is_named(command, why):
    with pytest.raises(PlayError, match=why):
        play([answer(0.0)], command, {'/said': String})


def test_a_name_that_nobody_publishes_is_told(tmp_path):
    command = [*script(tmp_path), '--ros-args', '-r', '/said:=/told', '--']
    # On a slow machine it has not even come up by then.
    with pytest.raises(PlayError, match='nobody (publishes /said|subscribes)'):
        play([answer(0.0)], command, {'/said': String}, patience=5.0)


@pytest.mark.parametrize('text, patience, why', [
    ("rclpy.init()\nrclpy.spin(Node('idle'))\n", 3.0,
     'nobody subscribes to /fer/expression(.|\n)*3 s passed'),
    ('from rclpy.parameter import Parameter\nrclpy.init()\nnode = Behaviour()\n'
     "node.set_parameters([Parameter('use_sim_time', value=False)])\nrclpy.spin(node)\n",
     60.0, 'takes the time of the wall clock'),
    (f'Behaviour.seen = lambda self, message: 1 / 0\n{RUN}', 60.0,
     'ended with status 1(.|\n)*ZeroDivisionError'),
], ids=['deaf', 'wall clock', 'fails'])
def test_a_node_that_cannot_be_played_to_is_named_with_the_reason(
        tmp_path, text, patience, why):
    with pytest.raises(PlayError, match=why):
        play([answer(0.0), answer(1.0, anna='happy')], script(tmp_path, text),
             {'/said': String}, patience=patience)


@pytest.mark.parametrize('text, why', [
    ('', 'holds no answers'), ('{"frame": 1}\n', 'line 1: .* lacks the key'),
])
def test_a_recording_without_answers_is_named(tmp_path, text, why):
    path = tmp_path / 'empty.jsonl'
    path.write_text(text)
    with pytest.raises(InputError, match=why):
        play(path, ['greeter'], {})


@pytest.mark.parametrize('said, why', [
    ('glad', 'use one of: neutral, happy'), (('happy', 1.5), 'use 0 to 1'),
])
def test_an_answer_that_cannot_be_is_refused(said, why):
    with pytest.raises(ValueError, match=why):
        answer(0.0, anna=said)


def test_an_answer_is_what_the_node_would_say():
    message = answer(0.5, anna='happy', ben=('sad', 0.4), carl='unsure')
    assert [one.id for one in message.detections] == ['anna', 'ben', 'carl']
    sizes = [one.bbox.size_x for one in message.detections]
    assert sizes == sorted(sizes, reverse=True)
    for one, (label, score) in zip(message.detections, (
            ('happy', 0.9), ('sad', 0.4), ('unsure', 0.0))):
        shown, *others = (each.hypothesis for each in one.results)
        assert (shown.class_id, shown.score) == (label, pytest.approx(score))
        eight = others if label == 'unsure' else [shown, *others]
        assert len(eight) == 8 and sum(each.score for each in eight) == pytest.approx(1.0)


def test_the_example_passes_its_own_test_where_it_lies():
    """The package of docs/behaviours.md, tested as its author would."""
    result = subprocess.run(
        [sys.executable, '-m', 'pytest', '-q', '-p', 'no:cacheprovider'],
        cwd=ROOT / 'examples' / 'greeter', capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert '2 passed' in result.stdout


#: A signal while the node is made, and no sooner than that it goes on when ROS has ended.
SIGNALLED = """
import os, signal, sys, time
import rclpy
from greeter import greeter


class Late(greeter.Greeter):
    def __init__(self):
        os.kill(os.getpid(), signal.Signals[sys.argv[1]])
        while rclpy.ok():
            time.sleep(0.01)
        super().__init__()


greeter.Greeter = Late
greeter.main()
"""


@pytest.mark.usefixtures('uncovered')
@pytest.mark.parametrize('name', ['SIGINT', 'SIGTERM'])
def test_the_example_ends_in_silence_while_it_starts(name):
    result = subprocess.run(
        [sys.executable, '-c', SIGNALLED, name], cwd=ROOT / 'examples' / 'greeter',
        capture_output=True, text=True, timeout=PATIENCE)
    assert (result.returncode, result.stdout, result.stderr) == (0, '', '')


def test_the_tests_of_the_page_pass(monkeypatch):
    """As they stand in docs/behaviours.md, but for how the greeter is started without ROS."""
    page = (ROOT / 'docs' / 'behaviours.md').read_text()
    blocks = re.findall(r'```python\n(.*?)```', page, re.DOTALL)
    monkeypatch.chdir(ROOT / 'examples' / 'greeter')
    tests = {}
    for block in blocks:
        assert "['ros2', 'run', 'greeter', 'greeter']" in block
        exec(block.replace("['ros2', 'run', 'greeter', 'greeter']",
                           f"['{sys.executable}', '-m', 'greeter.greeter']").replace(
            "'demo_output/visit.jsonl'", repr(str(VISIT))), tests)
    run = [test for name, test in tests.items() if name.startswith('test_')]
    assert len(run) == len(blocks) == 2
    for test in run:
        test()


def test_the_example_is_a_whole_package():
    folder = Path(ROOT / 'examples' / 'greeter')
    for name in ('package.xml', 'setup.py', 'setup.cfg', 'resource/greeter',
                 'greeter/greeter.py', 'launch/greeter.launch.py', 'test/test_greeter.py'):
        assert (folder / name).is_file(), name
