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
from functools import cache
from types import SimpleNamespace
from typing import Any

import cv2
from fer_ros.core.cues import Cues
from fer_ros.core.landmark_metadata import FACIAL
from fer_ros.core.types import Face, LANDMARKS, Pixels, UNSURE
import numpy as np
from numpy.typing import NDArray

#: The words that hri_msgs/Expression knows among the labels.
HRI_LABELS = frozenset(
    ('neutral', 'happy', 'surprised', 'sad', 'angry', 'disgusted', 'scared'))


# Length of the arrays of hri_msgs/FacialActionUnits; the index is the number of the unit.
_ACTION_UNITS = 99

# The detector's points among the seventy of hri_msgs/FacialLandmarks.
_DETECTED = {'right_eye': 68, 'left_eye': 69, 'nose': 30}


@cache
def vision_types() -> SimpleNamespace:
    """Return the installed message classes that `detection_array` needs, by name."""
    from geometry_msgs.msg import (  # noqa: F401 (handed out by locals)
        Point, Pose, PoseWithCovariance, Quaternion)
    from vision_msgs.msg import (  # noqa: F401
        BoundingBox2D, Detection2D, Detection2DArray, ObjectHypothesis, ObjectHypothesisWithPose,
        Point2D, Pose2D)
    return SimpleNamespace(**locals())


@cache
def hri_types() -> SimpleNamespace:
    """Return the installed message classes that the `hri_` functions need, by name."""
    from hri_msgs.msg import (  # noqa: F401 (handed out by locals)
        Expression, FacialLandmarks, NormalizedPointOfInterest2D, NormalizedRegionOfInterest2D)
    return SimpleNamespace(**locals())


@cache
def cue_types() -> SimpleNamespace:
    """Return the installed message classes that `hri_engagement` and the units need."""
    from hri_msgs.msg import EngagementLevel, FacialActionUnits  # noqa: F401 (by locals)
    return SimpleNamespace(**locals())


@cache
def transform_types() -> SimpleNamespace:
    """Return the installed message classes that `head_frames` needs, by name."""
    from geometry_msgs.msg import (  # noqa: F401 (handed out by locals)
        Quaternion, Transform, TransformStamped, Vector3)
    from std_msgs.msg import Header  # noqa: F401
    from tf2_msgs.msg import TFMessage  # noqa: F401
    return SimpleNamespace(**locals())


def detection_array(header: Any, faces: tuple[Face, ...], types: Any = None) -> Any:
    """
    Return the vision_msgs/Detection2DArray of a frame.

    The first result of a face is the shown label, `unsure` with score 0 where there
    is none; the (other) eight follow, falling by score.

    :param header: the camera image's, passed on unchanged.
    :param faces: in pixels of the received image, largest first; the order is kept.
    :param types: message classes by name, as attributes; None for those of `vision_types`. Any
        that take all their fields by name will do, so recordings are written without ROS.
    """
    types = types or vision_types()
    # A face has no pose, but the message has; one serves for all.
    pose = types.PoseWithCovariance(
        pose=types.Pose(position=types.Point(x=0.0, y=0.0, z=0.0),
                        orientation=types.Quaternion(x=0.0, y=0.0, z=0.0, w=1.0)),
        covariance=np.zeros(36))
    detections = []
    for face in faces:
        x, y = face.box.center
        center = types.Pose2D(
            position=types.Point2D(x=float(x), y=float(y)), theta=0.0)
        detections.append(types.Detection2D(
            header=header, id=face.id,
            bbox=types.BoundingBox2D(
                center=center, size_x=float(face.box.width),
                size_y=float(face.box.height)),
            results=[
                types.ObjectHypothesisWithPose(
                    hypothesis=types.ObjectHypothesis(class_id=label, score=float(probability)),
                    pose=pose)
                for label, probability in face.ranking]))
    return types.Detection2DArray(header=header, detections=detections)


def hri_expression(header: Any, face: Face, types: Any = None) -> Any:
    """
    Return the hri_msgs/Expression of a face.

    It carries the shown label or, where hri_msgs lacks that word, the most probable
    one it knows, with its probability as confidence; an unsure face has the word `unsure` and
    confidence 0.

    :param types: as in `detection_array`; None for those of `hri_types`.
    """
    label, confidence = face.label, face.confidence
    if label != UNSURE and label not in HRI_LABELS:
        label, confidence = next(
            pair for pair in face.expression.ranking if pair[0] in HRI_LABELS)
    return (types or hri_types()).Expression(
        header=header, expression=label, valence=float(face.valence),
        arousal=float(face.arousal), confidence=float(confidence))


