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

"""A node is switched on or off by its service ~/enable, and by transitions where needed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
import time

from fer_ros.core.text import shown
from fer_ros.monitor.model import Monitor
from lifecycle_msgs.msg import State, Transition
from lifecycle_msgs.srv import ChangeState, GetState
from std_srvs.srv import SetBool

#: Seconds that a node may take to answer a question, and to load its models.
PATIENCE, LOADING = 5.0, 120.0

#: What leads from a state to the active one: state to (transition, name).
_STEPS = {
    State.PRIMARY_STATE_UNCONFIGURED: (Transition.TRANSITION_CONFIGURE, 'configure'),
    State.PRIMARY_STATE_INACTIVE: (Transition.TRANSITION_ACTIVATE, 'activate'),
}


class Switch:
    """
    Ask nodes to process images, or to process none; one at a time.

    Off is `~/enable` alone: the lifecycle stays as it is, so that a lifecycle manager has nothing
    to object. On is `~/enable`, too, and before that whatever transitions make the node active.
    All calls are in the node's thread.

    :param ros: rclpy node.
    :param hear: takes what the model is to be told.
    """

    def __init__(self, ros, hear: Callable[[Callable[[Monitor], None]], None]):
        self._ros, self._hear = ros, hear
        self._clients: list = []
        self._until: float | None = None
        self._waiting: tuple | None = None
        self._node, self._steps = '', 0
        self._timer = ros.create_timer(0.5, self._look)

    def ask(self, node: str, on: bool) -> None:
        """Ask a node to process images, or to process none."""
        if self._until is not None:
            self._say(node, f'not asked: {self._node} has not answered yet')
            return
        self._node, self._steps = node, 0
        if on:
            self._read_state()
        else:
            self._enable(False)

    def _read_state(self) -> None:
        self._call(GetState, 'get_state', GetState.Request(), self._on_state, PATIENCE)

    def _on_state(self, answer) -> None:
        state = answer.current_state
        if state.id == State.PRIMARY_STATE_ACTIVE:
            self._enable(True)
            return
        step = _STEPS.get(state.id)
        self._steps += 1
        if step is None or self._steps > len(_STEPS):
            self._end(f'was asked to be active: it is {state.label}')
            return
        number, name = step
        request = ChangeState.Request()
        request.transition.id = number
        self._call(ChangeState, 'change_state', request, partial(self._on_change, name), LOADING)

    def _on_change(self, name: str, answer) -> None:
        if answer.success:
            self._read_state()
        else:
            self._end(f'refused to {name}; see its status model')

    def _enable(self, on: bool) -> None:
        self._call(SetBool, 'enable', SetBool.Request(data=on), self._on_enabled, PATIENCE)

    def _on_enabled(self, answer) -> None:
        text = shown(answer.message, 300)
        self._end(text if answer.success else f'refused: {text}')

    def _call(self, kind, service: str, request, then, patience: float) -> None:
        client = self._ros.create_client(kind, f'{self._node}/{service}')
        self._clients.append(client)
        self._until = time.monotonic() + patience
        self._waiting = (client, request, then)
        self._send()

    def _send(self) -> None:
        """Send the request as soon as the service is there."""
        if self._waiting is not None and self._waiting[0].service_is_ready():
            client, request, then = self._waiting
            self._waiting = None
            future = client.call_async(request)
            future.add_done_callback(lambda done: self._on_answer(client, then, done))

    def _on_answer(self, client, then, future) -> None:
        if self._until is not None and client is self._clients[-1]:
            then(future.result())

    def _look(self) -> None:
        """Send what waits for its service; give up where no answer comes."""
        if self._until is None:
            # Not while one of them is being answered.
            while self._clients:
                self._ros.destroy_client(self._clients.pop())
            return
        self._send()
        if time.monotonic() > self._until:
            self._end('does not answer: is it a node fer, and is it running?')

    def _end(self, text: str) -> None:
        self._until = self._waiting = None
        self._say(self._node, text)

    def _say(self, node: str, text: str) -> None:
        at = time.monotonic()
        self._hear(lambda monitor: monitor.switched(at, node, text))
