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

"""The frames of a robot: where one is in another, by the latest transforms that were told."""

from __future__ import annotations

from collections.abc import Iterable
import math
from threading import Lock
from typing import Any, TypeAlias

from fer_ros.core.attention import Point
from fer_ros.stream.stamps import NANOSECONDS, nanoseconds

#: Most frames that are kept; more than any robot with a crowd before it has.
MOST_FRAMES = 10_000

#: Seconds by which the stamps of a frame and of an image may differ: what tf2 keeps by default. A
#: publisher that has ended, or that lives in another time, tells nothing of now.
LONGEST = 10.0

# Most steps from a frame to its root; what has more goes round in circles.
_DEEPEST = 1000

#: Parent, and turn and shift into it: a unit quaternion x, y, z, w, and metres; and the stamp in
#: seconds, None where it holds for good.
_Link: TypeAlias = tuple[str, tuple[float, float, float, float], Point, 'float | None']


class FrameTree:
    """
    Keep the latest transform of each frame to its parent.

    The node asks only where a frame is now, so no history is kept and nothing is interpolated;
    but what was last told of a frame more than ten seconds before or after now is not its place.
    May be used by several threads.
    """

    def __init__(self) -> None:
        self._links: dict[str, _Link] = {}
        self._lock = Lock()

    def add(self, transforms: Iterable[Any], lasting: bool = False) -> None:
        """
        Take geometry_msgs/TransformStamped, or what has the same fields.

        What is not finite, turns by no unit quaternion, or makes a frame its own parent is left
        out.

        :param lasting: they hold for good, as those of /tf_static; so do those without a stamp.
        """
        for one in transforms:
            stamp = None if lasting else nanoseconds(one.header.stamp) / NANOSECONDS or None
            child, parent = _name(one.child_frame_id), _name(one.header.frame_id)
            shift, turn = one.transform.translation, one.transform.rotation
            quaternion = (turn.x, turn.y, turn.z, turn.w)
            place = (float(shift.x), float(shift.y), float(shift.z))
            length = math.hypot(*quaternion)
            if not (child and parent and child != parent and all(map(math.isfinite, place))
                    and 0.9 < length < 1.1):
                continue
            x, y, z, w = (value / length for value in quaternion)
            with self._lock:
                if child not in self._links and len(self._links) >= MOST_FRAMES:
                    self._drop_old(stamp)
                if child in self._links or len(self._links) < MOST_FRAMES:
                    self._links[child] = parent, (x, y, z, w), place, stamp

    def clear(self) -> None:
        """Forget all frames."""
        with self._lock:
            self._links.clear()

    def position(self, frame: str, inside: str, now: float | None = None) -> Point | None:
        """
        Return where the origin of a frame is in another one, in metres.

        :param now: stamp of the image, seconds; None: however old the transforms are.
        :return: None where the two are not connected now.
        """
        frame, inside = _name(frame), _name(inside)
        with self._lock:
            there, here = self._way_up(frame, now), self._way_up(inside, now)
        common = next((name for name in there if name in here), None)
        if common is None:
            return None
        point: Point = (0.0, 0.0, 0.0)
        for _, turn, shift, _ in _until(common, there):
            point = _sum(_turned(point, turn), shift)
        for _, (x, y, z, w), shift, _ in reversed(_until(common, here)):
            point = _turned(_sum(point, shift, -1.0), (-x, -y, -z, w))
        return point if all(map(math.isfinite, point)) else None

    def _drop_old(self, now: float | None) -> None:
        """Forget frames that nobody renews: on a robot that meets people, those of their faces."""
        if now is not None:
            self._links = {child: link for child, link in self._links.items()
                           if _is_current(link, now)}

    def _way_up(self, frame: str, now: float | None) -> dict[str, _Link | None]:
        """
        Return the frames from this one to its root, each with the link to its parent.

        Of frames that go round in circles nothing is known, as in tf2.
        """
        way: dict[str, _Link | None] = {}
        while frame not in way and len(way) < _DEEPEST:
            link = self._links.get(frame)
            if link is not None and now is not None and not _is_current(link, now):
                link = None
            way[frame] = link
            if link is None:
                return way
            frame = link[0]
        return {}


def _until(end: str, way: dict[str, _Link | None]) -> list[_Link]:
    """Return the links of a way up to a frame on it."""
    return [link for _, link in zip(range(list(way).index(end)), way.values()) if link]


def _is_current(link: _Link, now: float) -> bool:
    stamp = link[3]
    return stamp is None or abs(now - stamp) <= LONGEST


def _name(frame: str) -> str:
    """Return the name of a frame without the slash that tf once had before it."""
    return frame.lstrip('/')


def _sum(a: Point, b: Point, factor: float = 1.0) -> Point:
    return a[0] + factor * b[0], a[1] + factor * b[1], a[2] + factor * b[2]


def _turned(point: Point, quaternion: tuple[float, float, float, float]) -> Point:
    """Return a point turned by a unit quaternion: v + 2 u x (u x v + w v)."""
    ux, uy, uz, w = quaternion
    x, y, z = point
    cx, cy, cz = uy * z - uz * y + w * x, uz * x - ux * z + w * y, ux * y - uy * x + w * z
    return (x + 2.0 * (uy * cz - uz * cy), y + 2.0 * (uz * cx - ux * cz),
            z + 2.0 * (ux * cy - uy * cx))
