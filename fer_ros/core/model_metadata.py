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


"""What a model says about itself, in the metadata of its ONNX file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fer_ros.core.alignment import CropGeometry
from fer_ros.core.metadata_values import Metadata, ModelError
from fer_ros.core.text import shown
from fer_ros.core.types import LABELS

if TYPE_CHECKING:  # importing this module must not load ONNX Runtime
    from fer_ros.core.onnx_model import OnnxModel

__all__ = ['ExpressionMetadata', 'ModelMetadata', 'ModelError', 'crops_of']


# Characters of a text that a model says about itself.
_LONGEST = 400


@dataclass(frozen=True)
class ModelMetadata:
    """
    Hold what every model says about itself.

    :param kind: `expression_classifier` or `face_detector`; '' when unsaid.
    :param name: for people.
    :param version: of the weights.
    :param license: SPDX identifier of the weights, or what their terms are.
    :param training_data: what they were trained on; '' when unsaid.
    :param sha256: of the file, hexadecimal.
    """

    kind: str
    name: str
    version: str
    license: str  # noqa: A003
    training_data: str
    sha256: str

    @classmethod
    def from_model(cls, model: OnnxModel) -> ModelMetadata:
        """
        Read the metadata of any model; a field that it lacks is ''.

        :param model: an `OnnxModel`.
        """
        return cls(*_common(model))


@dataclass(frozen=True)
class ExpressionMetadata(ModelMetadata):
    """
    Hold what an expression classifier says about itself.

    :param labels: the words of `LABELS` in the order of the network's outputs.
    :param input_size: side of the square crops in pixels.
    :param mean: subtracted from the gray pixels, 0 to 255.
    :param std: the difference is divided by it; input = (pixel - mean) / std.
    :param temperature: the logits plus `bias` are divided by it for calibrated probabilities.
    :param bias: added to the logits, one number for each of `labels` in their order; none if the
        model says nothing.
    :param crop: per detector family, how to cut a face out around the detector's box.
    :param data_sha256: of the training data; '' when unsaid.
    :param accuracy: on the validation split, majority protocol, 0 to 1; None when unsaid.
    :param macro_recall: mean of the classes' recalls, 0 to 1; None when unsaid.
    :param ece: expected calibration error, 0 to 1; None when unsaid.
    :param parameters: number of weights; None when unsaid.
    :param macs: multiplications for one face; None when unsaid.
    """

    labels: tuple[str, ...]
    input_size: int
    mean: float
    std: float
    temperature: float
    crop: Mapping[str, CropGeometry]
    data_sha256: str = ''
    accuracy: float | None = None
    macro_recall: float | None = None
    ece: float | None = None
    parameters: int | None = None
    macs: int | None = None
    bias: tuple[float, ...] = (0.0,) * len(LABELS)

    @classmethod
    def from_model(cls, model: OnnxModel) -> ExpressionMetadata:
        """
        Read and check the metadata of an expression classifier.

        :param model: an `OnnxModel`.
        :raises ModelError: a key is missing or bad, or the network has other inputs or outputs.
        """
        metadata = Metadata(model.path, model.metadata)
        metadata.choice('fer_ros.kind', ('expression_classifier',))
        metadata.choice('color', ('gray',))
        size = metadata.whole('input_size', 8, 1024)
        require_network(
            model, size, 1, ('logits',),
            "an expression classifier has input 'faces' and output 'logits'")

        def share(key: str) -> float | None:
            return metadata.number(key, 0.0, 1.0) if key in model.metadata else None

        def count(key: str) -> int | None:
            return metadata.whole(key, 0, 10**15) if key in model.metadata else None
        return cls(
            *_common(model), labels=_labels(metadata), input_size=size,
            mean=metadata.number('mean', -1e3, 1e3), std=metadata.number('std', 1e-6, 1e3),
            temperature=metadata.number('temperature', 1e-9, 1e9), crop=crops_of(metadata),
            data_sha256=metadata.text('data_sha256', ''), accuracy=share('accuracy'),
            macro_recall=share('macro_recall'), ece=share('ece'),
            parameters=count('parameters'), macs=count('macs'),
            bias=_bias(metadata, model.metadata))


def _common(model: OnnxModel) -> tuple[str, str, str, str, str, str]:
    """Return the fields of `ModelMetadata`, in their order."""
    said = model.metadata
    kind, name, version, terms, data = (
        shown(said.get(key, ''), _LONGEST)
        for key in ('fer_ros.kind', 'name', 'version', 'license', 'training_data'))
    return kind, name, version, terms, data, model.sha256


def require_network(
        model: OnnxModel, size: int, channels: int, outputs: Collection[str], told: str) -> None:
    """
    Refuse a network that does not take crops of faces and give what it should.

    :param size: side of the crops in pixels, as the metadata say; `channels` of each.
    :param outputs: names that it must have.
    :param told: what such a network has, for people.
    :raises ModelError: it has other inputs or outputs, or a fixed size of the batch.
    """
    shape = model.inputs.get('faces')
    if shape is None or not set(outputs) <= set(model.outputs):
        raise ModelError(
            f"model '{model.path}' has inputs {sorted(model.inputs)} and outputs "
            f'{list(model.outputs)}; {told}')
    fits = len(shape) == 4 and all(
        not isinstance(found, int) or found == wanted
        for found, wanted in zip(shape[1:], (channels, size, size)))
    if not fits or isinstance(shape[0], int):
        raise ModelError(
            f"input 'faces' of model '{model.path}' is {shape}; metadata 'input_size' asks for "
            f"['N', {channels}, {size}, {size}]")


def _labels(metadata: Metadata) -> tuple[str, ...]:
    labels = metadata.structure('labels')
    if not isinstance(labels, list) or sorted(map(str, labels)) != sorted(LABELS):
        raise metadata.error(
            'labels', f'is {shown(repr(labels))}, not the words: {", ".join(LABELS)}')
    return tuple(labels)


def _bias(metadata: Metadata, said: Mapping[str, str]) -> tuple[float, ...]:
    if 'bias' not in said:
        return (0.0,) * len(LABELS)
    bias = metadata.structure('bias')
    if not isinstance(bias, list) or len(bias) != len(LABELS):
        raise metadata.error(
            'bias', f'is {shown(repr(bias))}, not a list of {len(LABELS)} numbers')
    return tuple(metadata.check('bias', value, -1e3, 1e3) for value in bias)


def crops_of(metadata: Metadata) -> dict[str, CropGeometry]:
    """Return how a model wants faces cut out, per family of detectors; key `crop`."""
    crops = metadata.structure('crop')
    if not isinstance(crops, dict) or not crops:
        raise metadata.error('crop', f'is {shown(repr(crops))}, not a crop per detector family')
    result = {}
    for family, values in crops.items():
        if not isinstance(values, dict):
            raise metadata.error(
                'crop',
                f"has {shown(repr(values))} for '{shown(family)}', not scale, dx and dy")
        result[family] = CropGeometry(*(
            metadata.check(f'crop.{family}.{key}', values.get(key), low, high)
            for key, low, high in (('scale', 0.1, 10.0), ('dx', -2.0, 2.0), ('dy', -2.0, 2.0))))
    return result
