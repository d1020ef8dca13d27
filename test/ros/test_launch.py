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

"""The launch files, where launch is installed: by `ros2 launch`, with real nodes."""

from contextlib import suppress
import os
from pathlib import Path
import shutil
import signal
import subprocess
import sys

from fer_ros.core.assets import model_path
from fer_ros.fast_dds import node_profile, profile_environment, PROFILES as FAST_DDS
import psutil
import pytest
from rcl_interfaces.srv import GetParameters
from rclpy.parameter import parameter_value_to_python
from support import PATIENCE, Peer, ROOT, running, wait_for

pytest.importorskip('ros2launch', reason='ros2launch is not installed here')
pytest.importorskip('launch_ros', reason='launch_ros is not installed here')

#: Several nodes at once, on what may be a busy machine.
pytestmark = pytest.mark.timeout(400)

ROS2 = [sys.executable, '-c', 'import sys; from ros2cli.cli import main; sys.exit(main())']


@pytest.fixture(scope='module')
def environment(tmp_path_factory):
    """Return the environment in which fer_ros is installed; the home directory is an empty one."""
    from ament_index_python.packages import get_package_prefix, PackageNotFoundError
    home = tmp_path_factory.mktemp('home')
    values = {**os.environ, 'HOME': str(home), 'ROS_LOG_DIR': str(home / 'log'),
              'PYTHONUNBUFFERED': '1'}
    for name in (*FAST_DDS, 'FASTDDS_BUILTIN_TRANSPORTS'):
        values.pop(name, None)
    try:
        get_package_prefix('fer_ros')
        return values
    except PackageNotFoundError:
        pass
    # A checkout laid out as `colcon build --symlink-install` does.
    prefix = tmp_path_factory.mktemp('prefix')
    share, index = prefix / 'share' / 'fer_ros', prefix / 'share' / 'ament_index'
    program = prefix / 'lib' / 'fer_ros' / 'fer_node'
    marker = index / 'resource_index' / 'packages' / 'fer_ros'
    for path in (marker, program, share / 'any'):
        path.parent.mkdir(parents=True)
    marker.touch()
    for name in ('config', 'models', 'package.xml'):
        (share / name).symlink_to(ROOT / name)
    # ros2 launch follows no link to a folder.
    (share / 'launch').mkdir()
    for file in (ROOT / 'launch').glob('*.launch.py'):
        (share / 'launch' / file.name).symlink_to(file)
    program.write_text(f'#!{sys.executable}\nimport sys\nfrom fer_ros.commands import fer_node\n'
                       'sys.exit(fer_node())\n')
    program.chmod(0o755)
    values['AMENT_PREFIX_PATH'] = os.pathsep.join(
        filter(None, (str(prefix), os.environ.get('AMENT_PREFIX_PATH'))))
    values['PYTHONPATH'] = os.pathsep.join(
        filter(None, (str(ROOT), os.environ.get('PYTHONPATH'))))
    return values


class Launch:
    """`ros2 launch` as a process, in a process group of its own as a shell makes it."""

    def __init__(self, *words, env):
        self._file = Path(env['HOME']) / f'launch_{os.urandom(4).hex()}.txt'
        with self._file.open('w') as file:
            self._process = subprocess.Popen(
                [*ROS2, 'launch', *map(str, words)], env=env, stdout=file,
                stderr=subprocess.STDOUT, start_new_session=True)

    @property
    def log(self) -> str:
        """Return everything that was printed."""
        return self._file.read_text()

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def says(self, words: str, times: int = 1) -> None:
        """Wait until it has printed this so often."""
        wait_for(lambda: self.log.count(words) >= times or not self.running, words, 2 * PATIENCE)
        assert self.log.count(words) >= times, f'it ended without saying: {words}'

    def nodes(self) -> dict[str, psutil.Process]:
        """Return the processes of the nodes by their full names."""
        found = {}
        for one in psutil.Process(self._process.pid).children():
            line = one.cmdline()
            if any(word.endswith('fer_node') for word in line):
                names = dict(word[2:].split(':=') for word in line if word.startswith('__'))
                found[f"{names['ns'].rstrip('/')}/{names['node']}"] = one
        return found

    def interrupt(self) -> int:
        """Press Ctrl-C, which goes to launch and all its nodes; return the exit status."""
        os.killpg(self._process.pid, signal.SIGINT)
        return self._process.wait(PATIENCE)

    def end(self) -> int:
        """Wait for its end by itself and return the exit status."""
        return self._process.wait(PATIENCE)

    def close(self) -> None:
        """End everything."""
        if self.running:
            try:
                self.interrupt()
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        # launch leaves nodes behind where it ends by an error of its own.
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        print(self.log)


