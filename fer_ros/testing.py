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
Test a behaviour without a robot: the answers of a recording, played to the real node.

>>> from fer_ros.testing import play
>>> from std_msgs.msg import String
>>> def test_greets_who_smiles():
...     heard = play('smile.jsonl', ['ros2', 'run', 'greeter', 'greeter'], {'/greeting': String})
...     assert [one.message.data for one in heard['/greeting']] == ['Hello!']

docs/behaviours.md goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from fer_ros.core.types import LABELS, UNSURE
from fer_ros.replay.answer_player import AnswerPlayer, Heard
from fer_ros.replay.answers import answer_of, message_of, read_answers
from fer_ros.replay.node_under_test import NodeUnderTest, PlayError
from fer_ros.replay.records import FaceRecord, FrameRecord, NANOSECONDS
from vision_msgs.msg import Detection2DArray

__all__ = ['Heard', 'PlayError', 'answer', 'play']

#: When answers that are made up begin; a clock that stands at 0 has not been set.
_START = 1000.0

#: Of made-up faces, pixels: the width and height of the first, and by how much others are smaller.
_LARGEST, _SMALLER = 200.0, 0.8

#: Confidence of a made-up face of which nothing else is said.
_SURE = 0.9


def play(recording: str | Path | Iterable[Detection2DArray], command: Sequence[str],
         topics: Mapping[str, type], then: float = 3.0, patience: float = 60.0,
         ) -> dict[str, list[Heard]]:
    """
    Play answers to a node, as fast as it takes them, and return what it publishes.

    The node is a process of its own and hears them over the middleware, in a domain of its own
    that this machine alone sees. Its time is that of the answers (`use_sim_time`): timers run and
    waits end when they would have, however fast or slow the machine is. An answer comes when the
    node has done all that the one before gave it to do, so two runs hear the same.

    :param recording: the folder that `fer_replay --output-bag` wrote, the file that `--jsonl`
        did, or messages, such as `answer` makes.
    :param command: starts the node, as a list of words, such as `['ros2', 'run', 'greeter',
        'greeter']`. It must publish from its start, have parameter services, as nodes have by
        default, and do its work in callbacks of one executor.
    :param topics: what is to be heard of it: type by absolute name of the topic.
    :param then: seconds of its time that go by after the last answer.
    :param patience: seconds of the wall clock after which it is given up.
    :return: by topic what it published, in order, with the time since the first answer.
    :raises PlayError: the node cannot be played to; the message says why and what it printed.
    :raises InputError: the recording holds no answers, or a line of it is none.
    :raises BagError: the recording cannot be read.
    """
    if isinstance(recording, (str, Path)):
        answers = read_answers(Path(recording))
    else:
        answers = [answer_of(message) for message in recording]
    if not answers:
        raise PlayError('there are no answers to play; give at least one')
    with NodeUnderTest(patience) as node:
        player = AnswerPlayer(node, answers, topics)
        player.play(command, then)
        return player.heard


def answer(seconds: float, **faces: str | tuple[str, float]) -> Detection2DArray:
    """
    Make up what the node says of one image, for a test that needs no recording.

    :param seconds: since the first image.
    :param faces: label, or label and confidence, by id, who stands in front first:
        `answer(0.5, anna='happy', ben=('sad', 0.4), carl='unsure')`.
    :raises ValueError: a label is unknown, or a confidence not between 0 and 1.
    """
    records = []
    for number, (name, said) in enumerate(faces.items()):
        label, confidence = said if isinstance(said, tuple) else (said, _SURE)
        if label not in (*LABELS, UNSURE):
            raise ValueError(f"{name} looks '{label}'; use one of: {', '.join((*LABELS, UNSURE))}")
        if not 0.0 <= confidence <= 1.0:
            raise ValueError(f'{name} looks {label} with {confidence}; use 0 to 1')
        side = _LARGEST * _SMALLER ** number
        records.append(FaceRecord(
            id=name, box=(_LARGEST * number, 0.0, side, side), label=label,
            confidence=0.0 if label == UNSURE else confidence))
    stamp = round((_START + seconds) * NANOSECONDS)
    return message_of(FrameRecord(0, stamp, seconds, tuple(records)))
