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

"""What the monitor shows: nodes, faces and what changed; knows no ROS and no terminal."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
import re
from typing import Any

from fer_ros.core.attention import Level
from fer_ros.monitor.history import Arrivals
from fer_ros.monitor.reports import Answer, FaceReport, rounded, Status
from fer_ros.monitor.states import Event, EXPRESSION, NodeState, Track

#: A node reports every second; one that is silent for so many seconds is taken for gone.
SILENCE = 3.5

#: Seconds without a face after which it has gone; that it then stays on show; and that a change
#: is marked as one.
MISSED, LINGER, MARKED = 0.5, 5.0, 5.0

#: The most nodes, faces and changes that are kept.
MOST_NODES, MOST_TRACKS, MOST_EVENTS = 32, 64, 200

#: Seconds after which a node that has gone is forgotten, unless it is the one on show.
FORGOTTEN = 600.0


class Monitor:
    """
    Keep the state of what the monitor has been told; every call says what time it is.

    :param wanted: full name of the node to show; '' for the first one found.
    :param topic: where that node says what it sees; '' for what its name says.
    """

    def __init__(self, wanted: str = '', topic: str = ''):
        self.chosen = wanted
        self._topic = topic
        self.nodes: dict[str, NodeState] = {}
        self.tracks: dict[str, Track] = {}
        self.arrivals = Arrivals()
        self.frame_id = ''
        # Ids of the faces of the last message.
        self._latest: frozenset[str] = frozenset()
        self.events: deque[Event] = deque(maxlen=MOST_EVENTS)
        self._untold: deque[Event] = deque(maxlen=MOST_EVENTS)

    @property
    def node(self) -> NodeState | None:
        """Return the node on show, if it was ever met."""
        return self.nodes.get(self.chosen)

    @property
    def topic(self) -> str:
        """Return where the node on show says what it sees; '' while there is none."""
        if self._topic:
            return self._topic
        return self.node.topic if self.node else self.chosen and self.chosen + EXPRESSION

    @property
    def here(self) -> list[str]:
        """Return the names of the nodes that are there, in order."""
        return sorted(name for name, node in self.nodes.items() if node.alive)

    def take_events(self) -> list[Event]:
        """Return the events since the last call."""
        untold = list(self._untold)
        self._untold.clear()
        return untold

    def graph(self, at: float, publishers: Mapping[str, Iterable[str]]) -> None:
        """
        Take who publishes faces.

        :param publishers: names of nodes by topic.
        """
        for topic, names in publishers.items():
            owner = self._owner(topic, sorted(names))
            node = self._meet(owner)
            if node is not None:
                node.topic, node.listed = topic, at
                if topic == self._topic and not self.chosen:
                    self.chosen = owner
        self.tick(at)

    def report(self, at: float, statuses: Iterable[Status]) -> None:
        """Take statuses from /diagnostics."""
        for status in statuses:
            node = self._meet(status.node)
            if node is None:
                continue
            node.reported = at
            self._look(at, node)
            before, state = node.statuses.get(status.name), node.state
            node.statuses[status.name] = status
            if before is None and status.level != 'OK' or before is not None and (
                    _essence(before) != _essence(status)):
                self._tell(at, 'status', status.node, status=status.name, level=status.level,
                           message=status.message)
            if node.state != state:
                self._tell(at, 'state', status.node, state=node.state)
        self.tick(at)

    def answer(self, at: float, answer: Answer) -> None:
        """Take a message of the node on show."""
        self.arrivals.add(at, answer.latency)
        self.frame_id = answer.frame_id
        for face in answer.faces:
            track = self.tracks.get(face.id)
            if track is None or track.gone:
                track = self._appear(at, face)
            changed = face.label != track.face.label
            if changed:
                track.before, track.changed = track.face.label, at
                self._tell(at, 'label', self.chosen, face=face.id, label=face.label,
                           before=track.before, confidence=rounded(face.confidence, 3))
            track.face, track.seen = face, at
            track.history.add(
                at, face.label, changed, valence=face.valence, confidence=face.confidence)
        self._latest = frozenset(face.id for face in answer.faces)

    def switched(self, at: float, node: str, text: str) -> None:
        """Take what a node answered that was asked to process images, or none."""
        self._tell(at, 'switch', node, message=text)

    def attend(self, at: float, face: str, level: str) -> None:
        """Take how the person of a face attends to the robot."""
        track = self.tracks.get(face)
        if track is None or level == track.attention:
            return
        self._tell(at, 'attention', self.chosen, face=face, level=level, before=track.attention)
        track.attention = level
        if level == Level.UNKNOWN.word:
            # Where the head points is told anew, if it is known.
            track.beside = None

    def point(self, face: str, right: float, down: float) -> None:
        """Take by how much a head points past the camera."""
        if face in self.tracks:
            self.tracks[face].beside = right, down

    def wait(self, at: float, text: str) -> Event:
        """Return the event that something is waited for; it is none of the node's."""
        return Event(at, 'waiting', self.chosen, {'message': text})

    def choose(self, at: float, name: str) -> None:
        """Show another node."""
        if name == self.chosen:
            return
        self.chosen, self._topic = name, ''
        self.tracks.clear()
        self.arrivals.clear()
        self.frame_id = ''

    def neighbour(self, step: int) -> str:
        """Return the name of the node so many after the one on show, of those that are there."""
        names = sorted({*self.here, *filter(None, [self.chosen])})
        if not names:
            return ''
        place = names.index(self.chosen) if self.chosen else -max(step, 0)
        return names[(place + step) % len(names)]

    def tick(self, at: float) -> None:
        """Take note that time has passed: who has gone, who has come, what is to be forgotten."""
        for node in list(self.nodes.values()):
            self._look(at, node)
        if not self.chosen and not self._topic and self.here:
            self.choose(at, self.here[0])
        silent = (self.arrivals.age(at) or 0.0) > SILENCE
        for name, track in list(self.tracks.items()):
            missed = name not in self._latest and at - track.seen > MISSED
            if not track.gone and (missed or silent):
                track.gone = True
                self._tell(at, 'face', self.chosen, face=name, is_='gone',
                           label=track.face.label)
            if track.gone and at - track.seen > LINGER:
                del self.tracks[name]

    def _owner(self, topic: str, names: list[str]) -> str:
        """Return the name of the node that a topic of faces belongs to."""
        if self._topic and topic == self._topic and self.chosen:
            return self.chosen
        by_name = topic.removesuffix(EXPRESSION) if topic.endswith(EXPRESSION) else ''
        reporting = [name for name in (by_name, *names)
                     if name in self.nodes and self.nodes[name].reported is not None]
        # What is played from a recording is published by the player.
        return reporting[0] if reporting else by_name or (names or [topic])[0]

    def _meet(self, name: str) -> NodeState | None:
        if name not in self.nodes:
            if len(self.nodes) >= MOST_NODES:
                gone = [node for node in self.nodes.values()
                        if not node.alive and node.name != self.chosen]
                if not gone:
                    return None
                del self.nodes[min(gone, key=lambda node: node.heard).name]
            self.nodes[name] = NodeState(name)
        return self.nodes[name]

    def _look(self, at: float, node: NodeState) -> None:
        """Tell whether a node came, went or returned; forget one that went long ago."""
        alive = at - node.heard <= SILENCE
        if alive and not node.alive:
            self._tell(at, 'node', node.name, is_='back' if node.met else 'there')
            node.met = True
        elif node.alive and not alive:
            self._tell(at, 'node', node.name, is_='gone')
        node.alive = alive
        if not alive and node.name != self.chosen and at - node.heard > FORGOTTEN:
            del self.nodes[node.name]

    def _appear(self, at: float, face: FaceReport) -> Track:
        while len(self.tracks) >= MOST_TRACKS:
            del self.tracks[min(self.tracks, key=lambda name: self.tracks[name].seen)]
        track = self.tracks[face.id] = Track(face, at)
        self._tell(at, 'face', self.chosen, face=face.id, is_='there', label=face.label,
                   confidence=rounded(face.confidence, 3))
        return track

    def _tell(self, at: float, kind: str, node: str, **values: Any) -> None:
        event = Event(at, kind, node, {name.rstrip('_'): value for name, value in values.items()})
        self.events.append(event)
        self._untold.append(event)


def _essence(status: Status) -> tuple[str, str]:
    """Return level and, where something is amiss, the words of it without the numbers."""
    return status.level, '' if status.level == 'OK' else re.sub(r'[\d.]+', '#', status.problem)