def parameters_of(peer, node, *names):
    """Return the values of a node's parameters by name."""
    answer = peer.call(GetParameters, f'{node}/get_parameters', GetParameters.Request(
        names=list(names)))
    return dict(zip(names, map(parameter_value_to_python, answer.values)))


#: What a robot starts: it declares names of its own, and includes the file in many ways.
BRINGUP = """
import os

from launch import LaunchDescription
from launch.actions import (
    DeclareLaunchArgument, ExecuteProcess, GroupAction, IncludeLaunchDescription)
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import PushRosNamespace, SetParameter, SetRemap
from launch_ros.substitutions import FindPackageShare


def fer(**arguments):
    arguments = {'autostart': 'False', **arguments}
    return IncludeLaunchDescription(
        PathJoinSubstitution([FindPackageShare('fer_ros'), 'launch', 'fer.launch.py']),
        launch_arguments={f'fer_{name}': value for name, value in arguments.items()}.items())


def file(name):
    return IncludeLaunchDescription(os.path.join(os.path.dirname(__file__), name))


OWN = {'namespace': 'robot9', 'params_file': '/nowhere.yaml', 'log_level': 'loud',
       'name': 'boss', 'use_sim_time': 'perhaps', 'image': '/elsewhere', 'autostart': 'later',
       'respawn': 'often', 'lazy': 'always'}


def generate_launch_description():
    return LaunchDescription([
        *(DeclareLaunchArgument(name, default_value=value) for name, value in OWN.items()),
        DeclareLaunchArgument('faces_file', default_value='~/my params.yaml'),
        GroupAction([fer(namespace='plain')]),
        GroupAction([
            PushRosNamespace('pushed'), SetParameter('min_confidence', 0.25),
            SetParameter('use_sim_time', True), SetRemap('image', '/group/image'),
            fer(namespace='inner', log_level='ERROR')]),
        # What is given wins, also where it is the node's default; the rest is the file's.
        GroupAction([fer(
            namespace='file', image_transport='RAW', use_sim_time='0',
            expression_model='packaged', params_file=LaunchConfiguration('faces_file'))]),
        GroupAction([fer(namespace='wrong_file', params_file=os.path.join(
            os.path.dirname(__file__), 'of_fer.yaml'))]),
        # One after the other in the same group.
        GroupAction([
            fer(namespace='first', image='/first_image', lazy='YES', enabled='off'),
            fer(namespace='second',
                params_file=LaunchConfiguration('faces_file'))]),
        file('bringup.launch.xml'),
        file('bringup.launch.yaml'),
        ExecuteProcess(cmd=['env'], output='screen'),
    ])
"""

BRINGUP_XML = """
<launch>
  <arg name="simulated" default="true"/>
  <group>
    <push_ros_namespace namespace="xml"/>
    <set_parameter name="max_rate" value="7.5"/>
    <include file="$(find-pkg-share fer_ros)/launch/fer.launch.py">
      <arg name="fer_use_sim_time" value="$(var simulated)"/>
      <arg name="fer_autostart" value="false"/>
    </include>
  </group>
</launch>
"""

BRINGUP_YAML = """
launch:
- arg:
    name: name
    default: boss
- group:
  - push_ros_namespace:
      namespace: yaml
  - include:
      file: "$(find-pkg-share fer_ros)/launch/fer.launch.py"
      arg:
      - {name: fer_name, value: faces}
      - {name: fer_lazy, value: "True"}
      - {name: fer_autostart, value: "false"}
"""

FILE = """
/**:
  ros__parameters:
    image_transport: compressed
    min_confidence: 0.5
    use_sim_time: true
    expression_model: /of/the/file.onnx
"""

NAMES = ('image_transport', 'min_confidence', 'use_sim_time', 'expression_model', 'lazy',
         'enabled', 'max_rate')
DEFAULTS = dict(zip(NAMES, ('raw', 0.0, False, '', False, True, 0.0)))
OF_FILE = {**DEFAULTS, 'image_transport': 'compressed', 'min_confidence': 0.5,
           'use_sim_time': True, 'expression_model': '/of/the/file.onnx'}


