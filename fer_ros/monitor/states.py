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

"""What the monitor keeps of a node and of a face, and of what changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fer_ros.monitor.history import History
from fer_ros.monitor.reports import FaceReport, Status
from fer_ros.ros.doing import DISABLED

#: How the name of the topic ends on which a node says what it sees.
EXPRESSION = '/expression'


@dataclass(frozen=True)
class Event:
    """
    Something that changed.

    :param at: monotonic seconds.
    :param kind: `node`, `state`, `status`, `face`, `label`, `switch` or `waiting`.
    :param node: full name; '' where it is of none.
    :param values: of that kind, by name.
    """

    at: float
    kind: str
    node: str = ''
    values: Mapping[str, Any] = field(default_factory=dict)


class NodeState:
    """What is known of a node."""

    def __init__(self, name: str):
        self.name = name
        self.topic = name + EXPRESSION
        self.statuses: dict[str, Status] = {}
        self.reported: float | None = None
        self.listed: float | None = None
        self.alive = False
        self.met = False

    @property
    def heard(self) -> float:
        """Return when it last gave a sign of life, monotonic seconds."""
        # Who has reported once is expected to go on: the graph lists the dead for a while.
        sign = self.listed if self.reported is None else self.reported
        return float('-inf') if sign is None else sign

    def value(self, status: str, key: str) -> str:
        """Return a value of one of its statuses; '' where it gave none."""
        return self.statuses[status].values.get(key, '') if status in self.statuses else ''

    @property
    def state(self) -> str:
        """Return the state of its lifecycle, as it last said; '' before."""
        return self.value('model', 'state')

    @property
    def disabled(self) -> bool:
        """Return whether it is switched off, as it last said, by `~/enable` or from the start."""
        return self.value('inference', 'doing') == DISABLED

    @property
    def answering(self) -> bool:
        """Return whether it processes the images that come, as it last said."""
        return self.state == 'active' and not self.disabled


class Track:
    """A face over time."""

    def __init__(self, face: FaceReport, at: float):
        self.face = face
        self.history = History()
        self.seen = self.changed = at
        self.before = ''
        self.gone = False
        #: Level of attention, '' where nothing was heard of it; by how much the head points past
        #: the camera, to the right and down, where that is known.
        self.attention = ''
        self.beside: tuple[float, float] | None = None
