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
"""The layouts of Foxglove, rviz and rqt: they show topics that the node publishes, all labels."""

import ast
import json
from pathlib import Path
import re
import subprocess
import sys
from xml.etree import ElementTree

from fer_ros.boundary import UNWRITTEN
from fer_ros.core.types import LABELS
from fer_ros.layout.cli import main
from fer_ros.layout.layouts import LAYOUTS
from fer_ros.ros.topics import PUBLISHED
import pytest
import yaml

CONFIG = Path(__file__).parents[1] / 'config'
#: Those of the node, and the ones that others publish or share.
TOPICS = {name.replace('~', '/fer') for name, _, _ in PUBLISHED}
CAMERA = '/camera/image_raw'


def panels(layout):
    """Return the names of the panels in a tree of splits, first to last."""
    if isinstance(layout, str):
        return [layout]
    return panels(layout['first']) + panels(layout['second'])


def test_foxglove_shows_every_panel_once():
    layout = json.loads((CONFIG / 'foxglove.json').read_text())
    assert sorted(panels(layout['layout'])) == sorted(layout['configById'])


def topics_of(text):
    """Return the topics that a layout of Foxglove names, also as the start of a path."""
    return set(re.findall(r'"(/[a-z0-9_/]+)[."]', text))


def test_foxglove_subscribes_to_topics_that_exist():
    topics = topics_of((CONFIG / 'foxglove.json').read_text())
    assert topics == {
        CAMERA, '/fer/annotations', '/fer/expression', '/fer/markers', '/diagnostics'}
    assert topics - {CAMERA} <= TOPICS


@pytest.mark.parametrize('program', LAYOUTS)
def test_the_file_is_what_the_command_prints(program, capsys):
    assert main([program]) == 0
    assert capsys.readouterr().out == (CONFIG.parent / LAYOUTS[program][1]).read_text()


@pytest.mark.parametrize('namespace, prefix', [
    ('robot1', '/robot1'), ('/robot1/', '/robot1'), ('a/b', '/a/b'), ('', ''), ('/', '')])
def test_a_layout_is_for_a_namespace(namespace, prefix, capsys):
    assert main(['--namespace', namespace, '--image', f'{prefix}/cam/image_raw']) == 0
    assert topics_of(capsys.readouterr().out) == {
        f'{prefix}/cam/image_raw', f'{prefix}/fer/annotations', f'{prefix}/fer/expression',
        f'{prefix}/fer/markers', '/diagnostics'}
    assert main(['rviz', '--namespace', namespace, '--frame', 'optical']) == 0
    text = capsys.readouterr().out
    assert set(re.findall(r'Value: (\S+)', text)) == {
        f'{prefix}/fer/markers', f'{prefix}/fer/image_annotated'}
    assert yaml.safe_load(text)['Visualization Manager']['Global Options'][
        'Fixed Frame'] == 'optical'


@pytest.mark.parametrize('arguments', [
    ['--namespace', '9x'], ['--namespace', 'a b'], ['--namespace', 'a//b'],
    ['--image', ''], ['--image', '/a-b'], ['--namespace', '"}'],
    ['rviz', '--name', 'robot1/fer'], ['rqt', '--name', '/fer'], ['--name', ''],
    ['rviz', '--namespace', 'x: y'], ['--namespace', 'a' * 100 + '!']])
def test_what_is_no_name_is_refused_in_a_sentence(arguments, capsys):
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert not out and 'is no name in ROS' in err and err.count('\n') == 1


@pytest.mark.parametrize('frame, fine', [
    ('camera', True), ('robot1/camera-front.optical', True), ('größe', True), ('x' * 255, True),
    ('', False), ('/camera', False), ('a b', False), (' camera', False), ('a\n', False),
    ('a\0', False), ('x' * 256, False), ('\x1b[31m', False)])
def test_a_frame_is_one_of_tf(frame, fine, capsys):
    assert main(['rviz', f'--frame={frame}']) == (0 if fine else 2)
    out, err = capsys.readouterr()
    if fine:
        shown = yaml.safe_load(out)['Visualization Manager']['Global Options']['Fixed Frame']
        assert shown == frame and not err
    else:
        assert not out and 'is none in tf' in err and err.count('\n') == 1
        assert err.rstrip('\n').isprintable()


