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

"""Command-line options that choose what is played as a camera, and their meaning."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from fer_ros.arguments import number, whole
from fer_ros.demo import sources

#: Pictures a second, and seconds of a source that does not end by itself.
RATE, DURATION = 30.0, 12.0

#: Pictures a second that can be asked for, and seconds.
RATES, DURATIONS = (0.1, 1000.0), (0.01, 1e6)


def add_source_arguments(parser: argparse.ArgumentParser):
    """Add the options that choose what is played; return the group of the sources themselves."""
    source = parser.add_mutually_exclusive_group()
    source.add_argument('--video', type=Path, metavar='FILE', help='play a video')
    source.add_argument(
        '--camera', type=whole(0), metavar='N', help='use camera N of this machine')
    parser.add_argument(
        '--rate', type=number(*RATES), metavar='HZ',
        help="pictures per second (default: 30, or the video's own rate)")
    parser.add_argument(
        '--size', type=size, metavar='WxH',
        help="size of the pictures (default: 640x480, a video's own)")
    parser.add_argument(
        '--duration', type=number(*DURATIONS), metavar='SECONDS',
        help='seconds after which to stop (default: 12; for a video: its end)')
    parser.add_argument(
        '--loop', action='store_true',
        help='begin again at the end of the video, or of the clip, until Ctrl-C or --duration')
    return source


def open_source(options: argparse.Namespace) -> sources.Frames:
    """Return the frames that the options choose."""
    rate = options.rate or RATE
    if options.video is not None:
        def play() -> sources.Frames:
            return sources.video(options.video, options.rate, options.size)
        return looped(play, 1 / video_rate(options)) if options.loop else play()
    if options.camera is not None:
        return sources.camera(options.camera, rate, options.size)
    return sources.embedded(rate, options.size)


def looped(play: Callable[[], sources.Frames], pause: float) -> sources.Frames:
    """
    Yield a source's frames over and over, the time going on.

    :param play: starts it.
    :param pause: seconds from its last frame to its first.
    """
    start = 0.0
    while True:
        seconds = 0.0
        for frame, seconds in play():
            yield frame, start + seconds
        start += seconds + pause


def duration(options: argparse.Namespace) -> float:
    """Return how long to play, in seconds."""
    endless = options.loop or options.video is not None
    return options.duration or (float('inf') if endless else DURATION)


def video_rate(options: argparse.Namespace) -> float:
    """Return the rate at which the pictures will come, in Hz."""
    if options.rate is None and options.video is not None:
        return sources.own_rate(options.video)
    return options.rate or RATE


def size(text: str) -> tuple[int, int]:
    """Read a size in pixels, such as 640x480."""
    try:
        width, height = (int(part) for part in text.lower().split('x'))
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a size; write it as 640x480") from None
    if not (64 <= width <= 7680 and 64 <= height <= 7680):
        raise argparse.ArgumentTypeError(f'{text} is out of range; use 64x64 to 7680x7680')
    return width, height
