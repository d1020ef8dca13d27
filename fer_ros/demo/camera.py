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

"""The camera of fer_demo: plays what its options choose, in a process of its own."""

from __future__ import annotations

import argparse
import itertools
import sys

from fer_ros.demo.camera_node import Images, raw_message, run
from fer_ros.demo.options import add_source_arguments, duration, open_source
from fer_ros.demo.sources import SourceError
from sensor_msgs.msg import Image


def main(arguments: list[str] | None = None) -> int:
    """Play until the source or the time ends; print one line of JSON; return the status."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_source_arguments(parser)
    parser.add_argument('--topic', default='image')
    parser.add_argument(
        '--subscribers', type=int, default=1,
        help='start when there are this many subscriptions (default: 1)')
    parser.add_argument('--patience', type=float, default=30.0, help='seconds to wait for them')
    options = parser.parse_args(arguments)

    def images() -> Images:
        frames = itertools.takewhile(
            lambda frame: frame[1] < duration(options), open_source(options))
        return ((raw_message(pixels), seconds) for pixels, seconds in frames)
    try:
        return run('demo_camera', Image, options.topic, options.subscribers, options.patience,
                   images)
    except SourceError as error:
        print(f'camera: {error}', file=sys.stderr)
        return 2


if __name__ == '__main__':
    sys.exit(main())
