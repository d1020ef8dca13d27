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

"""The demo and its camera without what they need: a device, ROS, a subscriber."""

import argparse
import os
import subprocess
import sys

from fer_ros.demo import options
from fer_ros.demo.cli import main
from fer_ros.demo.processes import isolate
from fer_ros.demo.sources import SourceError
import pytest


def parsed(*arguments):
    parser = argparse.ArgumentParser()
    options.add_source_arguments(parser)
    return parser.parse_args(arguments)


def test_the_embedded_clip_is_played_where_nothing_is_chosen():
    frame, seconds = next(options.open_source(parsed('--size', '320X240')))
    assert frame.shape == (240, 320, 3) and seconds == 0.0


def test_a_camera_is_opened_by_its_number():
    # No machine has that many cameras.
    with pytest.raises(SourceError, match='camera 97 cannot be opened'):
        next(options.open_source(parsed('--camera', '97')))


def test_without_ros_the_demo_says_what_to_do(tmp_path):
    ended = subprocess.run(
        [sys.executable, '-c', "import sys; sys.modules['rclpy'] = None\n"
         'from fer_ros.demo.cli import main; sys.exit(main(sys.argv[1:]))',
         '--output', str(tmp_path / 'out')], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert 'rclpy not found; source your ROS 2 workspace' in ended.stderr
    assert not (tmp_path / 'out').exists()


@pytest.mark.parametrize('arguments, words', [
    (['--video', 'no.mp4'], '--video: no.mp4 is missing; name a video file'),
    (['--video', '.'], '--video: . is missing; name a video file'),
    (['--output', __file__], "test_without.py' is a file; name a folder"),
    (['--output', f'{__file__}/new'], "test_without.py' is a file; name a folder"),
    (['--images', '.', '--rate', '5'], '--rate is for a video or a camera'),
])
def test_what_cannot_be_played_or_written_is_told_at_once(arguments, words, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert words in capsys.readouterr().err


def test_a_camera_that_nobody_listens_to_gives_up():
    pytest.importorskip('rclpy')
    environment = {k: v for k, v in os.environ.items() if k != 'ROS_DOMAIN_ID'}
    isolate(environment)
    ended = subprocess.run(
        [sys.executable, '-m', 'fer_ros.demo.camera', '--topic', '/unheard', '--patience', '1'],
        capture_output=True, text=True, timeout=60, env=environment)
    assert ended.returncode == 1 and ended.stdout == ''
    assert 'fewer than 1 subscriptions to /unheard within 1 s' in ended.stderr