@pytest.fixture(scope='module')
def bringup(environment, tmp_path_factory):
    """Return the launch of a robot, and a peer of its nodes."""
    folder = tmp_path_factory.mktemp('a robot')
    for name, text in (('py', BRINGUP), ('xml', BRINGUP_XML), ('yaml', BRINGUP_YAML)):
        (folder / f'bringup.launch.{name}').write_text(text)
    (Path(environment['HOME']) / 'my params.yaml').write_text(FILE)
    (folder / 'of_fer.yaml').write_text(FILE.replace('/**', 'fer'))
    with running(Launch(folder / 'bringup.launch.py', env=environment), Peer()) as (launch, peer):
        launch.says('process started', 9)
        yield launch, peer


@pytest.mark.parametrize('node, expected', [
    # Nothing leaks in: not the namespace, not the file that does not exist, nor bad words.
    ('/plain/fer', DEFAULTS),
    # What a group sets is not undone by defaults.
    ('/pushed/inner/fer', {**DEFAULTS, 'min_confidence': 0.25, 'use_sim_time': True}),
    ('/file/fer', {**OF_FILE, 'image_transport': 'raw', 'use_sim_time': False,
                   'expression_model': ''}),
    ('/first/fer', {**DEFAULTS, 'lazy': True, 'enabled': False}),
    ('/second/fer', OF_FILE),
    ('/xml/fer', {**DEFAULTS, 'use_sim_time': True, 'max_rate': 7.5}),
    ('/yaml/faces', {**DEFAULTS, 'lazy': True})])
def test_parameters_of_nodes_that_others_include(bringup, node, expected):
    launch, peer = bringup
    assert parameters_of(peer, node, *NAMES) == expected


def test_nodes_have_their_names_images_and_levels(bringup):
    launch, _ = bringup
    lines = {name: one.cmdline() for name, one in launch.nodes().items()}
    assert sorted(lines) == [
        '/file/fer', '/first/fer', '/plain/fer', '/pushed/inner/fer', '/second/fer',
        '/wrong_file/fer', '/xml/fer', '/yaml/faces']
    images = {name: [word for word in line if word.startswith('image:=')]
              for name, line in lines.items()}
    assert images.pop('/first/fer') == ['image:=/first_image']
    assert images.pop('/pushed/inner/fer') == ['image:=/group/image']
    assert not any(images.values())
    assert [name for name, line in lines.items() if '--log-level' in line] == [
        '/pushed/inner/fer']
    launch.says('[plain.fer]: unconfigured')
    launch.says('[xml.fer]: unconfigured')
    assert '[pushed.inner.fer]' not in launch.log


def test_the_environment_is_for_our_nodes_alone(bringup):
    launch, _ = bringup
    launch.says('[env-', 3)
    profile = launch.log.count('PROFILES_FILE')
    assert not profile, 'a process that is none of ours has the profile of Fast DDS'
    for one in launch.nodes().values():
        values = one.environ()
        wanted = profile_environment(node_profile(ROOT / 'config'))
        assert {name: Path(values[name]).resolve() for name in FAST_DDS if name in values} == {
            name: Path(file) for name, file in wanted.items()}


def test_what_is_not_used_is_said(bringup):
    launch, _ = bringup
    assert 'not used for the node, as they may be meant for others: namespace, ' in launch.log
    assert 'pass fer_namespace, ' in launch.log
    # Of a file with a key that is another node's nothing reaches this one.
    assert launch.log.count('is for /wrong_file/fer, but for /fer: write') == 1
    assert launch.log.count(', but for ') == 1


def test_the_old_names_work_on_the_command_line(environment):
    own = {**environment, 'FASTDDS_BUILTIN_TRANSPORTS': 'UDPv4'}
    words = ('fer_ros', 'fer.launch.py', 'namespace:=cli', 'image:=/cam', 'use_sim_time:=True',
             'log_level:=INFO', 'lazy:=yes', 'image_transport:=RAW', 'name:=faces',
             'expression:=/mood', 'image_annotated:=seen', 'tracked:=faces', 'diagnostics:=/d',
             'respawn:=false')
    with running(Launch(*words, env=own), Peer()) as (launch, peer):
        launch.says('[cli.faces]: active: ')
        assert parameters_of(peer, '/cli/faces', *NAMES) == {
            **DEFAULTS, 'use_sim_time': True, 'lazy': True}
        topics = {'/mood', '/cli/seen', '/cli/seen/compressed', '/cli/faces', '/d'}
        wait_for(lambda: ('faces', '/cli') in peer.node.get_node_names_and_namespaces(), 'a node')
        wait_for(lambda: topics <= {name for name, _ in (
            peer.node.get_publisher_names_and_types_by_node('faces', '/cli'))}, 'its topics')
        wait_for(lambda: peer.node.count_subscribers('/cam'), 'a subscription')
        node, = launch.nodes().values()
        # Whoever sets Fast DDS up is left alone.
        assert not set(FAST_DDS) & set(node.environ())
        node.kill()
        # Without a respawn there is nothing left to do.
        assert launch.end() in (0, 1)


