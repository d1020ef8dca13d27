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

"""The arguments of the launch file: what their texts mean, what others' do not, topics."""

import subprocess
import sys

from fer_ros.ros import launch_arguments, launch_values
from fer_ros.ros.launch_arguments import ARGUMENTS, Leftover
from fer_ros.ros.launch_values import LaunchArgumentError
from fer_ros.ros.topics import PUBLISHED, SUBSCRIBED, TRACKED
from fer_ros.stream.parameters import SPECS
import pytest


class Told(list):
    """What is told, as `take` wants it."""

    __call__ = list.append


def taken(alone=False, told=None, **configurations):
    """Return what is given in launch's configurations, by the command line where alone."""
    told = Told() if told is None else told
    return launch_arguments.take(
        configurations, alone, dict(configurations) if alone else {}, told, told)


def test_every_argument_is_described_and_of_a_parameter_it_has_the_choices():
    assert len({one.name for one in ARGUMENTS}) == len(ARGUMENTS)
    assert all(len(one.help()) > 10 and one.help().endswith(('.', ')')) for one in ARGUMENTS)
    for one in launch_arguments.PARAMETERS:
        if one.name == 'use_sim_time':
            continue  # every node's
        spec = SPECS[one.name]
        assert (spec.choices or ()) == (one.kind if isinstance(one.kind, tuple) else ())
        assert (one.kind == launch_values.BOOLEAN) == isinstance(spec.default, bool)
        assert (one.kind == launch_values.SECONDS) == isinstance(spec.default, float)
        if one.kind == launch_values.SECONDS:
            assert (spec.lowest, spec.highest) == (0.0, launch_values.MOST_SECONDS)


def test_every_topic_that_is_there_without_faces_has_an_argument():
    named = {topic for _, topics in launch_arguments.TOPICS for topic in topics}
    there = {name for name, *_ in (*SUBSCRIBED, *PUBLISHED) if '<id>' not in name}
    # The first goes with `image`, the second with `tracked`; the others are found by their names
    # alone.
    assert there - named == {
        'image/compressed', f'{TRACKED}_by_node', '/tf', '/tf_static'}
    assert named <= there


@pytest.mark.parametrize('text, value', [
    *((text, True) for text in ('true', 'True', 'TRUE', '1', 'yes', 'on', ' Yes ')),
    *((text, False) for text in ('false', 'False', 'FALSE', '0', 'no', 'off', 'NO'))])
def test_words_for_true_and_false(text, value):
    assert taken(fer_use_sim_time=text) == {'use_sim_time': value}


@pytest.mark.parametrize('name, text, value', [
    ('log_level', 'INFO', 'info'), ('image_transport', 'Compressed', 'compressed'),
    ('ros4hri', 'ON', 'on'), ('fast_dds', 'OFF', 'off'), ('respawn_delay', '0.5', 0.5),
    ('autostart_retry', '0', 0.0), ('image', '/A/Camera', '/A/Camera'), ('name', 'Fer', 'Fer'),
    ('namespace', '/a/b_1/', '/a/b_1/'), ('namespace', ' robot1', 'robot1'),
    ('namespace', '/', '/'), ('enclave', '/', '/'), ('enclave', '/front/fer', '/front/fer'),
    ('image', ' ~/cam', '~/cam'), ('markers', 'a_1/B', 'a_1/B'),
    ('expression_model', 'packaged', ''), ('detector_model', 'Packaged', ''),
    ('expression_model', '/not/yet there.onnx', '/not/yet there.onnx')])
def test_values_in_any_case(name, text, value):
    assert taken(**{f'fer_{name}': text}) == {name: value}
    assert taken(alone=True, **{name: text}) == {name: value}


