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

"""Faces to messages: vision_msgs, hri_msgs and pictures. Units change here, nothing else."""

from __future__ import annotations

import array

import cv2
from fer_ros.core.types import Face
import numpy as np
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header
from vision_msgs.msg import Detection2D, Detection2DArray, ObjectHypothesisWithPose

#: The words that hri_msgs/Expression knows among the labels.
HRI_LABELS = frozenset(
    ('neutral', 'happy', 'surprised', 'sad', 'angry', 'disgusted', 'scared'))


def detection_array(header: Header, faces: tuple[Face, ...], factor: float = 1.0):
    """
    Return the vision_msgs/Detection2DArray of a frame.

    :param header: the camera image's, passed on unchanged.
    :param faces: largest first; the order is kept.
    :param factor: pixels of the received image to one of the frame the faces were found in.
    """
    message = Detection2DArray(header=header)
    for face in faces:
        detection = Detection2D(header=header, id=face.id)
        x, y = face.box.center
        detection.bbox.center.position.x = float(x * factor)
        detection.bbox.center.position.y = float(y * factor)
        detection.bbox.size_x = float(face.box.width * factor)
        detection.bbox.size_y = float(face.box.height * factor)
        for label, probability in face.expression.ranking:
            result = ObjectHypothesisWithPose()
            result.hypothesis.class_id = label
            result.hypothesis.score = float(probability)
            detection.results.append(result)
        message.detections.append(detection)
    return message


def hri_expression(header: Header, face: Face):
    """
    Return the hri_msgs/Expression of a face.

    It carries the shown label or, where hri_msgs lacks that word, the most probable one it
    knows, with its probability as confidence; an unsure face has an empty word.
    """
    from hri_msgs.msg import Expression
    label, confidence = face.label, face.confidence
    if label and label not in HRI_LABELS:
        label, confidence = next(
            pair for pair in face.expression.ranking if pair[0] in HRI_LABELS)
    return Expression(
        header=header, expression=label, valence=float(face.valence),
        arousal=float(face.arousal), confidence=float(confidence))


def hri_roi(header: Header, face: Face, width: int, height: int):
    """
    Return the hri_msgs/NormalizedRegionOfInterest2D of a face, cut at the picture's edges.

    :param width: of the frame the face was found in, in pixels; likewise `height`.
    """
    from hri_msgs.msg import NormalizedRegionOfInterest2D
    box = face.box
    left, right = np.clip((box.x / width, (box.x + box.width) / width), 0.0, 1.0)
    top, bottom = np.clip((box.y / height, (box.y + box.height) / height), 0.0, 1.0)
    return NormalizedRegionOfInterest2D(
        header=header, xmin=float(left), ymin=float(top), xmax=float(right),
        ymax=float(bottom), c=float(face.score))


def bgr_image(header: Header, pixels: np.ndarray) -> Image:
    """Return a bgr8 image message of uint8 (H, W, 3) pixels."""
    height, width = pixels.shape[:2]
    message = Image(
        header=header, height=height, width=width, encoding='bgr8', step=3 * width)
    message.data = array.array('B', pixels.tobytes())
    return message


def jpeg_image(header: Header, pixels: np.ndarray, quality: int) -> CompressedImage:
    """Return a JPEG message of uint8 (H, W, 3) bgr pixels; quality in percent."""
    _, data = cv2.imencode('.jpg', pixels, (cv2.IMWRITE_JPEG_QUALITY, quality))
    message = CompressedImage(header=header, format='bgr8; jpeg compressed bgr8')
    message.data = array.array('B', data.tobytes())
    return message
