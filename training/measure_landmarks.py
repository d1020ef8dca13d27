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
Measure what the landmark model's metadata say: the crop about a detector's box, a mean face.

Each photograph's face is cut out about the detector's box, then about its own points until they
settle, as MediaPipe does from frame to frame. The crop is the median of where that ends. The mean
face is that of all meshes brought together by turning, moving and scaling them, made symmetric,
and refined so that its picture under each photograph's best turn agrees with the points there. Its
unit comes from the mean distance of the pupils (N. A. Dodgson, "Variation and extrema of human
interpupillary distance", Proc. SPIE 5291, 2004).

    python training/measure_landmarks.py WHEEL --photos DIRECTORY
"""

import argparse
import json
import math
from pathlib import Path

from convert_face_detector import open_session
from convert_face_landmarks import convert, GEOMETRY, read_model, SIZE
import cv2
from data import REPOSITORY
from fer_ros.core.alignment import CropGeometry, Square
from fer_ros.core.detector import FaceDetector, load_detector
from fer_ros.core.onnx_model import OnnxModel
from fer_ros.core.types import Frame
import numpy as np
from tflite_graph import TfliteGraph

DETECTORS = ('models/face_detector.onnx', 'models/face_detector_blaze.onnx')
PHOTOS = REPOSITORY.parent / 'shared/data/photos'
PUPILS = 63.0  # millimetres between them
# How much larger than the points' extent MediaPipe cuts a face out, and the eyes' outer corners,
# from whose line it takes the turn.
MARGIN, CORNERS = 1.5, (33, 263)
# The head's frame: origin at the sellion, z from the foremost point of the chin to it.
SELLION, CHIN = 168, 199
EYES = ((33, 133, 159, 145), (263, 362, 386, 374))
# Corners of the eyes and of the mouth, the sellion and the chin with their mirror images.
KNOWN = {33: 263, 263: 33, 133: 362, 362: 133, 61: 291, 291: 61, 168: 168, 199: 199}
# Points about the openings of the eyes, which a blink moves.
LIDS = (7, 144, 145, 153, 154, 155, 157, 158, 159, 160, 161, 163, 173, 246, 249, 373, 374, 380,
        381, 382, 384, 385, 386, 387, 388, 390, 398, 466)
# Of the points that move least, so many are candidates, and so many, far from each other, chosen.
ROUNDS, CANDIDATES, RIGID, LEAST_LOGIT = 5, 160, 48, 10.0


class Mesher:
    """Place the points of a face, from a first guess of where it is."""

    def __init__(self, model: bytes):
        self._session = open_session(model)

    def settle(self, frame: Frame, square: Square) -> tuple[Square, np.ndarray, float]:
        """Return the square, the points (468, 3) in pixels of the frame, and their logit."""
        for _ in range(ROUNDS):
            points, logit = self._look(frame, square)
            low, high = points[:, :2].min(0), points[:, :2].max(0)
            across = points[CORNERS[1]] - points[CORNERS[0]]
            square = Square(*((low + high) / 2), MARGIN * float(np.max(high - low)),
                            math.atan2(across[1], across[0]))
        return square, points, logit

    def _look(self, frame: Frame, square: Square) -> tuple[np.ndarray, float]:
        crop = square.cut(frame, SIZE, 'rgb')
        landmarks, presence = self._session.run(
            None, {'faces': crop.transpose(2, 0, 1)[None].astype(np.float32)})
        step = square.side / SIZE
        cos, sin = math.cos(square.angle), math.sin(square.angle)
        turn = step * np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
        middle = np.array([SIZE / 2, SIZE / 2, 0])
        place = np.array([square.x, square.y, 0])
        return (landmarks[0] - middle) @ turn + place, float(presence[0, 0])


def measure(detector: FaceDetector, mesher: Mesher, paths: list) -> tuple[np.ndarray, np.ndarray]:
    """Return (N, 3) scale, dx and dy of the crops, and (N, 468, 3) points in the frame."""
    crops, meshes = [], []
    for path in paths:
        frame = Frame(cv2.imread(str(path)))
        found = detector.detect(frame)
        if not found:
            continue
        best = max(found, key=lambda each: each.box.area)
        # In units of the box, along the line of the eyes, as CropGeometry has it.
        unit = Square.about(best.box, best.landmarks, CropGeometry(1.0))
        square, points, logit = mesher.settle(frame, unit._replace(side=1.6 * unit.side))
        if logit < LEAST_LOGIT:
            continue
        across, down = (square.x - unit.x) / unit.side, (square.y - unit.y) / unit.side
        cos, sin = math.cos(unit.angle), math.sin(unit.angle)
        crops.append((square.side / unit.side, cos * across + sin * down,
                      cos * down - sin * across))
        meshes.append(points)
    return np.array(crops), np.array(meshes)


def similarity(source: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """Return scale, rotation and shift that bring points onto others best (S. Umeyama, 1991)."""
    middle, goal = source.mean(0), target.mean(0)
    left, sizes, right = np.linalg.svd((target - goal).T @ (source - middle))
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    rotation = left @ np.diag(signs) @ right
    scale = float((sizes * signs).sum() / ((source - middle) ** 2).sum())
    return scale, rotation, goal - scale * rotation @ middle


def brought(meshes: np.ndarray, mean: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Return meshes laid onto a mean face by some of their points."""
    laid = []
    for mesh in meshes:
        scale, rotation, shift = similarity(mesh[chosen], mean[chosen])
        laid.append(scale * mesh @ rotation.T + shift)
    return np.array(laid)


def mirrored(mean: np.ndarray) -> np.ndarray:
    """
    Return which point is the mirror image of each, by the shape itself.

    :raises ValueError: two points are said to be the image of one.
    """
    flipped = mean * (-1, 1, 1)
    # The first guess is from points whose images are known.
    scale, rotation, shift = similarity(flipped[list(KNOWN)], mean[list(KNOWN.values())])
    for _ in range(10):
        flipped = scale * flipped @ rotation.T + shift
        pairs = ((flipped[:, None] - mean[None]) ** 2).sum(2).argmin(1)
        scale, rotation, shift = similarity(flipped, mean[pairs])
    if not np.array_equal(pairs[pairs], np.arange(len(mean))):
        raise ValueError(f'{(pairs[pairs] != np.arange(len(mean))).sum()} points have no image')
    return pairs


def parallax(meshes: np.ndarray, mean: np.ndarray, rounds: int = 10) -> np.ndarray:
    """
    Return a mean face whose depth is what turning shows, not what the network says of it.

    Each photograph is a scaled, turned picture of it without perspective.
    """
    for _ in range(rounds):
        normal = np.zeros((3, 3))
        right = np.zeros((len(mean), 3))
        for mesh in meshes:
            scale, rotation, shift = pictured(mean, mesh)
            flat = scale * rotation[:2]
            normal += flat.T @ flat / scale ** 2
            right += (mesh[:, :2] - shift) @ flat / scale ** 2
        mean = right @ np.linalg.inv(normal)
        mean -= mean.mean(0)
    return mean


def pictured(mean: np.ndarray, mesh: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """Return scale, rotation and shift (x, y) whose picture of the mean face fits best."""
    _, rotation, _ = similarity(mean, mesh)
    for _ in range(20):
        # Given depths under the present turn, the best turn is that onto points with them.
        turned = mean @ rotation.T
        flat = turned[:, :2] - turned[:, :2].mean(0)
        goal = mesh[:, :2] - mesh[:, :2].mean(0)
        scale = float((flat * goal).sum() / (flat ** 2).sum())
        target = np.column_stack([goal / scale, turned[:, 2]])
        _, rotation, _ = similarity(mean, target)
    shift = mesh[:, :2].mean(0) - scale * (mean @ rotation.T)[:, :2].mean(0)
    return scale, rotation, shift


def in_head_frame(mean: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Return a mean face made symmetric, in the head's frame of REP-155, millimetres."""
    scale, rotation, shift = similarity((mean * (-1, 1, 1))[pairs], mean)
    flipped = scale * (mean * (-1, 1, 1))[pairs] @ rotation.T + shift
    mean = (mean + flipped) / 2
    right, left = (mean[list(eye)].mean(0) for eye in EYES)
    y = (left - right) / np.linalg.norm(left - right)
    up = mean[SELLION] - mean[CHIN]
    z = up - (up @ y) * y
    z /= np.linalg.norm(z)
    axes = np.array([np.cross(y, z), y, z])
    placed = (mean - mean[SELLION]) @ axes.T * PUPILS / np.linalg.norm(left - right)
    # What is left of rounding, so that the middle is the middle.
    return (placed + placed[pairs] * (1, -1, 1)) / 2


def rigid_points(mean: np.ndarray, moving: np.ndarray, pairs: np.ndarray) -> list[int]:
    """Return points that expressions move little, spread over the face, with their images."""
    order = [int(point) for point in np.argsort(moving, kind='stable') if point not in LIDS]
    candidates = np.array(order[:CANDIDATES])
    chosen, distances = [SELLION], np.linalg.norm(mean[candidates] - mean[SELLION], axis=1)
    while len(chosen) < RIGID:
        furthest = int(candidates[distances.argmax()])
        for point in {furthest, int(pairs[furthest])}:
            chosen.append(point)
            distances = np.minimum(
                distances, np.linalg.norm(mean[candidates] - mean[point], axis=1))
    return sorted(chosen)


def main() -> None:
    """Measure with each detector, and write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('wheel', type=Path)
    parser.add_argument('--photos', type=Path, default=PHOTOS)
    parser.add_argument('--out', type=Path, default=GEOMETRY)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    mesher = Mesher(convert(
        TfliteGraph(read_model(options.wheel)), {}).SerializeToString())
    paths = sorted(options.photos.glob('*.jpg'))
    crop = {}
    for name in DETECTORS:
        detector = load_detector(OnnxModel(REPOSITORY / name))
        crops, found = measure(detector, mesher, paths)
        scale, dx, dy = np.median(crops, axis=0).round(3).tolist()
        # People are symmetric.
        crop[detector.family] = {'scale': scale, 'dx': 0.0, 'dy': dy}
        print(f'{detector.family}: {len(crops)} faces, scale {scale}, dx {dx}, dy {dy}, '
              f'spread {(np.diff(np.percentile(crops, (16, 84), axis=0), axis=0) / 2).round(3)}')
        if name == DETECTORS[0]:
            meshes = found
    everything = np.arange(meshes.shape[1])
    mean = meshes[0] - meshes[0].mean(0)
    for _ in range(5):
        laid = brought(meshes, mean, everything)
        mean = laid.mean(0)
    pairs = mirrored(mean)
    moving = np.sqrt(((laid - mean) ** 2).sum(2).mean(0))
    by_depth = in_head_frame(mean, pairs)
    by_parallax = in_head_frame(parallax(meshes, mean), pairs)
    for label, face in (('depth', by_depth), ('parallax', by_parallax)):
        print(label, 'extent, mm, x y z:', np.ptp(face, axis=0).round(1))
    options.out.write_text(json.dumps({
        'crop': crop, 'margin': MARGIN,
        'rigid': rigid_points(by_depth, moving + moving[pairs], pairs),
        'mean_face': by_depth.round(1).tolist()}) + '\n')


if __name__ == '__main__':
    main()
