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

"""What the node uses while no images arrive."""

from __future__ import annotations

import argparse
import os
import time

from fer_ros.bench.ros import camera_process, node_process
from fer_ros.bench.usage import Usage
from fer_ros.demo.processes import Child, ChildError, isolate

#: Seconds of images before the silence, and those it takes until it is one.
PLAY, CALM = 2.0, 1.0


def measure_idle(options: argparse.Namespace) -> dict:
    """
    Measure the node before the first image and after the last one.

    :param options: of `fer_benchmark idle`.
    :return: for JSON; `before` and `after`, each with `cpu_percent` of a core, `threads` and
        `rss_mb`. A pool of threads that spins shows in `after`.
    :raises ChildError: a process did not come up.
    """
    from fer_ros.bench.listener import Listener
    isolate(os.environ)
    with Listener() as listener:
        node = node_process(options)
        children = [node]
        try:
            listener.until(listener.knows, 'node', node)
            before = _silence(options.seconds, node, listener)
            camera = camera_process(options, PLAY)
            children.append(camera)
            listener.until(lambda: camera.status is not None, 'end of the camera', node)
            if not listener.arrivals:
                raise ChildError(f'the node answered no image:\n{node.tail()}')
            after = _silence(options.seconds, node, listener)
        finally:
            for child in reversed(children):
                child.stop()
    return {
        'seconds': options.seconds, 'node_threads': options.threads,
        'images': len(listener.arrivals), 'before': before, 'after': after}


def _silence(seconds: float, node: Child, listener) -> dict[str, float]:
    """Wait until it is calm, then for `seconds`; return what the node used in those."""
    marks = []
    for pause in (CALM, seconds):
        end = time.monotonic() + pause
        listener.until(lambda: time.monotonic() > end, 'end', node)  # noqa: B023
        marks.append(Usage.of(node.process))
    return {
        'cpu_percent': round(marks[1].percent_since(marks[0]), 2),
        'threads': marks[1].threads, 'rss_mb': round(marks[1].rss, 1)}
