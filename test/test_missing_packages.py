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

"""Every command says in a line which package it lacks; none ends in a traceback."""

from pathlib import Path
import subprocess
import sys

import pytest

SAMPLE = str(Path(__file__).parent / 'data' / 'sample')

#: Runs a command as its entry point does, in a Python that lacks some packages.
WITHOUT = """
import sys
missing, command = sys.argv.pop(1).split(','), sys.argv.pop(1)

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in missing:
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)

sys.meta_path.insert(0, Missing())
import fer_ros.commands
sys.exit(getattr(fer_ros.commands, command)())
"""


def run(missing, command, *arguments):
    """Return how a command ended that lacks some packages."""
    return subprocess.run(
        [sys.executable, '-c', WITHOUT, missing, command, *arguments], capture_output=True,
        text=True, timeout=120)


@pytest.mark.parametrize('missing, command', [
    ('rclpy', ['fer_node']),
    ('cv2', ['fer_node']),
    ('cv2', ['fer_demo']),
    ('cv2', ['fer_evaluate', '--help']),
    ('cv2', ['fer_benchmark', 'pipeline']),
    ('cv2', ['fer_replay', SAMPLE]),
    ('psutil', ['fer_benchmark', 'ros']),
    ('rclpy', ['fer_benchmark', 'ros']),
    ('rclpy', ['fer_benchmark', 'startup']),
    ('rclpy', ['fer_benchmark', 'idle']),
    ('psutil', ['fer_benchmark', 'soak']),
    ('distributed', ['fer_benchmark', 'study']),
    ('onnx', ['fer_benchmark', 'classifier']),
    ('matplotlib', ['fer_benchmark', 'pipeline', '--plot', 'plot.png']),
    ('matplotlib', ['fer_evaluate', '--data', 'nowhere', '--plot']),
    ('matplotlib', ['fer_replay', SAMPLE, '--plot', 'plot.png']),
    ('jinja2', ['fer_replay', SAMPLE, '--report', 'nowhere']),
    ('rclpy', ['fer_monitor', '--once']),
    ('vision_msgs', ['fer_monitor']),
    ('rosbags', ['fer_replay', SAMPLE]),
    ('mcap', ['fer_replay', SAMPLE]),
    ('distributed', ['fer_study', SAMPLE, '--output', 'nowhere']),
    ('pyarrow', ['fer_study', SAMPLE, '--output', 'nowhere']),
    ('jinja2', ['fer_study', SAMPLE, '--output', 'nowhere']),
])
def test_what_is_missing_is_told_in_a_line(missing, command):
    ended = run(missing, *command)
    assert ended.returncode == 2 and ended.stdout == ''
    line, = ended.stderr.splitlines()
    assert line.startswith(f'{command[0]}: the ')
    assert f'package {missing} is missing; ' in line


def test_a_replay_needs_no_progress_bar():
    ended = run('tqdm', 'fer_replay', SAMPLE)
    assert ended.returncode == 0, ended.stderr
    assert len(ended.stdout.splitlines()) == 120
    assert 'tqdm' not in ended.stderr