def test_a_layout_is_written_to_a_file(tmp_path, capsys):
    path = tmp_path / 'robot1.json'
    assert main(['--namespace', 'robot1', '--output', str(path)]) == 0
    assert '/robot1/fer/expression' in path.read_text() and str(path) in capsys.readouterr().err


@pytest.mark.parametrize('output', [(), ('--output', '/dev/full')])
def test_a_full_disk_is_told(output):
    with open('/dev/full', 'w') as full:
        done = subprocess.run(
            [sys.executable, '-m', 'fer_ros.layout.cli', *output], stdout=full,
            stderr=subprocess.PIPE, text=True, timeout=60)
    line, = done.stderr.splitlines()
    assert done.returncode == UNWRITTEN and 'cannot be written: No space' in line


def test_rviz_shows_topics_that_exist():
    displays = yaml.safe_load((CONFIG / 'fer.rviz').read_text())[
        'Visualization Manager']['Displays']
    kinds = {name.replace('~', '/fer'): kind for name, kind, _ in PUBLISHED}
    shown = {one['Topic']['Value']: one['Class'] for one in displays if 'Topic' in one}
    assert {kinds[topic].rpartition('/')[2]: each.rpartition('/')[2]
            for topic, each in shown.items()} == {
        'MarkerArray': 'MarkerArray', 'Image': 'Image'}


def test_foxglove_plots_every_expression():
    layout = json.loads((CONFIG / 'foxglove.json').read_text())
    paths = [each['value'] for each in layout['configById']['Plot!fer']['paths']]
    shown = [re.search(r'class_id=="(\w+)"', path)[1] for path in paths]
    assert shown == list(LABELS)


def test_foxglove_paths_lead_to_numbers():
    messages = pytest.importorskip('vision_msgs.msg')
    hypothesis = messages.ObjectHypothesis(class_id='happy', score=0.75)
    message = messages.Detection2DArray(detections=[messages.Detection2D(
        results=[messages.ObjectHypothesisWithPose(hypothesis=hypothesis)])])
    layout = json.loads((CONFIG / 'foxglove.json').read_text())['configById']
    happy = next(
        each['value'] for each in layout['Plot!fer']['paths'] if each['label'] == 'happy')
    label = layout['StateTransitions!fer']['paths'][0]['value']
    # A filter over all results leaves one, which an index finds here.
    for path, value in ((happy, 0.75), (label, 'happy')):
        steps = re.sub(r'\[:\]\{hypothesis\.class_id=="happy"\}', '[0]', path)
        found = message
        for name, index in re.findall(r'\.(\w+)(?:\[(\d+)\])?', steps):
            found = getattr(found, name)
            found = found[int(index)] if index else found
        assert found == value


@pytest.mark.parametrize('arguments, node', [
    ((), '/fer'), (('--namespace', 'robot1'), '/robot1/fer'),
    (('--namespace', '/a/b', '--name', 'faces'), '/a/b/faces')])
def test_rqt_shows_the_plugin_of_this_package_the_parameters_and_the_node(
        arguments, node, capsys):
    assert main(['rqt', *arguments]) == 0
    manager = json.loads(capsys.readouterr().out)['groups']['pluginmanager']
    ours, reconfigure = ast.literal_eval(manager['keys']['running-plugins']['repr'])
    listed = ElementTree.parse(CONFIG.parent / 'plugin.xml').getroot().find('class')
    assert ours == f"fer_ros/{listed.get('name')}" and reconfigure == 'rqt_reconfigure/Param'

    def chosen(plugin, key):
        group = manager['groups'][f"plugin__{plugin.replace('/', '__')}__1"]['groups']['plugin']
        return ast.literal_eval(group['keys'][key]['repr'])
    assert chosen(ours, 'node') == node and chosen(reconfigure, 'selected_nodes') == [node]


def test_another_name_of_the_node_is_in_every_layout(capsys):
    for program in LAYOUTS:
        assert main([program, '--namespace', 'robot1', '--name', 'faces']) == 0
        text = capsys.readouterr().out
        assert '/robot1/faces' in text and '/fer/' not in text.replace('fer/FerPlugin', '')
    assert main(['rqt', '--name', 'a b']) == 2
