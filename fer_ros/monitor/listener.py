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

"""What the monitor hears: subscriptions, the graph and answers, in a thread of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
import os
import time
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from fer_ros.boundary import InputError
from fer_ros.core.text import shown
from fer_ros.monitor import reports
from fer_ros.monitor.attention import AttentionListener
from fer_ros.monitor.background_node import BackgroundNode
from fer_ros.monitor.model import Monitor
from fer_ros.monitor.sentences import Surroundings, TYPE
from fer_ros.monitor.states import EXPRESSION
from fer_ros.monitor.switch import Switch
from fer_ros.ros.diagnostics import STATUSES
import rclpy
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.signals import SignalHandlerOptions
from vision_msgs.msg import Detection2DArray

#: Seconds between two looks at the graph.
LOOK = 1.0

#: The most things heard that wait to be told; older ones are dropped.
_MOST_WAITING = 2000

#: What is heard: a call on the model.
Heard = Callable[[Monitor], None]


class Listener:
    """
    Hear what the nodes say and hand it out as calls on a `Monitor`, in the caller's thread.

    :param arguments: of ROS, from `--ros-args` on.
    :param topic: one that carries faces though its name does not end as theirs do; '' for none.
    :param context: rclpy.Context that is initialised, to have a node in; None initialises the
        process's own, and shuts it down in the end.
    :raises InputError: the middleware cannot start; the message says why and where to look.
    """

    def __init__(self, arguments: list[str], topic: str = '',
                 context: rclpy.Context | None = None):
        self._owns_context = context is None
        try:
            if context is None:
                rclpy.init(args=arguments, signal_handler_options=SignalHandlerOptions.NO)
            self._background = BackgroundNode('fer_monitor', self._do_what_is_asked, context)
        except Exception as error:  # noqa: B902 - the middleware has exceptions of many kinds
            raise InputError(
                f'ROS cannot start: {shown(str(error), 400)}; see ROS_DOMAIN_ID and the arguments '
                'after --ros-args') from error
        self._node = self._background.node
        self._wanted = topic
        self._heard: deque[Heard] = deque(maxlen=_MOST_WAITING)
        self._asked: deque[Callable[[], None]] = deque()
        self._topic = ''
        self._faces: Any = None
        # Best effort is served by every publisher.
        self._node.create_subscription(
            DiagnosticArray, '/diagnostics', self._on_diagnostics,
            QoSProfile(depth=50, reliability=ReliabilityPolicy.BEST_EFFORT))
        self._node.create_timer(LOOK, self._look)
        #: Whether attention is listened to, too; may be assigned at any time.
        self.attention = False
        self._attention = AttentionListener(self._node, self._hear)
        self._switch = Switch(self._node, self._hear)
        self._background.start()

    def listen(self, topic: str) -> None:
        """Subscribe to the faces on a topic, and to those alone; '' for none."""
        if topic != self._topic:
            self._topic = topic
            self._ask(lambda: self._subscribe(topic))

    def enable(self, node: str, on: bool) -> None:
        """Ask a node to process images, or none; the model hears what came of it."""
        self._ask(lambda: self._switch.ask(node, on))

    def tell(self, monitor: Monitor) -> None:
        """Tell the model what was heard since the last call."""
        while self._heard:
            self._heard.popleft()(monitor)

    def close(self) -> None:
        """Leave the graph."""
        self._background.close()
        if self._owns_context:
            rclpy.try_shutdown()

    def _hear(self, heard: Heard) -> None:
        self._heard.append(heard)

    def _ask(self, what: Callable[[], None]) -> None:
        self._asked.append(what)
        self._background.wake()

    def _do_what_is_asked(self) -> None:
        while self._asked:
            self._asked.popleft()()

    def _subscribe(self, topic: str) -> None:
        if self._faces is not None:
            self._node.destroy_subscription(self._faces)
            self._faces = None
        if topic:
            self._faces = self._node.create_subscription(
                Detection2DArray, topic, lambda message: self._on_faces(topic, message),
                QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT))

    def _on_faces(self, topic: str, message: Detection2DArray) -> None:
        at = time.monotonic()
        answer = reports.answer(message, self._node.get_clock().now().nanoseconds * 1e-9)

        self._attention.follow(
            topic.removesuffix(EXPRESSION) if self.attention else '',
            (face.id for face in answer.faces))

        def told(monitor: Monitor) -> None:
            if monitor.topic == topic:
                monitor.answer(at, answer)
        self._hear(told)

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        at, statuses = time.monotonic(), reports.statuses(message, STATUSES)
        if statuses:
            self._hear(lambda monitor: monitor.report(at, statuses))

    def _look(self) -> None:
        at, found = time.monotonic(), {}
        for topic, types in self._node.get_topic_names_and_types():
            if TYPE in types and (topic.endswith(EXPRESSION) or topic == self._wanted):
                names = [_full_name(one) for one in self._node.get_publishers_info_by_topic(topic)]
                if names:
                    found[topic] = names
        self._hear(lambda monitor: monitor.graph(at, found))


def surroundings() -> Surroundings:
    """Return where the monitor listens."""
    reach = os.environ.get('ROS_AUTOMATIC_DISCOVERY_RANGE') or (
        'LOCALHOST' if os.environ.get('ROS_LOCALHOST_ONLY') == '1' else 'SUBNET')
    return Surroundings(
        shown(os.environ.get('ROS_DOMAIN_ID') or '0'), shown(reach),
        rclpy.get_rmw_implementation_identifier())


def _full_name(publisher) -> str:
    return shown(f"{publisher.node_namespace.rstrip('/')}/{publisher.node_name}")