@pytest.mark.parametrize('name, text, words', [
    ('log_level', 'loud', "log_level is 'loud', but must be one of: debug, info"),
    ('image_transport', 'theora', 'one of: raw, compressed'),
    ('lazy', 'maybe', "lazy is 'maybe', but must be true or false"),
    ('respawn_delay', '-1', 'a number of seconds from 0 to 3600'),
    ('autostart_retry', '5000', 'from 0 to 3600'), ('image', '1cam', 'the name of a topic'),
    ('image', '/a//b', "image is '/a//b', but must be the name"), ('tracked', '{node}/x', 'topic'),
    ('expression', 'mood/', 'with .* between them'),
    ('respawn_delay', 'nan', 'a number of seconds'), ('respawn_delay', '2 s', 'a number of'),
    ('namespace', 'my robot', "namespace is 'my robot', but must be a namespace: words of"),
    ('namespace', '9x', 'none beginning with a digit'), ('namespace', 'a//b', 'a namespace'),
    ('namespace', '~/a', 'a namespace'), ('namespace', 'röbot', 'a namespace'),
    ('namespace', 'x' * 181, '180 characters at most'), ('image', 'x' * 400, 'x… .400 characters'),
    ('name', 'a/b', "name is 'a/b', but must be the name of a node"), ('name', '/fer', 'a node'),
    ('name', '9x', 'the first one no digit'), ('name', 'a b', 'of a node'),
    ('enclave', 'fer', "enclave is 'fer', but must be an enclave: '/' and"),
    ('enclave', '/a b', 'an enclave'), ('enclave', '-x', 'an enclave'),
    ('params_file', '/nowhere.yaml', "params_file '/nowhere.yaml' does not exist"),
    ('params_file', '/tmp', 'or is not a file')])
def test_other_values_are_refused_with_what_they_may_be(name, text, words):
    with pytest.raises(LaunchArgumentError, match=words):
        taken(**{f'fer_{name}': text})


def test_paths_are_made_absolute_and_know_the_home_directory(tmp_path, monkeypatch):
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'my params.yaml').touch()
    for text in ('~/my params.yaml', 'my params.yaml', './my params.yaml'):
        assert taken(fer_params_file=text) == {'params_file': str(tmp_path / 'my params.yaml')}
    assert taken(fer_detector_model='~/d.onnx') == {'detector_model': str(tmp_path / 'd.onnx')}


@pytest.mark.parametrize('content, words', [
    (b'a: [1', 'no YAML file with parameters: while parsing'),
    (b'root:x:0:0', 'no node with its ros__parameters'), (b'- 1', 'no node with its'),
    (b'\xff\xfe\x00\xd8', 'no YAML'), (b'[' * 3000, 'no YAML'), (b'#' * 2 ** 21, 'more than')])
def test_a_file_that_holds_no_parameters_is_refused(tmp_path, content, words):
    # The node would end over it, and be started again for ever.
    file = tmp_path / 'params.yaml'
    file.write_bytes(content)
    with pytest.raises(LaunchArgumentError, match=words) as refused:
        taken(fer_params_file=str(file))
    assert '\n' not in str(refused.value)
    file.write_text('# nothing: yet\n')
    assert taken(fer_params_file=str(file)) == {'params_file': str(file)}


@pytest.mark.parametrize('names, node, others', [
    (['/**'], '/front/fer', ''), (['fer'], '/fer', ''), (['/fer'], '/fer', ''),
    (['front/fer'], '/front/fer', ''), (['/*'], '/fer', ''), (['/*/fer'], '/front/fer', ''),
    (['/**/fer'], '/a/b/fer', ''), (['/**/fer'], '/fer', ''), (['camera', 'fer'], '/fer', ''),
    (['fer'], '/front/fer', "for /front/fer, but for /fer: write '/front/fer:' there, or"),
    (['camera', 'fer_node'], '/fer', 'but for /camera, /fer_node: write'),
    (['/*'], '/front/fer', 'but for /*:'), (['/**/face'], '/fer', 'but for /**/face:')])
def test_a_file_for_other_nodes_is_told(tmp_path, names, node, others):
    file = tmp_path / 'params.yaml'
    file.write_text(''.join(
        f'{name}:\n  ros__parameters:\n    lazy: true\n' for name in names))
    told = launch_values.told_to_others(str(file), node)
    assert others in told and bool(others) == bool(told)


def test_nodes_below_their_namespace_are_found_in_a_file(tmp_path):
    file = tmp_path / 'params.yaml'
    file.write_text('front:\n  fer:\n    ros__parameters: {lazy: true}\n3: 4\n')
    assert not launch_values.told_to_others(str(file), '/front/fer')
    assert 'but for /front/fer' in launch_values.told_to_others(str(file), '/fer')
    file.write_text('# lazy: true\n')
    assert not launch_values.told_to_others(str(file), '/fer')


