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

"""The process of the node `fer`: starts it, spins it, and ends it cleanly on a signal."""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback

from fer_ros.ros.lifecycle import FerNode
from fer_ros.stream.parameters import ParameterError
import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions


def spin(executor: SingleThreadedExecutor, stop: threading.Event, logger) -> None:
    """Run callbacks until `stop` is set; log one that raises and go on."""
    while not stop.is_set():
        try:
            executor.spin_once(timeout_sec=1.0)
        except ExternalShutdownException:
            return
        except Exception as error:  # noqa: B902 - one callback must not end the node
            # Humble raises this when a subscription is destroyed while its message waits.
            if type(error).__name__ != 'InvalidHandle':
                logger.error(f'callback failed: {traceback.format_exc()}')


def main(args=None) -> int:
    """
    Run the node until SIGINT or SIGTERM and return the exit status.

    Callbacks run in a thread of their own, so that the main thread can wait for a signal, let
    the node say goodbye while the middleware still works, and end. After that a SIGTERM ends
    the process at once.
    """
    # Python runs a handler in the main thread between any two steps, also while that thread
    # holds the lock of the very Event the handler would set. A pipe has no such lock.
    ended, end = os.pipe()
    os.set_blocking(end, False)
    signal.set_wakeup_fd(end, warn_on_full_buffer=False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    stop = threading.Event()
    rclpy.init(args=args, signal_handler_options=SignalHandlerOptions.NO)
    try:
        node = FerNode()
    except ParameterError as error:
        print(f'fer_node: {error}', file=sys.stderr)
        rclpy.try_shutdown()
        return 1
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    spinner = threading.Thread(target=spin, args=(executor, stop, node.get_logger()))
    spinner.start()
    os.read(ended, 1)
    # Ctrl-C often comes twice (from the terminal and from launch). Ignored it stays ignored while
    # the interpreter ends, which takes back all other handlers. SIGTERM now means at once.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    stop.set()
    executor.wake()
    spinner.join()
    if node.label != 'finalized':
        node.trigger_shutdown()
    executor.remove_node(node)
    node.destroy_node()
    executor.shutdown()
    rclpy.try_shutdown()
    return 0


if __name__ == '__main__':
    sys.exit(main())
