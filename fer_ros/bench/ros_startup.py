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

"""The real node, which says on the way when each step of its start was done, as JSON lines."""

from __future__ import annotations

from functools import wraps
import json
import sys
import time


def say(step: str) -> None:
    """Print that a step is done, with the time (monotonic) and the processor time so far."""
    print(json.dumps({
        'step': step, 'time': time.monotonic(), 'cpu': time.process_time()}), flush=True)


def announce(owner, name: str, step: str, when=lambda *arguments: True) -> None:
    """Have a function say `step` when it has returned for the first time `when` is true."""
    work = getattr(owner, name)

    @wraps(work)
    def announced(*arguments, **named):
        result = work(*arguments, **named)
        if getattr(owner, name) is announced and when(*arguments):
            setattr(owner, name, work)
            say(step)
        return result
    setattr(owner, name, announced)


def main() -> int:
    """Run the node, its functions wrapped in announcements."""
    say('interpreter')
    from fer_ros.ros import node
    import rclpy
    say('imports')
    announce(rclpy, 'init', 'middleware')
    announce(node.FerNode, '__init__', 'node')
    announce(node.parameters, 'pipeline_for', 'models')
    announce(node.FerNode, 'on_activate', 'active')
    announce(node.FrameCounts, 'arrived', 'image')
    announce(node.ResultPublisher, 'publish', 'frame')
    announce(
        node.FrameCounts, 'taken', 'face', lambda counts, result, *_: len(result.faces) > 0)
    return node.main(sys.argv)


if __name__ == '__main__':
    sys.exit(main())
