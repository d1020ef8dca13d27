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

"""From the start of the node's process to its first expression, split into steps."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
import json
import os
import time

from fer_ros.bench.ros import camera_process, node_process, SETTLE, topic
from fer_ros.bench.usage import Usage
from fer_ros.demo.processes import Child, ChildError, isolate
import numpy as np

#: Steps in order, each from the end of the one before.
STEPS = {
    'interpreter': 'Python itself',
    'imports': 'modules',
    'middleware': 'rclpy.init',
    'node': 'node, parameters, services',
    'models': 'both networks loaded',
    'active': 'publishers, subscription, worker',
    'image': 'the first image arrives',
    'frame': 'the first frame processed',
    'face': 'a face confirmed',
    'expression': 'its result arrives at a listener',
}


def measure_startup(options: argparse.Namespace) -> dict:
    """
    Start the node again and again, a camera being there before.

    :param options: of `fer_benchmark startup`.
    :return: for JSON; `first_expression_s` and the `steps` in seconds: median, least, most.
    :raises ChildError: a process did not come up.
    """
    from fer_ros.bench.listener import Listener, PATIENCE
    isolate(os.environ)
    camera = camera_process(options, (options.repeats + 1) * PATIENCE, subscribers=0)
    runs = []
    try:
        for _ in range(options.repeats):
            with Listener() as listener:
                runs.append(_once(options, camera, listener))
    finally:
        camera.stop()
    # Processor time, too: on a machine that does other work, only that is the node's own.
    steps = {
        name: {**_spread([run[name][0] for run in runs]),
               'cpu': round(float(np.median([run[name][1] for run in runs])), 3)}
        for name in STEPS}
    return {
        'size': list(options.size), 'rate': options.rate, 'transport': options.transport,
        'repeats': options.repeats,
        'first_expression_s': {
            **_spread([sum(step[0] for step in run.values()) for run in runs]),
            'cpu': round(float(np.median(
                [sum(step[1] for step in run.values()) for run in runs])), 3)},
        'steps': steps}


def _once(
        options: argparse.Namespace, camera: Child, listener) -> dict[str, tuple[float, float]]:
    """Return the seconds of each step of one start, and those of the processor."""
    # As on a robot, everybody else is there already; the node of the start before is gone.
    listener.until(lambda: not listener.knows(), 'end of other nodes', camera)
    listener.until(lambda: listener.knows(topic(options)), 'camera', camera)
    settled = time.monotonic() + SETTLE
    listener.until(lambda: time.monotonic() > settled, 'camera', camera)
    started = time.monotonic()
    node = node_process(options, 'fer_ros.bench.ros_startup')
    try:
        listener.until(
            lambda: any(each.faces for each in listener.arrivals), 'expression', node)
        used = Usage.of(node.process).cpu
        arrived = next(each.time for each in listener.arrivals if each.faces)
    finally:
        node.stop()
    return split(started, node.lines, arrived, used)


def split(
        started: float, lines: Iterable[str], arrived: float,
        used: float) -> dict[str, tuple[float, float]]:
    """
    Return the seconds of each step, and those of the processor.

    :param started: when the process was.
    :param lines: that `ros_startup` printed, among others.
    :param arrived: when the first expression had.
    :param used: processor time by then.
    :raises ChildError: a step is missing.
    """
    moments = {'expression': (arrived, used)}
    for line in lines:
        if line.startswith('{"step"'):
            said = json.loads(line)
            moments[said['step']] = said['time'], said['cpu']
    missing = [name for name in STEPS if name not in moments]
    if missing:
        raise ChildError(
            f'the node did not say when it was done with: {", ".join(missing)}; its last lines: '
            f'{list(lines)[-5:]}')
    steps, before = {}, (started, 0.0)
    for name in STEPS:
        # What was sent may arrive before the sender has said so.
        now = min(moments[name][0], arrived), moments[name][1]
        # The two clocks of the processor's time are read in steps of their own.
        steps[name] = now[0] - before[0], max(0.0, now[1] - before[1])
        before = now
    return steps


def _spread(values: list[float]) -> dict[str, float]:
    return {
        'p50': round(float(np.median(values)), 3), 'min': round(min(values), 3),
        'max': round(max(values), 3)}