def hri_roi(header: Any, face: Face, width: int, height: int, types: Any = None) -> Any:
    """
    Return the hri_msgs/NormalizedRegionOfInterest2D of a face, cut at the picture's edges.

    :param width: of the frame the face was found in, in pixels; likewise `height`.
    :param types: as in `detection_array`; None for those of `hri_types`.
    """
    box = face.box
    left, right = np.clip((box.x / width, (box.x + box.width) / width), 0.0, 1.0)
    top, bottom = np.clip((box.y / height, (box.y + box.height) / height), 0.0, 1.0)
    return (types or hri_types()).NormalizedRegionOfInterest2D(
        header=header, xmin=float(left), ymin=float(top), xmax=float(right),
        ymax=float(bottom), c=float(face.score))


def hri_landmarks(header: Any, face: Face, width: int, height: int, types: Any = None) -> Any:
    """
    Return the hri_msgs/FacialLandmarks of a face: seventy points, each with its confidence.

    Where nothing placed points on the face, the pupils and the nose are those of the detector,
    with its score as confidence; the others have confidence 0.

    :param width: of the frame the face was found in, in pixels; likewise `height`.
    :param types: as in `detection_array`; None for those of `hri_types`.
    """
    types = types or hri_types()
    points = face.mesh.facial if face.mesh else _detected_points(face, width, height)
    scaled = np.clip(points[:, :2] / (width, height), 0.0, 1.0).tolist()
    return types.FacialLandmarks(
        header=header, width=width, height=height, landmarks=[
            types.NormalizedPointOfInterest2D(x=x, y=y, c=confidence)
            for (x, y), confidence in zip(scaled, points[:, 2].tolist())])


def hri_engagement(header: Any, cues: Cues, types: Any = None) -> Any:
    """
    Return the hri_msgs/EngagementLevel of a face.

    :param header: the camera image's.
    :param types: as in `detection_array`; None for those of `cue_types`.
    """
    types = types or cue_types()
    return types.EngagementLevel(header=header, level=int(cues.attention.level))


def hri_action_units(header: Any, cues: Cues, types: Any = None) -> Any:
    """Return the hri_msgs/FacialActionUnits of a face; parameters as of `hri_engagement`."""
    types = types or cue_types()
    intensity, confidence = np.zeros((2, _ACTION_UNITS), np.float32)
    for number, unit in cues.action_units.items():
        intensity[number], confidence[number] = unit.intensity, unit.confidence
    return types.FacialActionUnits(header=header, intensity=intensity, confidence=confidence)


def _detected_points(face: Face, width: int, height: int) -> NDArray[np.float32]:
    """Return what the detector knows of the seventy points, as `FaceMesh.facial`."""
    points = np.zeros((FACIAL, 3), np.float32)
    for name, place in _DETECTED.items():
        x, y = face.landmarks[LANDMARKS.index(name)].tolist()
        if 0.0 <= x <= width and 0.0 <= y <= height:
            points[place] = x, y, face.score
    return points


def head_frames(header: Any, faces: tuple[Face, ...], types: Any = None) -> Any:
    """
    Return the tf2_msgs/TFMessage of the heads whose pose is known.

    Each is two frames in that of the image, `face_<id>` (x out of the face, z up) and
    `gaze_<id>` (z out of the face, y down), both at the sellion.

    :param header: the camera image's.
    :param faces: with poses in the camera's optical frame.
    :param types: as in `detection_array`; None for those of `transform_types`.
    """
    types = types or transform_types()
    transforms = []
    for face in faces:
        pose = face.head_pose
        if pose is None:
            continue
        x, y, z = pose.translation.tolist()
        for kind, turn in (('face', pose.quaternion), ('gaze', pose.gaze)):
            place = types.Vector3(x=x, y=y, z=z)
            rotation = types.Quaternion(**dict(zip('xyzw', turn)))
            transforms.append(types.TransformStamped(
                header=header, child_frame_id=f'{kind}_{face.id}',
                transform=types.Transform(translation=place, rotation=rotation)))
    return types.TFMessage(transforms=transforms)


def bgr_image(header: Any, pixels: Pixels) -> Any:
    """Return a bgr8 sensor_msgs/Image of uint8 (H, W, 3) pixels."""
    from sensor_msgs.msg import Image
    height, width = pixels.shape[:2]
    message = Image(
        header=header, height=height, width=width, encoding='bgr8', step=3 * width)
    message.data = array.array('B', pixels.tobytes())
    return message


def jpeg_image(header: Any, pixels: Pixels, quality: int) -> Any:
    """Return a JPEG sensor_msgs/CompressedImage of bgr pixels (H, W, 3); quality in percent."""
    from sensor_msgs.msg import CompressedImage
    _, data = cv2.imencode('.jpg', pixels, (cv2.IMWRITE_JPEG_QUALITY, quality))
    message = CompressedImage(header=header, format='bgr8; jpeg compressed bgr8')
    message.data = array.array('B', data.tobytes())
    return message
