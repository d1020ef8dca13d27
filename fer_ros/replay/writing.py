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

"""Write a recording: the messages of another one, with the faces found in it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
import re
from types import SimpleNamespace
from typing import Mapping

from fer_ros.replay.definitions import typestore
from fer_ros.replay.output import Output
from fer_ros.replay.replayer import Replayed
from fer_ros.replay.storage import RawMessage, Topic
from fer_ros.staged_output import Staged
from fer_ros.stream import messages
from fer_ros.stream.annotations import image_annotations
from rosbags.interfaces import Connection
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import get_types_from_msg, get_typestore, Stores
from rosbags.typesys.store import Typestore

EXPRESSION_TOPIC = '/fer/expression'
TRACKED_TOPIC = '/humans/faces/tracked'
ANNOTATIONS_TOPIC = '/fer/annotations'

#: Topics of the node that are written, by the names of the reference.
WRITTEN = ('~/expression', '~/annotations', TRACKED_TOPIC, '/humans/faces/<id>/roi',
           '/humans/faces/<id>/expression')

#: Those that are not, with the reason; docs/replay.md has the same.
LEFT_OUT = {
    '~/image_annotated': '`--video` writes it, in less space',
    '~/image_annotated/compressed': 'likewise',
    '~/markers': 'their distance needs the `camera_info` of a running camera; the recorded images '
                 'and boxes are there',
    '/diagnostics': 'it tells of a host and a camera that are at work; `--report` and the summary '
                    'tell what became of the images',
    '/humans/faces/tracked_by_node': 'what running nodes tell one another',
    'bond': 'heartbeats of a running node',
    '/tf': 'the frames of heads would mix with those that were recorded; JSON lines have the '
           'poses',
    '~/faces/<id>/attention': 'JSON lines have it, with `-p cues:=on`',
    '~/faces/<id>/speech': 'likewise',
    '/humans/faces/<id>/landmarks': 'JSON lines have them, with `-p landmarks:=on`',
    '/humans/faces/<id>/facs': 'JSON lines have them, with `-p cues:=on`',
    '/humans/faces/<id>/cropped': 'a picture of a face, which the recorded image has already',
    '/humans/faces/<id>/aligned': 'likewise',
}

#: Topics that are written anew, so that those recorded with the images are left out.
_REPLACED = re.compile(
    r'^(/fer/expression|/fer/annotations|/humans/faces/tracked(_by_node)?'
    r'|/humans/faces/[^/]+/[^/]+)$')

_TYPES = {
    'Detection2DArray': 'vision_msgs/msg/Detection2DArray',
    'IdsList': 'hri_msgs/msg/IdsList',
    'Expression': 'hri_msgs/msg/Expression',
    'ImageAnnotations': 'foxglove_msgs/msg/ImageAnnotations',
    'NormalizedRegionOfInterest2D': 'hri_msgs/msg/NormalizedRegionOfInterest2D',
}


class FacesBag(Output):
    """
    A new MCAP recording.

    :param path: its directory; must not exist.
    :param source: topics of the recording that is copied, by name.
    :raises OutputError: the directory exists or cannot be made.
    """

    def __init__(self, path: Path, source: Mapping[str, Topic]):
        staged = Staged(path, folder=True)
        super().__init__(staged)
        self._source = source
        self._store = typestore()
        names = {name.rsplit('/', 1)[1]: kind for name, kind in self._store.types.items()
                 if name.split('/')[0] in (
                     'vision_msgs', 'hri_msgs', 'std_msgs', 'geometry_msgs', 'foxglove_msgs')}
        self._types = SimpleNamespace(**names)
        self._connections: dict[str, Connection] = {}
        self._copied: dict[str, Connection | None] = {}
        # Version 8 is what Humble and later read.
        self._writer = Writer(staged.path, version=8, storage_plugin=StoragePlugin.MCAP)
        try:
            with staged.told():
                self._writer.open()
                self._connect(EXPRESSION_TOPIC, _TYPES['Detection2DArray'])
                self._connect(TRACKED_TOPIC, _TYPES['IdsList'])
        except BaseException:
            self.discard()
            raise

    def _finish(self) -> None:
        """Write the index and the metadata."""
        self._writer.close()

    def _abandon(self) -> None:
        """Close the files without making a recording of them."""
        with suppress(Exception):
            # Older versions cannot but finish.
            getattr(self._writer, 'abort', self._writer.close)()

    def copy(self, message: RawMessage) -> None:
        """
        Write a message as it was recorded.

        :raises OutputError: it cannot be written.
        """
        if message.topic not in self._copied:
            self._copied[message.topic] = self._connect_copy(message.topic)
        connection = self._copied[message.topic]
        if connection is not None:
            with self._told():
                self._writer.write(connection, message.log_time, message.data)

    def _add(self, replayed: Replayed) -> None:
        """Write what the node publishes about a frame, pictures excepted."""
        types, log_time, result = self._types, replayed.log_time, replayed.result
        header, (frame, faces) = result.header, result.decoded()
        self._write(EXPRESSION_TOPIC, 'Detection2DArray', log_time,
                    messages.detection_array(header, result.faces, types))
        self._write(ANNOTATIONS_TOPIC, 'ImageAnnotations', log_time,
                    image_annotations(header, result.faces, types=types))
        self._write(TRACKED_TOPIC, 'IdsList', log_time,
                    types.IdsList(header=header, ids=[face.id for face in faces]))
        for face in faces:
            prefix = f'/humans/faces/{face.id}'
            self._write(f'{prefix}/roi', 'NormalizedRegionOfInterest2D', log_time,
                        messages.hri_roi(header, face, frame.width, frame.height, types))
            self._write(f'{prefix}/expression', 'Expression', log_time,
                        messages.hri_expression(header, face, types))

    def _write(self, topic: str, kind: str, log_time: int, message) -> None:
        name = _TYPES[kind]
        connection = self._connections.get(topic) or self._connect(topic, name)
        self._writer.write(connection, log_time, self._store.serialize_cdr(message, name))

    def _connect(self, topic: str, kind: str) -> Connection:
        self._connections[topic] = self._writer.add_connection(
            topic, kind, typestore=self._store)
        return self._connections[topic]

    def _connect_copy(self, name: str) -> Connection | None:
        if _REPLACED.match(name):
            self.notes.append(f'{name} of the recording is replaced')
            return None
        topic = self._source[name]
        store = self._store
        if topic.type not in store.types:
            own = _store_of(topic)
            if own is None:
                self.notes.append(f'{name} is not copied: no usable definition of {topic.type}')
                return None
            store = own
        return self._writer.add_connection(
            name, topic.type, typestore=store, offered_qos_profiles=topic.qos)


def _store_of(topic: Topic) -> Typestore | None:
    """Return a store that knows the type from the definition in the recording, if it is good."""
    if not topic.definition.strip():
        return None
    store = get_typestore(Stores.EMPTY)
    try:
        store.register(get_types_from_msg(topic.definition, topic.type))
        store.hash_rihs01(topic.type)
    # The definition is whatever the recorder wrote.
    except Exception:  # noqa: B902
        return None
    return store
