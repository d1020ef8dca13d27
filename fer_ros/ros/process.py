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

"""A node as a process: its start, or a sentence why there is none; its callbacks; its end."""

from __future__ import annotations

import atexit
from collections.abc import Callable
from contextlib import suppress
import os
import sys
import threading
import traceback
from typing import NoReturn

from fer_ros.core.free_memory import return_free_memory
from fer_ros.ros import middleware
from fer_ros.ros.ending import Ending
from fer_ros.ros.managed_node import ManagedNode, reason
from fer_ros.ros.middleware import NOT_STARTED
import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor

# Seconds for a callback in progress when the process is to end.
_PATIENCE = 0.7

# Seconds after which memory that was freed goes back to the system.
_TIDY = 30.0


def spin(executor: SingleThreadedExecutor, ending: Ending, logger) -> None:
    """Run callbacks until the end has begun; log one that raises and go on."""
    while not ending.begun:
        try:
            executor.spin_once(timeout_sec=1.0)
        except ExternalShutdownException:
            return
        except Exception as error:  # noqa: B902 - one callback must not end the node
            # Humble raises InvalidHandle when a subscription is destroyed while its message
            # waits. Elsewhere that is a fault like any other, so it is never passed over.
            logger.error(f'callback failed: {type(error).__name__}: {reason(error)}',
                         throttle_duration_sec=5.0)
            logger.debug(traceback.format_exc())


def run(make_node: Callable[[], ManagedNode], refused: type[Exception], program: str,
        args=None) -> int:
    """
    Run a node until SIGINT or SIGTERM and end the process with status 0.

    Callbacks run in a thread of their own, so that the main thread can wait for a signal and let
    the node say goodbye while the middleware still works.

    :param make_node: makes the node.
    :param refused: raised by it where it cannot be made; its message is for people.
    :param program: name of the command, for that message.
    :return: the exit status `NOT_STARTED`, where there is no node.
    """
    ending = Ending()
    try:
        middleware.start(args)
        node = make_node()
    except Exception as error:  # noqa: B902 - whatever it is, it is told in a sentence
        known = isinstance(error, (refused, middleware.StartError))
        print(f'{program}: {error if known else middleware.refusal(error)}', file=sys.stderr)
        if sys.flags.dev_mode:
            traceback.print_exc()
        with suppress(Exception):
            rclpy.try_shutdown()
        return NOT_STARTED
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    node.create_timer(_TIDY, return_free_memory, clock=node.steady_clock)
    spinner = threading.Thread(
        target=spin, args=(executor, ending, node.get_logger()), name='fer_callbacks', daemon=True)
    spinner.start()
    ending.wait()
    ending.ignore_signals()
    node.ending.set()
    # `executor.wake()` alone would have the executor look for work and wait on.
    executor.create_task(lambda: None)
    spinner.join(_PATIENCE)
    unfinished = 'a callback' if spinner.is_alive() else _say_goodbye(node, executor)
    if unfinished:
        sys.stderr.write(f'{program}: ends in the middle of {unfinished}\n')
    _end(0)


def _end(status: int) -> NoReturn:
    """
    End the process without the interpreter's own end.

    That destroys modules and libraries, which takes its time on a busy machine, and does so
    beside threads of native code: where one of them comes back from a frame or a model at that
    moment, it finds nothing left, and the process aborts.
    """
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # closed, or nobody reads it any more
            stream.flush()
    os._exit(status)


def _say_goodbye(node: ManagedNode, executor: SingleThreadedExecutor) -> str:
    """Leave the graph, and return what a thread of the node is still doing."""
    if node.state_label != 'finalized':
        node.trigger_shutdown()
    executor.remove_node(node)
    unfinished = node.unfinished
    node.destroy_node()
    executor.shutdown()
    rclpy.try_shutdown()
    return unfinished
