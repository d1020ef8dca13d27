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
Which faces all cameras together see, and which of several nodes says so.

REP-155 knows one list of faces, and consumers take each message for the whole truth: two nodes
that both publish their own would take each other's faces away thirty times a second, and even two
that publish the same union would disagree for a moment at each change. So one node publishes the
union for all: the one that has been there longest of those that are alive. Nodes tell one another
which faces are *their own*, and never what they have heard: nobody keeps an id alive by passing
it on. Who falls silent counts as gone after `ALIVE` seconds, and the next one goes on. Each also
says whom it hears, so that a recording of announcements, which hears nobody, is told from a node.

Other programs that publish lists of faces know nothing of this. Their ids are taken up into the
union, for `ALIVE` seconds from the last list that has them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
import re

#: Seconds after which a node that said nothing is gone, and an id that nobody named.
ALIVE = 3.0

#: Seconds between two announcements of a node whose faces stay the same.
HEARTBEAT = 0.25

#: Seconds for which a node listens before it may speak for all: others announce themselves
#: several times meanwhile.
LISTEN = 1.0

#: Seconds after which a node that was held up listens again: others may have taken its place.
HELD_UP = ALIVE / 2.0

#: Seconds without a processed image after which a node no longer says that its faces are there.
STALE = 3.0

#: Seconds for which somebody counts as a node who has not said yet that it hears this one: as long
#: as two processes may take to find each other.
GRACE = 5.0

#: Most nodes, ids of one of them, and ids of other programs that are remembered, and ids of nodes
#: that are gone.
MAX_NODES, MAX_IDS, MAX_GONE = 32, 256, 2048

#: As REP-155 has them; what becomes part of a topic's name has only these characters.
_ID = re.compile(r'[A-Za-z][A-Za-z0-9_]{0,63}')
_KEY = re.compile(r'[0-9]{20}_[0-9a-f]{16}')

#: In place of ids: the node takes its leave.
_FAREWELL = '.'


@dataclass
class _Node:
    ids: tuple[str, ...]
    heard: float
    since: float
    hears_us: bool = False


def key_of(since: int, number: int) -> str:
    """
    Return the name under which a node takes part: who came first sorts first.

    :param since: nanoseconds, the time at which it did.
    :param number: a random one, below 2 to the power of 64.
    """
    return f'{max(since, 0):020d}_{number:016x}'


def valid_ids(ids: Iterable[str]) -> tuple[str, ...]:
    """Return the ids that can be such, each once, in their order; the first `MAX_IDS`."""
    first = islice(ids, MAX_IDS)
    return tuple(dict.fromkeys(one for one in first if _ID.fullmatch(one)))


