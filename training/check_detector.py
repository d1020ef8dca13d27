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
"""Measure how small, large and tilted a face the detector finds in a VGA frame, and how fast."""

import argparse
from pathlib import Path
import sys
import time

import cv2
from data import REPOSITORY
import numpy as np

sys.path.insert(0, str(REPOSITORY))
from fer_ros.core.detector import DetectorOptions, FaceDetector, load_detector  # noqa: E402, I100
from fer_ros.core.onnx_model import OnnxModel  # noqa: E402
from fer_ros.core.types import Frame  # noqa: E402

WIDTH, HEIGHT = 640, 480
FACE_WIDTHS = (16, 20, 24, 28, 32, 40, 48, 64, 96, 144, 216, 320)
# Portraits that come with the package, with centre and width of the face in pixels.
PORTRAITS = {'hopper.jpg': ((268, 230), 160), 'collins.jpg': ((225, 125), 90)}


TILTS = (0, 15, 30, 45, 60, 75, 90, 135, 180)


def scenes(face_width: int, count: int, rng: np.random.Generator, tilts: tuple) -> list:
    """Return (frame, centre of the face): the face at random places, tilted by some degrees."""
    result = []
    for index in range(count):
        name, ((x, y), width) = list(PORTRAITS.items())[index % len(PORTRAITS)]
        picture = cv2.imread(str(REPOSITORY / 'fer_ros/demo/assets' / name))
        if index // 2 % 2:
            picture, x = picture[:, ::-1], picture.shape[1] - 1 - x
        ratio = face_width / width
        room = np.maximum(0, (np.array([WIDTH, HEIGHT]) - 1.3 * face_width) / 2)
        target = np.array([WIDTH, HEIGHT]) / 2 + rng.uniform(-1, 1, 2) * room
        if ratio < 1:  # a warp alone would skip pixels
            picture = cv2.resize(
                picture, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA)
            x, y, ratio = x * ratio, y * ratio, 1.0
        matrix = cv2.getRotationMatrix2D((float(x), float(y)), rng.uniform(*tilts), ratio)
        matrix[:, 2] += target - (x, y)
        frame = cv2.warpAffine(
            np.ascontiguousarray(picture), matrix, (WIDTH, HEIGHT),
            borderMode=cv2.BORDER_REPLICATE)
        noisy = frame + rng.normal(0, 4, frame.shape)
        result.append((Frame(noisy.clip(0, 255).astype(np.uint8)), target))
    return result


def look(detector: FaceDetector, frames: list, width: int) -> tuple:
    """Return the share of faces found, the number of other detections, and milliseconds."""
    hits, others, taken = 0, 0, []
    for frame, target in frames:
        started = time.thread_time()
        faces = detector.detect(frame)
        taken.append(1e3 * (time.thread_time() - started))
        near = [np.hypot(*(target - face.box.center)) < width / 2 for face in faces]
        hits += any(near)
        others += len(near) - any(near)
    return hits / len(frames), others, taken


def main() -> None:
    """Print the share of faces found by width, and the time, for each input size; then by tilt."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--detector', type=Path, default=REPOSITORY / 'models/face_detector.onnx')
    parser.add_argument('--count', type=int, default=40, help='frames for each width')
    parser.add_argument('--long-sides', type=int, nargs='+', default=[192, 256, 320, 448])
    parser.add_argument('--threshold', type=float, default=DetectorOptions.score_threshold)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    rng = np.random.default_rng(0)
    frames = {width: scenes(width, options.count, rng, (-15, 15)) for width in FACE_WIDTHS}
    # Time that the one thread had a core, fastest tenth: whatever else the machine does adds.
    model = OnnxModel(options.detector)
    print('| long side | ' + ' | '.join(map(str, FACE_WIDTHS)) + ' | others | ms |')
    for long_side in options.long_sides:
        detector = load_detector(model, DetectorOptions(
            long_side=long_side, min_size=0, score_threshold=options.threshold))
        rows = {width: look(detector, each, width) for width, each in frames.items()}
        shares = ' | '.join(f'{100 * row[0]:.0f}' for row in rows.values())
        taken = np.percentile(np.concatenate([row[2] for row in rows.values()]), 10)
        others = sum(row[1] for row in rows.values())
        print(f'| {long_side} | {shares} | {others} | {taken:.1f} |', flush=True)
    detector = load_detector(model, DetectorOptions(score_threshold=options.threshold))
    print('| tilt | ' + ' | '.join(map(str, TILTS)) + ' |')
    shares = [
        look(detector, scenes(96, options.count, rng, (tilt, tilt)), 96)[0] for tilt in TILTS]
    print('| found | ' + ' | '.join(f'{100 * share:.0f}' for share in shares) + ' |')


if __name__ == '__main__':
    main()
