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

"""What a model says about itself: its metadata and the card beside it."""

from contextlib import suppress
import json
from types import SimpleNamespace

from fer_ros.core.metadata_values import ModelError, read_front_matter
from fer_ros.core.model_metadata import ExpressionMetadata, ModelMetadata
from fer_ros.core.types import LABELS
from targets._files import file_with

LONGEST = 4096

WHOLE = {
    'fer_ros.kind': 'expression_classifier', 'color': 'gray', 'input_size': '48',
    'mean': '0', 'std': '255', 'temperature': '1', 'labels': json.dumps(LABELS),
    'crop': json.dumps({'blazeface': {'scale': 1.2, 'dx': 0.0, 'dy': 0.1}}),
    'bias': json.dumps([0.0] * len(LABELS)), 'accuracy': '0.8', 'macro_recall': '0.7',
    'ece': '0.01', 'parameters': '1000', 'macs': '5e6', 'name': 'a model', 'version': '1',
    'license': 'MIT', 'training_data': 'pictures', 'data_sha256': 'ab'}
TOKENS = [
    *(key.encode() for key in WHOLE), *(label.encode() for label in LABELS), b'NaN', b'Infinity',
    b'1e999', b'-0', b'null', b'true', b'scale', b'dx', b'dy', b'\n---\n', b'sha256: ', b'&a ',
    b'*a', b'!!', b'<<: ', b'2001-01-01', b'0x', b'1_0', b'"\\ud800"']


def one_input(data: bytes) -> None:
    if data.startswith(b'---'):
        with suppress(ModelError):
            assert isinstance(read_front_matter(file_with(data, 'card.md')), dict)
        return
    text = data.decode('utf-8', 'surrogateescape')
    pairs = [line.partition('\0') for line in text.split('\1')]
    said = {key: value for key, separator, value in pairs if separator}
    # What the file says of its network is ONNX Runtime's to say.
    model = SimpleNamespace(
        path='model.onnx', metadata=said, sha256='0' * 64, inputs={'faces': ['N', 1, 48, 48]},
        outputs=['logits'])
    ModelMetadata.from_model(model)
    try:
        metadata = ExpressionMetadata.from_model(model)
    except ModelError as error:
        assert str(error).isprintable() and len(str(error)) <= 1000
        return
    assert sorted(metadata.labels) == sorted(LABELS)


def seeds():
    def packed(said):
        return '\1'.join(f'{key}\0{value}' for key, value in said.items()).encode()
    yield packed(WHOLE)
    for key in WHOLE:
        yield packed({name: value for name, value in WHOLE.items() if name != key})
    for value in ('NaN', '[]', '{}', '[' * 50, '"x"', '1e999', '-1'):
        for key in ('labels', 'crop', 'bias', 'input_size', 'temperature'):
            yield packed({**WHOLE, key: value})
    yield b'---\nname: x\nsha256: ab\n---\n# card\n'
    yield b'---\na: &a [1, 2]\nb: *a\nc: 2001-01-01\n---\n'