class FaceRoster:
    """
    Keep what one node knows of the faces of all.

    Times are in seconds of a clock that does not jump. Not for several threads at once.

    :param ours: tells whether an id was ever given by this node's process.
    :param now: from when on the node has listened.
    """

    def __init__(self, ours: Callable[[str], bool], now: float):
        self._ours = ours
        self._listening_since = now
        self._key, self._joined_at = '', now
        self._own: tuple[str, ...] = ()
        self._seen, self._periods = now, (0.0, 0.0)
        self._nodes: dict[str, _Node] = {}
        self._others: OrderedDict[str, float] = OrderedDict()
        self._gone: OrderedDict[str, None] = OrderedDict()

    @property
    def joined(self) -> bool:
        """Return whether the node takes part."""
        return bool(self._key)

    def join(self, key: str, now: float) -> None:
        """Take part from now on, under a key that nobody else has; see `key_of`."""
        self._key, self._joined_at = key, now
        for node in self._nodes.values():
            node.hears_us = False

    def listen(self, now: float) -> None:
        """Listen first before speaking for all: the node was held up, and has missed something."""
        self._listening_since = now

    def leave(self) -> list[str]:
        """Take part no longer, but go on listening; return what to announce."""
        farewell = [self._key, _FAREWELL]
        self._key, self._own = '', ()
        return farewell

    def see(self, ids: Sequence[str], now: float) -> None:
        """Take note of the node's own faces, those of an image it has processed."""
        self._periods = self._periods[1], now - self._seen
        self._own, self._seen = tuple(ids), now

    def stand_still(self, seconds: float) -> None:
        """Let so much time not count for the node's own faces: its images' clock stood still."""
        self._seen += seconds

    def announcement(self, now: float) -> list[str]:
        """Return what the others are to know: the key, those of whom it hears, its own ids."""
        self._forget(now)
        return [self._key, *self._nodes, *self._present(now)]

    def hear_node(self, announcement: Sequence[str], now: float) -> bool:
        """
        Take note of what a node announced; of what is no announcement, nothing is kept.

        :return: whether its faces are others now.
        """
        key = announcement[0] if announcement else ''
        if key == self._key or not _KEY.fullmatch(key):
            return False
        self._forget(now)
        rest = announcement[1:1 + MAX_NODES + MAX_IDS]
        ids = valid_ids(one for one in rest if not _KEY.fullmatch(one))
        before = self._nodes.get(key)
        if before is None and len(self._nodes) >= MAX_NODES:
            return False
        self._bury(one for one in (before.ids if before else ()) if one not in ids)
        if list(rest) == [_FAREWELL]:
            self._nodes.pop(key, None)
            return True
        for one in ids:
            self._gone.pop(one, None)
            self._others.pop(one, None)
        since, heard = (before.since, before.hears_us) if before else (now, False)
        self._nodes[key] = _Node(ids, now, since, heard or self._key in rest)
        return before is None or before.ids != ids

    def hear_list(self, ids: Iterable[str], now: float) -> None:
        """
        Take note of a list that somebody else published for all.

        Ids of nodes that announce theirs, now or before, count for nothing: a list may have them
        because others do.
        """
        known = {one for node in self._nodes.values() for one in node.ids}
        for one in valid_ids(ids):
            if one in self._gone:
                self._gone.move_to_end(one)
            elif one not in known and not self._ours(one):
                self._others[one] = now
                self._others.move_to_end(one)
        while len(self._others) > MAX_IDS:
            self._others.popitem(last=False)

    def leads(self, now: float) -> bool:
        """Return whether this node is the one that publishes the list of all."""
        self._forget(now)
        return (self.joined and now - self._listening_since >= LISTEN
                and all(self._key < key for key in self._peers(now)))

    def alone(self, now: float) -> bool:
        """Return whether nobody else has anything to do with faces."""
        self._forget(now)
        return not self._peers(now) and not self._others

    def elsewhere(self) -> set[str]:
        """Return ids that must not be given: others have, or had, them."""
        return {*self._gone, *self._others,
                *(one for node in self._nodes.values() for one in node.ids)}

    def all_ids(self, now: float) -> list[str]:
        """Return the ids of everybody, each once: first this node's own, in their order."""
        self._forget(now)
        own = self._present(now)
        nodes = (one for _, node in sorted(self._peers(now).items()) for one in node.ids)
        return list(dict.fromkeys((*own, *nodes, *sorted(self._others))))

    def foreign(self, ids: Iterable[str]) -> bool:
        """Return whether some of these ids are here only because a list had them."""
        return any(one in self._others for one in ids)

    def _peers(self, now: float) -> dict[str, _Node]:
        """Return the nodes that hear this one, or may still come to."""
        return {key: node for key, node in self._nodes.items()
                if node.hears_us or now - max(node.since, self._joined_at) < GRACE}

    def _present(self, now: float) -> tuple[str, ...]:
        # A camera may be slow; two periods tell that from one that has paused.
        return self._own if now - self._seen < max(STALE, 2.5 * min(self._periods)) else ()

    def _forget(self, now: float) -> None:
        """Forget who has been silent for too long."""
        for key in [key for key, node in self._nodes.items() if now - node.heard > ALIVE]:
            self._bury(self._nodes.pop(key).ids)
        while self._others and now - next(iter(self._others.values())) > ALIVE:
            self._others.popitem(last=False)

    def _bury(self, ids: Iterable[str]) -> None:
        for one in ids:
            self._gone[one] = None
            self._gone.move_to_end(one)
        while len(self._gone) > MAX_GONE:
            self._gone.popitem(last=False)
