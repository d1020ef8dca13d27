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

"""What rclpy's lifecycle nodes lack: reasons of failures, refusals, autostart, work that lasts."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import wraps
import threading
import time
import traceback
from typing import Any

from fer_ros.core.text import shown
from rclpy.clock import Clock, ClockType
from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.lifecycle import LifecycleNode, TransitionCallbackReturn

RCLError = rclpy_implementation.RCLError
SUCCESS = TransitionCallbackReturn.SUCCESS

#: Seconds to which the time between two attempts of autostart grows.
MAX_RETRY = 60.0


class Interrupted(RuntimeError):
    """What a transition waits for is not waited for any longer."""


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
                if self.ending.is_set():
                    self.get_logger().info(f'{callback.__name__} is given up')
                else:
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
        self._errand: Future | None = None
        self._autostart_timer: Any = None
        self._autostart_delay = 0.0
        self._autostart_failed = False
        #: Set when the process ends: nothing that lasts is waited for any more.
        self.ending = threading.Event()
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

    def destroy_node(self) -> None:
        """Destroy everything that was made of the node, so that it leaves the graph at once."""
        super().destroy_node()
        # rclpy leaves this to the garbage collector, which may not touch what a thread still has.
        self._state_machine.destroy_when_not_in_use()

    def _meanwhile(self, once_a_second: Callable[[], None], work: Callable, *args, **kwargs):
        """
        Return what some work gives that may take minutes, as an engine that is built does.

        :param once_a_second: called as long as it lasts, as the executor runs nothing then.
        :raises Interrupted: the process is to end.
        """
        self._errand = errand = self._errands.submit(work, *args, **kwargs)
        told = time.monotonic()
        while not wait((errand,), timeout=0.1).done:
            if self.ending.is_set():
                raise Interrupted('the process is to end')
            if time.monotonic() - told >= 1.0:
                told = time.monotonic()
                once_a_second()
        return errand.result()

    @property
    def unfinished(self) -> str:
        """Return what a thread of this node is still doing that nothing can interrupt, or ''."""
        return 'loading models' if self._errand is not None and not self._errand.done() else ''

    def start_by_itself(self, retry: float = 0.0) -> None:
        """
        Configure and activate as soon as callbacks run.

        :param retry: seconds until what failed is tried again, twice as long each further time,
            up to `MAX_RETRY`, and no more once somebody asks for a transition; 0: never.
        """
        self._autostart_delay = retry
        self._autostart_in(0.0)

    def _autostart_in(self, seconds: float) -> None:
        self._autostart_timer = self.create_timer(
            seconds, self._autostart, clock=self.steady_clock)

    def _leave_autostart(self) -> None:
        """Start by itself no more."""
        if self._autostart_timer is not None:
            self.destroy_timer(self._autostart_timer)
            self._autostart_timer = None

    def _autostart(self) -> None:
        self._leave_autostart()
        if self.state_label == 'unconfigured':
            self.trigger_configure()
        if self.state_label == 'inactive' and not self.ending.is_set():
            self.trigger_activate()
        if self.state_label == 'active' or self.ending.is_set():
            return
        self._autostart_failed = True
        self.get_logger().error(
            f'autostart ended in state {self.state_label}; correct the cause, then run: ros2 '
            f'lifecycle set {self.get_fully_qualified_name()} '
            f"{'activate' if self.state_label == 'inactive' else 'configure'}"
            + (f'; without that, it is tried again in {self._autostart_delay:g} s'
               if self._autostart_delay else ''))
        if self._autostart_delay:
            self._autostart_in(self._autostart_delay)
            self._autostart_delay = max(
                self._autostart_delay, min(MAX_RETRY, 2.0 * self._autostart_delay))

    def _answer_impossible_transitions(self) -> None:
        """Refuse what the state machine refuses; rclpy would leave the caller waiting."""
        service = self._service_change_state
        change_state = service.callback

        def guarded(request, response):
            if self._autostart_failed:
                self._leave_autostart()
            try:
                return change_state(request, response)
            except RCLError as error:
                self.get_logger().warning(
                    f'transition refused in state {self.state_label}: {reason(error)}',
                    throttle_duration_sec=1.0)
                response.success = False
                return response
        service.callback = guarded
