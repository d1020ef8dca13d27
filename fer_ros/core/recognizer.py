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

"""The public face of the pipeline: pictures in, faces with expressions out, in two verbs."""

from __future__ import annotations

import math
from numbers import Real
import os
from typing import Any

from fer_ros.core.camera import Camera
from fer_ros.core.pipeline import build_pipeline, PipelineOptions
from fer_ros.core.text import shown
from fer_ros.core.types import Frame, FrameResult
import numpy as np
import numpy.typing as npt

# Seconds from which on a float cannot tell two frames apart any more.
_LATEST = 1e12


class ExpressionRecognizer:
    """
    Find the faces in pictures and say how they look.

    A still is answered by itself; the frames of a video belong together, so faces keep their id
    and their expression is smoothed in time. Both verbs may be used by turns: a still neither
    uses nor changes what is known of the video. An object belongs to one thread at a time.

    >>> import cv2, fer_ros
    >>> recognizer = fer_ros.ExpressionRecognizer()
    >>> result = recognizer.recognize(cv2.imread('fer_ros/demo/assets/collins.jpg'))
    >>> [face.label for face in result.faces]
    ['happy']

    :param options: of every stage; may also be assigned later, for the next picture.
    :param expression_model: path of the expression classifier's ONNX file; None: the one that
        comes with the package.
    :param detector_model: path of the face detector's ONNX file (BlazeFace or YuNet); None: the
        one that comes with the package.
    :param landmarks: whether to place points on faces and to tell the pose of heads:
        `Face.mesh` and `Face.head_pose`.
    :param camera: that takes the pictures, for the pose; None: see
        `HeadPoseOptions.field_of_view`.
    :param threads: threads that ONNX Runtime uses for one network, 1 to 64.
    :raises ModelError: a model is missing, damaged or unsuitable.
    :raises ValueError: `threads` is outside its range, or `options` no `PipelineOptions`.
    """

    def __init__(
            self, options: PipelineOptions | None = None, *,
            expression_model: str | os.PathLike[str] | None = None,
            detector_model: str | os.PathLike[str] | None = None, landmarks: bool = False,
            camera: Camera | None = None, threads: int = 1):
        self._pipeline = build_pipeline(
            expression_model, detector_model, threads=threads, landmarks=landmarks)
        self._head: dict[str, Any] = {'landmarks': landmarks, 'camera': camera}
        if options is not None:
            self._pipeline.options = options
        self._seconds = -math.inf

    @property
    def options(self) -> PipelineOptions:
        """
        Return the options of the next picture; assign others to change them.

        :raises ValueError: what is assigned is no `PipelineOptions`.
        """
        return self._pipeline.options

    @options.setter
    def options(self, options: PipelineOptions) -> None:
        self._pipeline.options = options

    def recognize(self, image: npt.NDArray[Any] | Frame) -> FrameResult:
        """
        Return what a still shows: every face that is found, the largest first.

        :param image: uint8 array (H, W, 3) in BGR order, as `cv2.imread` returns it, or (H, W)
            in grey; a `Frame` for other colour orders. It is not changed.
        :raises TypeError: the image is neither an array nor a `Frame`.
        :raises ValueError: the array is empty or has another shape or type.
        :raises ModelError: a network failed.
        """
        return self._pipeline.process_still(_frame(image), **self._head)

    def recognize_for_video(self, image: npt.NDArray[Any] | Frame, seconds: float) -> FrameResult:
        """
        Return what the next frame of a video shows: the people who are followed, largest first.

        A face is shown from its second frame on (`TrackerOptions.confirm_hits`), so that a
        false detection in one frame is not shown.

        >>> import cv2, fer_ros
        >>> recognizer = fer_ros.ExpressionRecognizer()
        >>> image = cv2.imread('fer_ros/demo/assets/collins.jpg')
        >>> [len(recognizer.recognize_for_video(image, t).faces) for t in (0.0, 0.1, 0.2)]
        [0, 1, 1]

        :param image: as for `recognize`; the size may change from frame to frame.
        :param seconds: when the frame was taken, by any clock; must rise from frame to frame.
        :raises TypeError: the image is neither an array nor a `Frame`, or `seconds` no number.
        :raises ValueError: the array is empty or has another shape or type; or `seconds` is not
            finite, or not later than that of the frame before: where another video starts, call
            `reset`. The frame is left out, the video may go on.
        :raises ModelError: a network failed.
        """
        if not isinstance(seconds, Real) or isinstance(seconds, bool):
            raise TypeError(
                f'the time of the frame is {shown(repr(seconds))}; it must be a number of seconds')
        # Never true for NaN; some whole numbers are too large for any float.
        if not abs(seconds) < _LATEST:
            raise ValueError(
                f'the time of the frame is {shown(repr(seconds))}; it must be finite seconds, '
                f'below {_LATEST:g}')
        seconds = float(seconds)
        if seconds <= self._seconds:
            raise ValueError(
                f'the time of the frame is {seconds} s, but that of the frame before was '
                f'{self._seconds} s; times must rise: call reset() where another video starts')
        frame = _frame(image)
        self._seconds = seconds
        return self._pipeline.process(frame, seconds, **self._head)

    def reset(self) -> None:
        """Start another video: faces are forgotten, times may start anew, ids are not reused."""
        self._pipeline.reset()
        self._seconds = -math.inf


def _frame(image: npt.NDArray[Any] | Frame) -> Frame:
    if isinstance(image, Frame):
        return image
    if image is None:
        raise TypeError(
            'the image is None, which cv2.imread returns for a file it cannot read: check that '
            'it is there and holds a picture')
    if not isinstance(image, np.ndarray):
        raise TypeError(
            f'the image is a {type(image).__name__}; it must be a NumPy array (H, W, 3) in BGR '
            'order or (H, W) in grey, or a fer_ros.Frame')
    if image.dtype != np.uint8 or 0 in image.shape or not (
            image.ndim == 2 or image.ndim == 3 and image.shape[2] == 3):
        raise ValueError(
            f'the image is a {image.dtype} array {image.shape}; it must be uint8 (H, W, 3) in '
            'BGR order or (H, W) in grey, and not empty; a fer_ros.Frame holds other orders')
    # Slices and mirror images are fine for NumPy; a frame wants whole pixels side by side.
    channels = image.shape[2:]
    dense = image.strides[1:] == (*channels, 1) and image.strides[0] > 0
    return Frame(
        image if dense else np.ascontiguousarray(image), 'bgr' if channels else 'gray')
