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

"""Answers played to a node under test in simulated time, each when it is ready for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
import time
from typing import Any, NamedTuple

from fer_ros.replay.answers import Answer, EXPRESSION, FACES, PARTS, TRACKED
from fer_ros.replay.node_under_test import NodeUnderTest
from fer_ros.stream.stamps import NANOSECONDS
from rosgraph_msgs.msg import Clock
from vision_msgs.msg import Detection2DArray

#: Time between two ticks of the clock, seconds, and most of them between two answers.
TICK, MOST_TICKS = 0.05, 200

#: Seconds for which a node that follows /humans may take to subscribe to a new face.
NEW_FACE = 1.0

#: Seconds without a message after which nothing more is expected at the end.
QUIET = 0.2


class Heard(NamedTuple):
    """
    A message of the node under test.

    :param time: when it was published, seconds of simulated time since the first answer.
    :param message: the message.
    """

    time: float
    message: Any


class AnswerPlayer:
    """
    Play answers to a node and keep what it publishes.

    :param node: not started yet.
    :param answers: at least one.
    :param topics: of the node, that are heard: type by topic.
    """

    def __init__(self, node: NodeUnderTest, answers: Sequence[Answer],
                 topics: Mapping[str, type]):
        self._node, self._answers = node, answers
        self._now = self._start = answers[0].stamp
        self.heard: dict[str, list[Heard]] = {topic: [] for topic in topics}
        for topic, kind in topics.items():
            node.hear(topic, kind, partial(self._take, topic))
        self._clock = node.publisher('/clock', Clock)
        self._everybody = {EXPRESSION: node.publisher(EXPRESSION, Detection2DArray)}
        self._kinds: dict[str, type] = {}
        if any(TRACKED in answer.said for answer in answers):
            from hri_msgs.msg import Expression, IdsList, NormalizedRegionOfInterest2D
            self._everybody[TRACKED] = node.publisher(TRACKED, IdsList)
            self._kinds = dict(zip(PARTS, (NormalizedRegionOfInterest2D, Expression)))
        self._met: set[str] = set()

    def play(self, command: Sequence[str], then: float) -> None:
        """
        Start the node and play all answers, each when the node has done what came before.

        :param command: starts it.
        :param then: seconds of simulated time that go by after the last one.
        :raises PlayError: the node cannot be played to.
        """
        self._node.start(command)
        self._node.await_ready(list(self._everybody))
        self._tick(self._start)
        for answer in self._answers:
            self._go_to(answer.stamp)
            self._say(answer)
        self._go_to(self._answers[-1].stamp + round(then * NANOSECONDS))
        self._await_quiet()

    def _say(self, answer: Answer) -> None:
        for topic, publisher in self._everybody.items():
            if topic in answer.said:
                self._node.publish(publisher, answer.said[topic])
                self._node.settle()
        if TRACKED in answer.said and self._everybody[TRACKED].get_subscription_count():
            self._say_of_faces(answer)

    def _say_of_faces(self, answer: Answer) -> None:
        """Publish what is said of each face, when the node has had time to subscribe to it."""
        publishers = {
            topic: self._node.publisher(topic, self._kinds[topic.rpartition('/')[2]])
            for topic in answer.said if topic.startswith(FACES) and topic != TRACKED}
        new, give_up = publishers.keys() - self._met, time.monotonic() + NEW_FACE
        while time.monotonic() < give_up and not all(
                publishers[topic].get_subscription_count() for topic in new):
            self._node.listen()
        self._met |= new
        for topic, publisher in publishers.items():
            self._node.publish(publisher, answer.said[topic])
            self._node.settle()

    def _go_to(self, stamp: int) -> None:
        """Let the time go by in steps that the node's timers notice; a step back is one."""
        start = self._now
        ticks = min(MOST_TICKS, max(0, stamp - start - 1) // round(TICK * NANOSECONDS))
        for number in range(1, ticks + 2):
            self._tick(start + (stamp - start) * number // (ticks + 1))

    def _tick(self, now: int) -> None:
        message = Clock()
        message.clock.sec, message.clock.nanosec = divmod(now, NANOSECONDS)
        self._now = now
        self._node.publish(self._clock, message)
        # The first lets the node see the time, the second its timers that are due by it.
        self._node.settle(2)

    def _await_quiet(self) -> None:
        """Take what is still on its way, such as what had to be sent again."""
        end = time.monotonic() + QUIET
        while time.monotonic() < end:
            before = sum(map(len, self.heard.values()))
            self._node.listen()
            if sum(map(len, self.heard.values())) > before:
                end = time.monotonic() + QUIET

    def _take(self, topic: str, message: Any) -> None:
        self.heard[topic].append(Heard((self._now - self._start) / NANOSECONDS, message))
