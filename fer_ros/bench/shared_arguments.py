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

"""Arguments that several benchmarks have."""

from __future__ import annotations

import argparse

from fer_ros.arguments import number, parameter, whole
from fer_ros.bench.timing import CLOCKS

#: Most frames or runs, and seconds, of one measurement; images per second.
MANY, LONGEST, RATES = 1_000_000, 86_400, (1, 1000)


def frame_arguments(parser: argparse.ArgumentParser) -> None:
    size_argument(parser)
    clock_arguments(parser)
    parser.add_argument(
        '--frames', type=whole(1, MANY), default=300,
        help='number of frames to measure (default: 300)')
    parser.add_argument(
        '--warmup', type=whole(0, MANY), default=50,
        help='number of frames to process before measuring (default: 50)')


def clock_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--threads', type=parameter('threads'), default=1,
        help='threads of ONNX Runtime (default: 1)')
    parser.add_argument(
        '--clock', choices=tuple(CLOCKS), default='wall',
        help='wall: the time that passes; cpu: only the processor time of this process, for '
        'machines that do other work (default: wall)')


def camera_arguments(parser: argparse.ArgumentParser) -> None:
    size_argument(parser)
    rate_argument(parser)
    parser.add_argument(
        '--transport', choices=('raw', 'compressed'), default='raw',
        help='how the camera publishes its images (default: raw)')
    parser.set_defaults(faces=1)


def rate_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--rate', type=number(*RATES), default=30.0, help='images per second (default: 30)')


def size_argument(parser: argparse.ArgumentParser) -> None:
    from fer_ros.demo.options import size
    parser.add_argument(
        '--size', type=size, default=(640, 480), metavar='WxH',
        help='size of the images (default: 640x480)')
