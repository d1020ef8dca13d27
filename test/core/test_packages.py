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

"""A package that is missing is named with the remedy."""

from fer_ros.core.packages import MISSING, missing_package, tells_missing_packages
import pytest


@pytest.mark.parametrize('name, words', [
    ('cv2', ["'.[opencv]'", 'python3-opencv']),
    ('tqdm', ["'.[replay]'", 'docs/install.md']),
    ('onnxruntime', ['pip install onnxruntime', 'docs/install.md', 'fer_venv']),
    ('mcap.records', ['package mcap is', "'.[replay]'"]),
    ('psutil', ['pip install psutil', 'python3-psutil']),
    ('onnx', ['pip install onnx']),
    ('rclpy', ['ROS package rclpy', 'source your ROS 2 workspace', 'README']),
    ('vision_msgs.msg', ['ROS package vision_msgs', 'rosdep install']),
])
def test_what_is_missing_and_what_to_do(name, words):
    text = missing_package(ModuleNotFoundError(f"No module named '{name}'", name=name))
    assert all(word in text for word in (name.split('.')[0], 'missing', *words))
    assert '\n' not in text


@pytest.mark.parametrize('error', [
    ImportError('libGL.so.1: cannot open\nshared object file'),
    ImportError('libGL.so.1: cannot open shared object file', name='cv2'),
    ModuleNotFoundError('libGL.so.1: cannot open shared object file'),
])
def test_a_library_that_cannot_be_loaded_is_not_called_missing(error):
    text = missing_package(error)
    assert 'cannot be loaded: libGL.so.1: cannot open shared object file' in text
    assert 'missing' not in text and ('cv2' in text) == (error.name == 'cv2')


def test_a_command_tells_in_one_line(capsys):
    @tells_missing_packages('fer_thing')
    def command(number):
        if number:
            import no_such_package  # noqa: F401
        return number

    assert command(0) == 0 and capsys.readouterr().err == ''
    assert command(1) == MISSING
    assert capsys.readouterr().err == (
        'fer_thing: the Python package no_such_package is missing; install it with: '
        'pip install no_such_package\n')


def test_a_mistake_of_ours_is_not_blamed_on_a_package():
    @tells_missing_packages('fer_thing')
    def command():
        import fer_ros.no_such_module  # noqa: F401

    with pytest.raises(ModuleNotFoundError, match='no_such_module'):
        command()