@pytest.mark.parametrize('word, said', [
    ('imgae:=/cam', "fer.launch.py has no argument 'imgae'; did you mean 'image'?"),
    ('image_transport:=theora', "image_transport is 'theora', but must be one of: raw"),
    ('use_sim_time:=perhaps', "use_sim_time is 'perhaps', but must be true or false"),
    ('params_file:=/nowhere.yaml', "params_file '/nowhere.yaml' does not exist or is not a"),
    ('params_file:=/etc/passwd', "params_file '/etc/passwd' is no YAML file with parameters"),
    ('namespace:=9x', "namespace is '9x', but must be a namespace: words of letters"),
    ('name:=a/b', "name is 'a/b', but must be the name of a node"),
])
def test_what_cannot_be_meant_fails_the_launch(environment, word, said):
    with running(Launch('fer_ros', 'fer.launch.py', word, env=environment)) as launch:
        assert launch.end() == 1
        assert said in launch.log and 'process started' not in launch.log


def test_a_node_that_dies_is_started_again_until_ctrl_c(environment, tmp_path):
    path = tmp_path / 'later.onnx'
    words = ('fer_ros', 'fer.launch.py', f'expression_model:={path}', 'autostart_retry:=0.5',
             'respawn_delay:=0.1')
    with running(Launch(*words, env=environment)) as launch:
        # A failed start is tried again, and that is said.
        launch.says('it is tried again in 1 s')
        assert 'later.onnx' in launch.log
        shutil.copy(model_path('expression.onnx'), path)
        launch.says('[fer]: active: ')
        launch.nodes()['/fer'].kill()
        launch.says('process started', 2)
        launch.says('[fer]: active: ', 2)
        assert launch.interrupt() == 0
        assert launch.log.count('process started') == 2
        assert 'Traceback' not in launch.log


def test_an_enclave_is_handed_on(environment):
    secured = {**environment, 'ROS_SECURITY_ENABLE': 'false'}
    words = ('fer_ros', 'fer.launch.py', 'enclave:=/front/fer', 'autostart:=false')
    with running(Launch(*words, env=secured)) as launch:
        launch.says('unconfigured')
        line = launch.nodes()['/fer'].cmdline()
        assert line[line.index('--enclave') + 1] == '/front/fer'


def test_two_cameras(environment):
    words = ('fer_ros', 'two_cameras.launch.py', 'front:=/camera/image_raw')
    with running(Launch(*words, env=environment), Peer()) as (launch, peer):
        launch.says('active: ', 2)
        for node, lazy, transport in (('/front/fer', False, 'raw'),
                                      ('/rear/fer', True, 'compressed')):
            assert parameters_of(peer, node, 'lazy', 'image_transport') == {
                'lazy': lazy, 'image_transport': transport}
        for topic in ('/camera/image_raw', '/rear/image_raw/compressed'):
            wait_for(lambda: peer.node.count_subscribers(topic), f'a subscription to {topic}')
        for topic in ('/front/fer/expression', '/humans/faces/tracked', '/rear/fer/expression'):
            wait_for(lambda: peer.node.count_publishers(topic), f'a publisher of {topic}')
        assert launch.interrupt() == 0


def test_the_arguments_are_listed(environment):
    shown = subprocess.run(
        [*ROS2, 'launch', 'fer_ros', 'fer.launch.py', '--show-args'], env=environment,
        capture_output=True, text=True, timeout=PATIENCE)
    assert shown.returncode == 0, shown.stderr
    for name in ('fer_namespace', 'fer_image', 'fer_respawn', 'fer_detector_model'):
        assert f"'{name}':" in shown.stdout
