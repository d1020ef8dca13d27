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

"""
A node under test: a process in a domain of its own, spoken to and heard over the middleware.

Nothing here waits for a time to pass. The middleware says that a message arrived, and the node is
asked for a parameter: it answers between its callbacks, so what it had to do is done by then, and
what it published came before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
import os
import socket
import time
from typing import Any

from fer_ros.demo.processes import isolate, Process
from rcl_interfaces.srv import GetParameters
import rclpy
from rclpy.client import Client
from rclpy.duration import Duration
from rclpy.executors import SingleThreadedExecutor
from rclpy.publisher import Publisher

#: Messages of the node that may wait to be taken.
_DEPTH = 1000

#: The parameter that the node is asked for.
_SIM_TIME = 'use_sim_time'

_GLANCE = Duration(seconds=0.05)


class PlayError(RuntimeError):
    """The node under test cannot be played to; the message says why, and what it printed."""


class NodeUnderTest:
    """
    Start a node and hear it; as a context manager, end it.

    Publishers and subscriptions are to be made before `start`: processes that start at the same
    time may need seconds to find each other.

    :param patience: seconds of the wall clock that it may take for one step.
    """

    def __init__(self, patience: float):
        self._patience = patience
        self._process: Process | None = None
        self._publishers: dict[str, Publisher] = {}
        self._heard: list[str] = []
        self._clients: dict[str, Client] = {}
        self._environment = {**os.environ, 'PYTHONUNBUFFERED': '1'}
        self._lock = _own_domain(self._environment)
        self._context = rclpy.Context()
        with _as_environment(self._environment):
            rclpy.init(args=[], context=self._context)
            self._node = rclpy.create_node('fer_testing', context=self._context)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)

    def __enter__(self) -> NodeUnderTest:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.stop()
        self._executor.shutdown()
        self._node.destroy_node()
        rclpy.try_shutdown(context=self._context)
        self._lock.close()

    def hear(self, topic: str, kind: type, take: Callable[[Any], None]) -> None:
        """Have every message on a topic taken."""
        self._node.create_subscription(kind, topic, take, _DEPTH)
        self._heard.append(topic)

    def publisher(self, topic: str, kind: type) -> Publisher:
        """Return the publisher of a topic, which is made where there is none yet."""
        # Fast DDS asks at once whether a message arrived where it has no room for the next, and
        # else after half a second.
        if topic not in self._publishers:
            self._publishers[topic] = self._node.create_publisher(kind, topic, 1)
        return self._publishers[topic]

    def start(self, command: Sequence[str]) -> None:
        """
        Start the process, in simulated time.

        :param command: as a list of words; ROS arguments are appended.
        :raises PlayError: there is no such program.
        """
        if isinstance(command, str):
            raise PlayError(f"the command is '{command}'; write it as a list of words: "
                            f'{command.split()!r}')
        try:
            self._process = Process('the node under test', [
                *map(str, command), '--ros-args', '-p', f'{_SIM_TIME}:=true'], self._environment)
        except OSError as error:
            raise PlayError(
                f'{command!r} cannot be started: {error}; name a program that is there') from error
        self._process.watch()

    def await_ready(self, topics: Sequence[str]) -> None:
        """
        Wait until the node hears what is published and what it publishes is heard.

        :param topics: of which it must subscribe to one, at least.
        :raises PlayError: it ended, or does not.
        """
        self.until(lambda: any(self._publishers[one].get_subscription_count() for one in topics), (
            f"nobody subscribes to {' or '.join(topics)}: is that the topic's name, and is the "
            'QoS compatible with a reliable publisher'))
        for topic in self._heard:
            self.until(lambda: bool(self._others(topic, 'publishers')), (  # noqa: B023
                f'nobody publishes {topic}: make the publisher at the start of the node, and '
                'write the name as it is after remapping'))
        names = {one for topic in topics for one in self._others(topic, 'subscriptions')}
        names.update(one for topic in self._heard for one in self._others(topic, 'publishers'))
        # Made after the subscriptions: who answers knows of those already.
        for name in sorted(names):
            client = self._node.create_client(GetParameters, f'{name}/get_parameters')
            self.until(client.service_is_ready, (
                f'{name} has no service get_parameters, which is asked whether it is ready: start '
                'it with its parameter services'))
            self._clients[name] = client

    def publish(self, publisher: Publisher, message: Any) -> None:
        """
        Publish a message, or its bytes, and wait until whoever subscribes has received it.

        :raises PlayError: the node ended, or does not receive it.
        """
        publisher.publish(message)
        self.until(lambda: publisher.wait_for_all_acked(_GLANCE),
                   f'a message on {publisher.topic_name} was not received')

    def settle(self, rounds: int = 1) -> None:
        """
        Wait until the node has done what it had to do, so many times in turn.

        :raises PlayError: it ended, does not answer, or takes the time of the wall clock.
        """
        for _ in range(rounds):
            for name, client in self._clients.items():
                future = client.call_async(GetParameters.Request(names=[_SIM_TIME]))
                self.until(future.done, f'{name} is still busy with a callback')
                values = future.result().values
                if not values or not values[0].bool_value:
                    raise PlayError(
                        f'{name} takes the time of the wall clock; hand use_sim_time on to it, '
                        'as in: ros2 launch PACKAGE FILE use_sim_time:=true')

    def until(self, condition: Callable[[], bool], otherwise: str) -> None:
        """
        Take messages until a condition holds.

        :param otherwise: what is wrong where it never does, for people.
        :raises PlayError: the process ended, or the patience.
        """
        give_up = time.monotonic() + self._patience
        while not condition():
            if self._process is not None and self._process.status is not None:
                raise PlayError('the node under test ended with status '
                                f'{self._process.status}; {self._printed()}')
            if time.monotonic() > give_up:
                raise PlayError(f'{otherwise} ({self._patience:g} s passed); {self._printed()}')
            self.listen()

    def listen(self) -> None:
        """Take one message, or return after a moment without one."""
        self._executor.spin_once(timeout_sec=0.02)

    def _others(self, topic: str, what: str) -> set[str]:
        """Return the full names of other nodes that publish, or subscribe to, a topic."""
        ends = getattr(self._node, f'get_{what}_info_by_topic')(topic)
        return {f"{one.node_namespace.rstrip('/')}/{one.node_name}" for one in ends
                if one.node_name != self._node.get_name() and one.node_name[:1] != '_'}

    def _printed(self) -> str:
        return f"it printed:\n{'' if self._process is None else self._process.tail(40)}"


def _own_domain(environment: dict[str, str]) -> socket.socket:
    """
    Choose a domain that no other test of this machine has; return what holds it.

    :param environment: changed, see `isolate`.
    """
    for _ in range(1000):
        environment.pop('ROS_DOMAIN_ID', None)
        isolate(environment)
        # Two tests that start at the same time may have chosen the same one.
        lock = socket.socket(socket.AF_UNIX)
        try:
            lock.bind(f"\0fer_ros_testing_{environment['ROS_DOMAIN_ID']}")
        except OSError:
            lock.close()
            continue
        return lock
    raise PlayError('all domains are in use by other tests')


@contextmanager
def _as_environment(wanted: Mapping[str, str]) -> Iterator[None]:
    """Let this process have another environment for a while: rclpy reads it when it starts."""
    before = dict(os.environ)
    try:
        os.environ.update(wanted)
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
