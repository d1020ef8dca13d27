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

"""The answers of a recording as messages: what the node said of each image, to be said again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
import math
from pathlib import Path
from typing import Any, NamedTuple

from fer_ros.boundary import InputError
from fer_ros.core.affect import valence_arousal
from fer_ros.core.text import shown
from fer_ros.core.types import Box, Expression, Face, LABELS, UNSURE
from fer_ros.replay.records import FaceRecord, FrameRecord, NANOSECONDS, read_records
from fer_ros.stream import messages
from fer_ros.stream.stamps import nanoseconds
import numpy as np
from std_msgs.msg import Header
from vision_msgs.msg import Detection2DArray

EXPRESSION, TRACKED = '/fer/expression', '/humans/faces/tracked'

#: Of one face: what follows its id in the name of a topic. Of JSON lines there is no `roi`: they
#: do not say how large the picture was.
FACES, PARTS = '/humans/faces/', ('roi', 'expression')

#: `frame_id` of what was written to JSON lines, which do not have one.
FRAME_ID = 'camera'


class Answer(NamedTuple):
    """
    What was said of one image.

    :param stamp: of the image, nanoseconds.
    :param said: message by topic; where it was recorded, as CDR bytes.
    """

    stamp: int
    said: dict[str, Any]


def read_answers(path: Path) -> list[Answer]:
    """
    Return the answers of a recording in their order.

    :param path: the folder that `fer_replay --output-bag` wrote, or the file that `--jsonl` did.
    :raises InputError: there are none, or they cannot be read; the message says how to make some.
    """
    answers = list(_of_lines(path) if path.name.endswith('.jsonl') else _of_bag(path))
    if not answers:
        raise InputError(
            f'{shown(str(path), 200)} holds no answers ({EXPRESSION}); make some with fer_replay '
            'RECORDING --output-bag FOLDER, or --jsonl FILE.jsonl')
    return answers


def answer_of(message: Detection2DArray) -> Answer:
    """Return the answer that a message is, with what the node says under /humans beside it."""
    return Answer(nanoseconds(message.header.stamp), {
        EXPRESSION: message, **_tracked(message.header, [one.id for one in message.detections])})


def message_of(record: FrameRecord) -> Detection2DArray:
    """Return what `/fer/expression` carried of a frame."""
    return messages.detection_array(
        _header(record.stamp), tuple(_face(face) for face in record.faces))


def _face(record: FaceRecord) -> Face:
    """
    Return the face that was written, as far as it was: without landmarks.

    Where the line has no probabilities, they are made up: the label's is its confidence, the
    others share the rest. Valence and arousal that it lacks follow from them.
    """
    shares = [record.expression.get(label, 0.0) for label in LABELS]
    if not record.expression:
        rest = (1.0 - record.confidence) / (len(LABELS) - (record.label != UNSURE))
        shares = [record.confidence if label == record.label else rest for label in LABELS]
    valence, arousal = map(float, valence_arousal(np.array(shares)))
    return Face(
        id=record.id, box=Box(*record.box), score=record.score,
        landmarks=np.zeros((4, 2), np.float32), expression=Expression(np.array(shares)),
        label=record.label, confidence=record.confidence,
        valence=valence if math.isnan(record.valence) else record.valence,
        arousal=arousal if math.isnan(record.arousal) else record.arousal,
        observed=record.observed)


def _header(stamp: int) -> Header:
    header = Header(frame_id=FRAME_ID)
    header.stamp.sec, header.stamp.nanosec = divmod(stamp, NANOSECONDS)
    return header


def _of_lines(path: Path) -> Iterator[Answer]:
    for record in read_records(path):
        header, faces = _header(record.stamp), [_face(face) for face in record.faces]
        said = {EXPRESSION: messages.detection_array(header, tuple(faces)),
                **_tracked(header, [face.id for face in faces])}
        if TRACKED in said:
            said.update({f'{FACES}{face.id}/expression': messages.hri_expression(header, face)
                         for face in faces})
        yield Answer(record.stamp, said)


def _tracked(header: Header, ids: Iterable[str]) -> dict[str, Any]:
    try:
        from hri_msgs.msg import IdsList
    except ImportError:
        return {}
    return {TRACKED: IdsList(header=header, ids=list(ids))}


def _of_bag(path: Path) -> Iterator[Answer]:
    from fer_ros.replay.reading import Bag
    from rclpy.serialization import deserialize_message
    with Bag(path) as bag:
        wanted = [name for name in bag.topics if name in (EXPRESSION, TRACKED)
                  or name.startswith(FACES) and name.rpartition('/')[2] in PARTS]
        # What was said of one image has its time.
        for log_time, group in groupby(bag.messages(wanted), lambda one: one.log_time):
            said = {one.topic: bytes(one.data) for one in group}
            if EXPRESSION in said:
                try:
                    message = deserialize_message(said[EXPRESSION], Detection2DArray)
                except Exception as error:  # noqa: B902 - the bytes are whatever was written
                    raise InputError(
                        f'{EXPRESSION} at {log_time} ns is broken: {error}; replay the recording '
                        'again with --output-bag') from error
                yield Answer(nanoseconds(message.header.stamp) or log_time, said)
