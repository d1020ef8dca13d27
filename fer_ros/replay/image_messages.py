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

"""The images of a recording as messages; the other messages pass by."""

from __future__ import annotations

from typing import Any, Callable, Iterator

from fer_ros.replay.reading import Bag
from fer_ros.replay.recorded_surroundings import RecordedSurroundings
from fer_ros.replay.storage import RawMessage, Topic
from rosbags.typesys import get_typestore, Stores

#: Images and headers have had the same fields in every distribution.
_STORE = get_typestore(Stores.ROS2_JAZZY)


def image_messages(bag: Bag, topic: Topic,
                   copy: Callable[[RawMessage], None] | None = None,
                   beside: RecordedSurroundings | None = None,
                   ) -> Iterator[tuple[Any, int]]:
    """
    Yield (message, log time in ns) of each image; (None, log time) for one that is broken.

    :param bag: open recording; broken messages are noted in its problems.
    :param topic: of the images.
    :param copy: called with every message of every topic, before it is yielded.
    :param beside: takes what it wants of the other messages, before the images after them.
    """
    index, others = -1, beside.topics if beside else set()
    for raw in bag.messages(None if copy else {topic.name, *others}):
        if copy is not None:
            copy(raw)
        if beside is not None and raw.topic in others:
            beside.take(raw)
        if raw.topic != topic.name:
            continue
        index += 1
        try:
            message = _STORE.deserialize_cdr(raw.data, topic.type)
        # Broken bytes break the reader in many ways.
        except Exception as error:  # noqa: B902
            bag.problems.add('broken messages', f'image {index}: {error}')
            message = None
        yield message, raw.log_time
