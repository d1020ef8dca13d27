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

"""What the node does not start with: one sentence with value and remedy, exit status 1."""

import os
import resource
import shutil
import subprocess
import sys

from fer_ros.ros import middleware
import pytest
from support import PATIENCE

#: As the command `fer_node` is made at installation.
COMMAND = [sys.executable, '-c', (
    'import sys; from fer_ros.commands import fer_node; sys.exit(fer_node())')]


def start(*arguments, env=None, without=(), prefix=(), **options) -> subprocess.CompletedProcess:
    """Run the node until it ends by itself."""
    environment = {**os.environ, **(env or {})}
    for name in without:
        environment.pop(name, None)
    return subprocess.run(
        [*prefix, *COMMAND, *arguments], env=environment, capture_output=True, text=True,
        timeout=2 * PATIENCE, errors='replace', **options)


def assert_refused(done, *words):
    """Assert that a start ended with status 1 and a sentence, the last line, with these words."""
    assert done.returncode == 1, done.stderr
    assert 'Traceback' not in done.stderr and not done.stdout
    last = done.stderr.splitlines()[-1]
    assert last.startswith('fer_node: ') and not [word for word in words if word not in last], last
    assert len(last) < 1200


@pytest.mark.fault(
    'ROS_DOMAIN_ID, RMW_IMPLEMENTATION, ROS_LOG_DIR or HOME is wrong',
    'it does not start: a sentence with value and remedy, status 1')
@pytest.mark.parametrize('variable, value, words', [
    ('ROS_DOMAIN_ID', 'foo', ["'foo'", '0 to 232']),
    ('ROS_DOMAIN_ID', '-1', ["'-1'"]),
    ('ROS_DOMAIN_ID', '233', ["'233'"]),
    ('ROS_DOMAIN_ID', '9' * 40, ['9' * 40]),
    ('ROS_DOMAIN_ID', '\u0663', ['0 to 232']),
    ('RMW_IMPLEMENTATION', 'rmw_foo', ["'rmw_foo'", 'rmw_fastrtps_cpp', 'rmw-foo']),
    ('ROS_LOG_DIR', '/proc/self/log', ["'/proc/self/log'", 'ROS_LOG_DIR']),
    ('ROS_LOG_DIR', __file__, [__file__, 'exists']),
    ('ROS_LOG_DIR', '/tmp/' + 5000 * 'a', ['too long']),
    ('ROS_HOME', '/proc/self', ["'/proc/self/log'", 'ROS_LOG_DIR']),
    ('HOME', '', ['HOME', 'ROS_LOG_DIR']),
])
def test_environment_that_ros_cannot_start_in(variable, value, words):
    done = start(env={variable: value}, without={'ROS_LOG_DIR', 'ROS_HOME'} - {variable})
    assert_refused(done, *words)


def make_fifo(path):
    os.mkfifo(path)


FILES = {
    'missing': (lambda path: None, ['No such file']),
    'directory': (lambda path: path.mkdir(), ['not a regular file']),
    'fifo': (make_fifo, ['not a regular file']),
    'device': (lambda path: path.symlink_to('/dev/zero'), ['not a regular file']),
    'huge': (lambda path: path.write_bytes(b' ' * (1 << 21)), ['larger than']),
    'not YAML': (lambda path: path.write_text('a: [b: c: d'), ['ros__parameters']),
    'binary': (lambda path: path.write_bytes(bytes(range(256)) * 8), ['ros__parameters']),
    'deep': (lambda path: path.write_text('a: ' + '[' * 100_000), ['ros__parameters']),
    'a list': (lambda path: path.write_text('- 1\n- 2\n'), ['ros__parameters']),
    'mixed list': (lambda path: path.write_text(
        'fer:\n  ros__parameters:\n    x: [1, b]\n'), ['of one type']),
}


@pytest.mark.fault(
    'a parameter file is missing, no file, too large, no YAML',
    'it does not start: a sentence with value and remedy, status 1')