def test_what_others_declare_is_not_used_and_that_is_said():
    told = Told()
    assert taken(told=told, namespace='robot', params_file='/none', log_level='loud',
                 nav2_params='x', fer_image='/cam') == {'image': '/cam'}
    line, = told
    assert 'namespace, params_file, log_level of the enclosing launch file' in line
    assert 'pass fer_namespace, fer_params_file, fer_log_level' in line
    # Nothing to say where the other one passes it on.
    told.clear()
    assert taken(told=told, namespace='robot', fer_namespace='robot') == {'namespace': 'robot'}
    assert not told


def test_names_that_are_nearly_ours_are_pointed_out():
    told = Told()
    assert taken(told=told, fer_imgae='/cam', fer_robot_has_two_arms='true') == {}
    assert told == ["fer.launch.py has no argument 'fer_imgae'; did you mean 'fer_image'?"]
    for name, words in (('imgae', "did you mean 'image'"), ('fer_imgae', 'did you mean'),
                        ('banana', '--show-args lists those it has')):
        with pytest.raises(LaunchArgumentError, match=words):
            taken(alone=True, **{name: '/cam'})
    assert taken(alone=True, emulate_tty='true', **{'launch-prefix': 'gdb'}) == {}


def test_nothing_is_left_for_the_next_include():
    configurations = {'fer_lazy': 'true', 'fer_image': '', 'namespace': 'robot'}
    told = Told()

    def take(said=None):
        return launch_arguments.take(configurations, False, said or {}, told, told)
    assert take() == {'lazy': True}
    told.clear()
    # Who declared it may pass it on again; who did not does not get it.
    assert configurations == {'fer_lazy': 'true', 'namespace': 'robot'}
    assert isinstance(configurations['fer_lazy'], Leftover)
    assert take() == {}
    assert told[-1] == 'not used again, as an include before this one was given it: fer_lazy'
    # The command line speaks to every include.
    assert take({'fer_lazy': 'true'}) == take({'fer_lazy': 'true'}) == {'lazy': True}
    assert take({'fer_lazy': 'false'}) == {}
    # As launch's substitutions give it.
    configurations['fer_lazy'] = ''.join([configurations['fer_lazy']])
    assert take() == {'lazy': True}


def test_which_file_is_launched(tmp_path):
    file = tmp_path / 'fer.launch.py'
    other = tmp_path / 'other' / 'fer.launch.py'
    other.parent.mkdir()
    for path in (file, other):
        path.touch()
    link = tmp_path / 'link'
    link.symlink_to(tmp_path)

    def alone(*words):
        return launch_arguments.started_by_itself(words, str(file))
    assert alone('launch', 'fer_ros', 'fer.launch.py', 'image:=/cam')
    assert alone('launch', '-d', 'fer_ros', 'fer.launch.py') and alone('launch', str(file))
    assert alone('launch', str(link / 'fer.launch.py'), 'image:=/cam')
    assert not alone('launch', 'my_robot', 'fer.launch.py') and not alone('launch', str(other))
    assert not alone('launch', 'fer_ros', 'two_cameras.launch.py') and not alone()


def test_topics_are_remapped():
    def resolve(topic):
        return topic if topic.startswith('/') else f'/front/{topic}'
    pairs = launch_arguments.remappings(
        {'image': 'camera/image_raw', 'camera_info': '/info', 'image_annotated': '/seen',
         'tracked': 'faces', 'bond': '/bond', 'name': 'fer'}, resolve)
    assert pairs == [
        ('image', 'camera/image_raw'), ('/front/camera/camera_info', '/info'),
        ('~/image_annotated', '/seen'), ('~/image_annotated/compressed', '/seen/compressed'),
        ('/humans/faces/tracked', 'faces'), ('bond', '/bond')]
    assert launch_arguments.remappings({'camera_info': '/info'}, resolve) == [
        ('/front/camera_info', '/info')]


def test_it_needs_little():
    program = ('import sys, fer_ros.fast_dds, fer_ros.ros.launch_arguments\n'
               "print(*{'numpy', 'cv2', 'onnxruntime', 'rclpy', 'launch'} & set(sys.modules))")
    done = subprocess.run([sys.executable, '-c', program], capture_output=True, text=True)
    assert done.stdout == '\n', done.stdout + done.stderr


def test_what_the_command_line_says():
    assert launch_arguments.on_command_line((
        'launch', '--launch-prefix', 'gdb -ex run', 'fer_ros', 'fer.launch.py',
        'image:=/cam', 'log_level:=', 'params_file:=/a:=b.yaml', '-n', '--x:=y')) == {
        'image': '/cam', 'log_level': '', 'params_file': '/a:=b.yaml'}
