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

"""Tell whether an ONNX model keeps data in other files, by a walk over its protocol buffers."""

from __future__ import annotations

from typing import Iterator

# Numbers of the fields (onnx.proto3) that lead from a model to its tensors, by message.
_LEADS: dict[str, dict[int, str]] = {
    'model': {7: 'graph', 20: 'training', 25: 'function'},
    'training': {1: 'graph', 2: 'graph'},
    'graph': {1: 'node', 5: 'tensor', 15: 'sparse'},
    'function': {7: 'node', 11: 'attribute'},
    'node': {5: 'attribute'},
    'attribute': {
        5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse'},
    'sparse': {1: 'tensor', 2: 'tensor'},
    'tensor': {},
}

#: `TensorProto.external_data`, whose entries name the file under this key.
_EXTERNAL_DATA, _KEY = 13, b'location'

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def has_external_data(model: bytes) -> bool:
    """
    Tell whether some tensor of a model says that its values are in another file.

    :param model: content of an ONNX file; for other content the answer means nothing.
    """
    # Nearly no model has the word, and then nothing needs to be walked.
    if _KEY not in model:
        return False
    waiting = [('model', 0, len(model))]
    while waiting:
        message, start, end = waiting.pop()
        for number, inner, stop in _parts(model, start, end):
            if message == 'tensor' and number == _EXTERNAL_DATA:
                return True
            if number in _LEADS[message] and model.find(_KEY, inner, stop) >= 0:
                waiting.append((_LEADS[message][number], inner, stop))
    return False


def _parts(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield (number, start, end) of a message's fields that have a length, while it is whole."""
    while at < end:
        tag, at = _varint(data, at, end)
        kind = tag & 7
        if kind == _VARINT:
            _, at = _varint(data, at, end)
        elif kind == _FIXED64:
            at += 8
        elif kind == _FIXED32:
            at += 4
        elif kind == _BYTES:
            length, at = _varint(data, at, end)
            if at + length > end:
                return
            yield tag >> 3, at, at + length
            at += length


def _varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Return a number of seven bits per byte, and where it ends."""
    value = shift = 0
    while at < end and shift < 70:
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            break
    return value, at