@pytest.mark.parametrize('kind', FILES)
def test_parameter_file_that_is_none(kind, tmp_path):
    path = tmp_path / 'given.yaml'
    make, words = FILES[kind]
    make(path)
    with pytest.raises(middleware.StartError) as told:
        middleware.start(['--ros-args', '--params-file', str(path)])
    assert not [word for word in (str(path), *words) if word not in str(told.value)], told.value


@pytest.mark.fault(
    'remappings, parameters or ROS arguments are malformed',
    'it does not start: a sentence with value and remedy, status 1')
@pytest.mark.parametrize('arguments, words', [
    (['-r', 'image:='], ["'-r image:='", 'FROM:=TO']),
    (['-r', 'foo'], ["'-r foo'", 'FROM:=TO']),
    (['-r', '__node:=1bad'], ["'-r __node:=1bad'", 'FROM:=TO']),
    (['-r', '__ns:=a b'], ["'-r __ns:=a b'", 'FROM:=TO']),
    (['-r', 'image:=a b'], ["'-r image:=a b'", 'FROM:=TO']),
    (['-r'], ['FROM:=TO']),
    (['-p'], ['NAME:=VALUE']),
    (['-p', 'foo'], ["'-p foo'", 'NAME:=VALUE']),
    (['--params-file'], ['YAML']),
    (['--log-level', 'foo'], ["'--log-level foo'", 'debug']),
    (['--foo'], ["'--foo'", '--ros-args']),
])
def test_arguments_that_ros_does_not_take(arguments, words):
    with pytest.raises(middleware.StartError) as told:
        middleware.start(['--ros-args', *arguments])
    text = str(told.value)
    assert not [word for word in words if word not in text], text
    assert '.c:' not in text and '\n' not in text


@pytest.mark.fault(
    '`providers` is empty, of a wrong type, or names one twice',
    'it does not start: a sentence with value and remedy, status 1')
@pytest.mark.parametrize('arguments, words', [
    (['-r', 'image:='], ["'-r image:='", 'FROM:=TO']),
    (['-p', 'providers:=[]'], ["'providers'", 'leave it out']),
    (['-p', 'providers:=[cpu, cpu]'], ["'providers'", "'cpu' more than once"]),
    (['-p', 'providers:=cpu'], ["'providers'", "'cpu'", 'such as [cpu]']),
])
def test_command_line_that_the_node_does_not_take(arguments, words):
    assert_refused(start('--ros-args', *arguments), *words)


def limit_descriptors(number: int):
    resource.setrlimit(resource.RLIMIT_NOFILE, (number, number))


@pytest.mark.fault(
    'fewer files may be open than a node needs (ulimit -n)',
    'it does not start: a sentence with value and remedy, status 1')
def test_too_few_descriptors_are_refused():
    done = start(preexec_fn=lambda: limit_descriptors(20))
    assert_refused(done, 'only 20', '64', 'ulimit -n')


def private_mounts() -> bool:
    """Return whether a process here can have file systems of its own."""
    return shutil.which('unshare') is not None and subprocess.run(
        ['unshare', '-m', 'true'], capture_output=True).returncode == 0


@pytest.mark.fault(
    '/dev/shm is full when the node starts',
    'it does not start: a sentence with value and remedy, status 1')
@pytest.mark.skipif(not private_mounts(), reason='needs a file system of its own')
def test_shared_memory_without_space_is_refused():
    # Fast DDS would be killed by the kernel.
    script = ('mount -t tmpfs -o size=64k none /dev/shm && head -c 65536 /dev/zero >/dev/shm/x; '
              'exec "$@"')
    done = start(prefix=['unshare', '-m', 'sh', '-c', script, 'sh'],
                 without=['FASTDDS_BUILTIN_TRANSPORTS', 'RMW_IMPLEMENTATION'])
    assert_refused(done, '/dev/shm', '0 KiB', '--shm-size')
