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

"""A set of publishers for each face that is tracked now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from fer_ros.ros import qos


class FacePublishers:
    """
    Keep the publishers of each face: they come and go with its id.

    :param node: that owns the publishers.
    :param topics: name of each to its topic, with `{id}` where the face's id goes, and its type.
    """

    def __init__(self, node: Any, topics: Mapping[str, tuple[str, type]]):
        self._node = node
        self._topics = topics
        self._faces: dict[str, dict[str, Any]] = {}
        self._heard: frozenset[str] = frozenset()

    def __len__(self) -> int:
        """Return for how many faces there are publishers."""
        return len(self._faces)

    def __getitem__(self, face_id: str) -> Mapping[str, Any]:
        """Return the publishers of a face by their names."""
        return self._faces[face_id]

    def look(self) -> dict[str, frozenset[str]]:
        """
        Return what somebody subscribes to, by names, of each face, and take note of it.

        For the thread that makes and ends the publishers.
        """
        heard = {face: frozenset(name for name, publisher in publishers.items()
                                 if publisher.get_subscription_count())
                 for face, publishers in self._faces.items()}
        self._heard = frozenset().union(*heard.values())
        return heard

    def wanted(self, names: Collection[str] | None = None) -> bool:
        """
        Return whether somebody subscribed to one of these, of any face, at the last look.

        Unlike the publishers, it may be asked for from any thread.

        :param names: None: all.
        """
        return bool(self._heard if names is None else self._heard.intersection(names))

    def make(self, ids: Collection[str]) -> None:
        """Make the publishers of those faces that have none."""
        for new in set(ids) - set(self._faces):
            self._faces[new] = self._create(new)

    def end_all_but(self, ids: Collection[str]) -> None:
        """Destroy the publishers of all other faces."""
        for gone in set(self._faces) - set(ids):
            self._destroy_all(self._faces.pop(gone))
        if not self._faces:
            self._heard = frozenset()

    def _create(self, face_id: str) -> dict[str, Any]:
        made: dict[str, Any] = {}
        try:
            # Publishers without events are in no wait set: this thread may end them at any time.
            for name, (topic, kind) in self._topics.items():
                made[name] = self._node.create_publisher(
                    kind, topic.format(id=face_id), qos.output_qos(),
                    event_callbacks=qos.quiet_publisher_events())
        except Exception:  # noqa: B902 - a policy may forbid one; the next frame tries again
            self._destroy_all(made)
            raise
        return made

    def _destroy_all(self, publishers: Mapping[str, Any]) -> None:
        for publisher in publishers.values():
            self._node.destroy_publisher(publisher)
