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

"""What rclpy's lifecycle nodes lack: reasons of failures, refusals, autostart, a clean end."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import wraps
import os
import signal
import sys
import threading
import traceback

from fer_ros.core.text import shown
import rclpy
from rclpy.clock import Clock, ClockType
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.lifecycle import LifecycleNode, TransitionCallbackReturn
from rclpy.signals import SignalHandlerOptions

RCLError = rclpy_implementation.RCLError
SUCCESS = TransitionCallbackReturn.SUCCESS


def reason(error: Exception) -> str:
    """Return what an exception says, escaped and cut: it may quote what came from outside."""
    return shown(str(error), 1000) or type(error).__name__


def transition(reached: str, on_exception: TransitionCallbackReturn):
    """
    Wrap a transition callback: log why it fails, which rclpy does not, and keep the state.

    :param reached: label of the state a success leads to.
    :param on_exception: what an exception becomes.
    """
    def decorate(callback):
        @wraps(callback)
        def wrapped(self, state):
            try:
                callback(self)
            except Exception as error:  # noqa: B902 - whatever it is, the cause must be logged
                self.failure = f'{callback.__name__} failed: {reason(error)}'
                self.get_logger().error(self.failure, throttle_duration_sec=1.0)
                self.get_logger().debug(traceback.format_exc())
                self.release(stop_only=callback.__name__ in ('on_activate', 'on_deactivate'))
                return on_exception
            getattr(LifecycleNode, callback.__name__)(self, state)
            self.failure, self.state_label = '', reached
            return SUCCESS
        return wrapped
    return decorate


class ManagedNode(LifecycleNode):
    """
    A lifecycle node whose transition callbacks may raise exceptions.

    Subclasses decorate `on_configure`, `on_activate`, `on_deactivate`, `on_cleanup` and
    `on_shutdown` with `transition`, and implement `release`. All callbacks run in the executor's
    thread.
    """

    def __init__(self, name: str, **kwargs):
        super().__init__(name, **kwargs)
        #: The state of the lifecycle: unconfigured, inactive, active or finalized.
        self.state_label = 'unconfigured'
        #: Why the last transition failed; '' after one that did not.
        self.failure = ''
        #: For timers that go on while the simulated clock stands still.
        self.steady_clock = Clock(clock_type=ClockType.STEADY_TIME)
        # One thread for good: each new one would have memory of its own that is never given back.
        self._errands = ThreadPoolExecutor(1)
        self._answer_impossible_transitions()

    def release(self, stop_only: bool = False) -> None:
        """
        Give back what the transitions acquired; also after a transition that failed half-way.

        :param stop_only: what `on_activate` acquired.
        """
        raise NotImplementedError

    def on_error(self, state) -> TransitionCallbackReturn:
        """Release everything; the node can be configured again."""
        self.release()
        self.state_label = 'unconfigured'
        return SUCCESS

    def _meanwhile(self, once_a_second: Callable[[], None], work: Callable, *args, **kwargs):
        """
        Return what some work gives that may take minutes, as an engine that is built does.

        :param once_a_second: called as long as it lasts, as the executor runs nothing then.
        """
        future = self._errands.submit(work, *args, **kwargs)
        while not wait((future,), timeout=1.0).done:
            once_a_second()
        return future.result()

    def start_by_itself(self) -> None:
        """Configure and activate as soon as callbacks run."""
        self._autostart_timer = self.create_timer(0.0, self._autostart, clock=self.steady_clock)

    def _autostart(self) -> None:
        self.destroy_timer(self._autostart_timer)
        if self.state_label == 'unconfigured':
            self.trigger_configure()
        if self.state_label == 'inactive':
            self.trigger_activate()
        if self.state_label != 'active':
            self.get_logger().error(
                f'autostart ended in state {self.state_label}; correct the cause, then run: ros2 '
                f'lifecycle set {self.get_fully_qualified_name()} configure')

    def _answer_impossible_transitions(self) -> None:
        """Refuse what the state machine refuses; rclpy would leave the caller waiting."""
        service = self._service_change_state
        change_state = service.callback

        def guarded(request, response):
            try:
                return change_state(request, response)
            except RCLError as error:
                self.get_logger().warning(
                    f'transition refused in state {self.state_label}: {reason(error)}',
                    throttle_duration_sec=1.0)
                response.success = False
                return response
        service.callback = guarded


def spin(executor: SingleThreadedExecutor, stop: threading.Event, logger) -> None:
    """Run callbacks until `stop` is set; log one that raises and go on."""
    while not stop.is_set():
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
    Run a node until SIGINT or SIGTERM and return the exit status.

    Callbacks run in a thread of their own, so that the main thread can wait for a signal, let
    the node say goodbye while the middleware still works, and end. After that a SIGTERM ends
    the process at once.

    :param make_node: makes the node.
    :param refused: raised by it where it cannot be made; its message is for people.
    :param program: name of the command, for that message.
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
        node = make_node()
    except refused as error:
        print(f'{program}: {error}', file=sys.stderr)
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
    if node.state_label != 'finalized':
        node.trigger_shutdown()
    executor.remove_node(node)
    node.destroy_node()
    executor.shutdown()
    rclpy.try_shutdown()
    return 0
