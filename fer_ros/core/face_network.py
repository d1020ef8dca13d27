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

"""What a kind of face detector has to say and do, so that any network of it can be used."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from fer_ros.core.alignment import CropGeometry
from fer_ros.core.nms import Candidate
from fer_ros.core.onnx_model import OnnxModel
from numpy.typing import NDArray

#: How the faces that the expression networks learnt from lie about boxes as people who label
#: faces draw them, from the brows to the chin; docs/crop_geometry.md has how it was measured.
DEFAULT_CROP = CropGeometry(scale=1.165, dx=0.0, dy=-0.19)


class FaceNetwork(ABC):
    """
    A kind of face detector: how its input has to look, and what its outputs mean.

    A subclass is listed in `FACE_NETWORKS` of fer_ros/core/detector.py, which asks each in turn
    whether it recognises a model. The model has one input, float32 (1, 3, height, width); of its
    metadata the subclass may ask for whatever it needs to know. An expression model says in its
    metadata, under `crop`, how faces are cut out about the boxes of each family it was fitted to
    (`scale`, `dx`, `dy` of `CropGeometry`); for one that does not know the family,
    `default_crop` serves.

    :param model: of this kind.
    :raises ModelError: it contradicts itself, or lacks something.
    """

    #: Name of the kind, in lower case: the key of its crop in an expression model's metadata,
    #: and what the diagnostics and the log call it.
    family: ClassVar[str]

    #: How faces are cut out about its boxes where the expression model does not say. Right for
    #: boxes that reach from the brows to the chin and are as wide as the face.
    default_crop: ClassVar[CropGeometry] = DEFAULT_CROP

    #: Whether overlapping candidates of one face are averaged, weighted by score; else the best
    #: one stands alone.
    blend: ClassVar[bool] = True

    #: Longest side of an input, in pixels, at which even a face that fills it is seen as a whole.
    whole: ClassVar[int]

    #: Order of the input's channels: `bgr` or `rgb`.
    color: str
    #: Subtracted from the pixels, 0 to 255; what is left is divided by `std`.
    mean: float
    std: float
    #: Whole number by which the height and width of an input must be divisible.
    multiple: int
    #: Height and width of the input where they cannot vary, else None.
    fixed: tuple[int, int] | None

    @abstractmethod
    def __init__(self, model: OnnxModel):
        """Read what is needed of the model."""

    @classmethod
    @abstractmethod
    def recognises(cls, model: OnnxModel) -> bool:
        """Tell whether a model is of this kind, by its metadata or its outputs; never raise."""

    @abstractmethod
    def shapes(self, outputs: list[NDArray[Any]], height: int,
               width: int) -> dict[str, tuple[int, ...]]:
        """
        Return the shape that each output must have, by name.

        :param outputs: of a run, in the order of the model, from which free numbers may be taken.
        :param height: of its input in pixels; likewise `width`.
        """

    @abstractmethod
    def decode(
            self, outputs: list[NDArray[Any]], width: int, threshold: float) -> list[Candidate]:
        """
        Return the candidates whose score is at least `threshold`, at most `nms.MOST` a head.

        Their twelve numbers are pixels of the input: left, top, right and bottom of the box, and
        x, y of each of `LANDMARKS`.

        :param outputs: finite, of the shapes that `shapes` asks for, in the order of the model.
        :param width: of the input in pixels.
        :param threshold: 0 to 1.
        """
