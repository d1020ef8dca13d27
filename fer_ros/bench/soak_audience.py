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

"""The audience of the soak: takes all that the node says of each face, and asks for changes."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from fer_ros.bench.listener import Listener
from fer_ros.demo.processes import Child
from hri_msgs.msg import Expression, IdsList, NormalizedRegionOfInterest2D
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rcl_interfaces.srv import SetParametersAtomically
from rclpy.parameter import Parameter
from sensor_msgs.msg import Image

#: What is subscribed to of each face, and its type.
FACE_TOPICS = {
    'roi': NormalizedRegionOfInterest2D, 'expression': Expression, 'cropped': Image,
    'aligned': Image}

#: The counts of /diagnostics that are kept, each under the name of its value.
COUNTS = ('received', 'processed', 'dropped', 'lost', 'bad', 'failed', 'shed', 'resets')

TRANSITIONS = {
    'configure': Transition.TRANSITION_CONFIGURE, 'activate': Transition.TRANSITION_ACTIVATE,
    'deactivate': Transition.TRANSITION_DEACTIVATE, 'cleanup': Transition.TRANSITION_CLEANUP}


class Audience(Listener):
    """
    A listener that also follows every face under /humans, as a behaviour of a robot does.

    :param node: full name of the node under test.
    """

    def __init__(self, node: str = '/fer'):
        super().__init__()
        self.tracks = 0
        self.messages: Counter = Counter()
        self.counts: Counter = Counter()
        self._totals: Counter = Counter()
        self._faces: dict[str, list] = {}
        self._wanted: set[str] = set()
        create = self._node.create_subscription
        create(IdsList, '/humans/faces/tracked', self._note_ids, 10)
        create(DiagnosticArray, '/diagnostics', self._note_counts, 10)
        self._change_state = self._node.create_client(ChangeState, f'{node}/change_state')
        self._set_parameters = self._node.create_client(
            SetParametersAtomically, f'{node}/set_parameters_atomically')

    def __enter__(self) -> Audience:
        return self

    def listen(self) -> None:
        """Receive one message; subscribe to faces that came, unsubscribe from those that left."""
        super().listen()
        # Not in a callback: a subscription in the executor's hands may not be destroyed.
        for gone in self._faces.keys() - self._wanted:
            for subscription in self._faces.pop(gone):
                self._node.destroy_subscription(subscription)
        for new in self._wanted - self._faces.keys():
            self.tracks += 1
            self._faces[new] = [
                self._node.create_subscription(
                    kind, f'/humans/faces/{new}/{name}', partial(self._note_message, name), 1)
                for name, kind in FACE_TOPICS.items()]

    def transition(self, name: str, child: Child) -> bool:
        """
        Ask for a transition; return whether it succeeded.

        :param child: the process of the node.
        :raises ChildError: no answer, or the node ended.
        """
        request = ChangeState.Request()
        request.transition.id = TRANSITIONS[name]
        return self._call(self._change_state, request, child).success

    def set_parameters(self, values: dict[str, Any], child: Child) -> bool:
        """Set parameters; return whether all were taken. Arguments else as in `transition`."""
        request = SetParametersAtomically.Request(parameters=[
            Parameter(name, value=value).to_parameter_msg() for name, value in values.items()])
        return self._call(self._set_parameters, request, child).result.successful

    def _call(self, client, request, child: Child):
        self.until(client.service_is_ready, f'service {client.srv_name}', child)
        future = client.call_async(request)
        self.until(future.done, f'answer of {client.srv_name}', child)
        return future.result()

    def _note_ids(self, message: IdsList) -> None:
        self._wanted = set(message.ids)

    def _note_message(self, name: str, _) -> None:
        self.messages[name] += 1

    def _note_counts(self, message: DiagnosticArray) -> None:
        now = {
            value.key.removesuffix(' (total)'): int(value.value)
            for status in message.status for value in status.values
            if value.key.endswith(' (total)')}
        for name in COUNTS:
            # An activation starts the node's totals anew.
            before = self._totals[name] if now[name] >= self._totals[name] else 0
            self.counts[name] += now[name] - before
            self._totals[name] = now[name]
