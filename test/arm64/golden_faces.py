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
Golden faces: what the networks and the pipeline say of the embedded pictures, and how far apart.

One machine writes its answers, another compares its own with them:

    golden_faces.py write FILE
    golden_faces.py compare FILE [--tolerance 1e-3]

Both use the models of the checkout at that moment, so no stored answer grows stale.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
import platform
import sys
from typing import NamedTuple

for _pool in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'):
    os.environ.setdefault(_pool, '1')

import cv2  # noqa: E402
from fer_ros.core.alignment import align  # noqa: E402
from fer_ros.core.assets import model_path  # noqa: E402
from fer_ros.core.pipeline import build_pipeline, FacePipeline  # noqa: E402
from fer_ros.core.track_ids import TrackIds  # noqa: E402
from fer_ros.core.types import Frame  # noqa: E402
from fer_ros.tools.bench.imagery import scene  # noqa: E402
from fer_ros.tools.clip import EmbeddedClip  # noqa: E402
from fer_ros.tools.stills import load_stills  # noqa: E402
import numpy as np  # noqa: E402
import onnxruntime  # noqa: E402

#: Largest difference that counts as the same.
TOLERANCE = 1e-3

#: Seconds of the clip that are looked at: people far and near, level and tilted.
MOMENTS = (2.0, 3.0, 4.2, 5.5, 7.0, 8.4, 9.5)

#: Frames of the clip that the whole pipeline follows, from second 4: tracks and filters count.
FOLLOWED = 20


class Difference(NamedTuple):
    """
    How far two answers are apart in one quantity.

    :param quantity: what was compared.
    :param largest: absolute difference; infinite where one has what the other lacks.
    :param where: name of the answer.
    :param count: numbers compared.
    """

    quantity: str
    largest: float
    where: str
    count: int


def pictures() -> dict[str, np.ndarray]:
    """Return the pictures, uint8 (H, W, 3) bgr, by name; all are drawn from the stills."""
    stills = load_stills()
    stills.update({
        f'{name} mirrored': still.mirrored(name) for name, still in list(stills.items())})
    shown = {f'still {name}': still.pixels for name, still in stills.items()}
    clip = EmbeddedClip()
    for moment in MOMENTS:
        shown[f'clip at {moment} s'] = clip.frame(round(moment * clip.rate))
    shown['group of 12'] = scene((1280, 720), 12, steps=1)[0].pixels
    return shown


def answers() -> dict:
    """
    Return what this machine says: `machine`, a line, and by quantity and name lists of numbers.

    Boxes and landmarks are in shares of the box's width, scores and probabilities 0 to 1,
    logits before the calibration.
    """
    pipeline = _pipeline()
    detector, classifier = pipeline.detector, pipeline.classifier
    geometry = classifier.crop_geometry(detector.family)
    found: dict[str, dict[str, list]] = {name: {} for name in (
        'noise: logits', 'noise: probabilities', 'detector: boxes', 'detector: landmarks',
        'detector: scores', 'classifier: logits', 'classifier: probabilities',
        'pipeline: boxes', 'pipeline: probabilities', 'pipeline: valence, arousal')}

    # The network alone: integers of a generator are the same everywhere.
    size = classifier.input_size
    noise = np.random.default_rng(0).integers(0, 256, (8, size, size)).astype(np.uint8)
    found['noise: logits']['noise'] = classifier.logits(noise).tolist()
    found['noise: probabilities']['noise'] = classifier.classify(noise).tolist()

    for name, pixels in pictures().items():
        frame = Frame(pixels)
        faces = detector.detect(frame)
        # Two faces of one score may change places: from left to right they do not.
        faces.sort(key=lambda face: (face.box.x, face.box.y))
        found['detector: scores'][name] = [face.score for face in faces]
        found['detector: boxes'][name] = [_shares(face.box, face.box.width) for face in faces]
        found['detector: landmarks'][name] = [
            _shares(face.landmarks, face.box.width) for face in faces]
        crops = np.array([
            align(frame, face.box, face.landmarks, geometry, size) for face in faces])
        found['classifier: logits'][name] = classifier.logits(crops).tolist()
        found['classifier: probabilities'][name] = classifier.classify(crops).tolist()

    clip = EmbeddedClip()
    for index in range(FOLLOWED):
        index += round(4 * clip.rate)
        faces = pipeline.process(Frame(clip.frame(index)), index / clip.rate)
        for face in faces:
            name = f'frame {index}, {face.id}'
            found['pipeline: boxes'][name] = _shares(face.box, face.box.width)
            found['pipeline: probabilities'][name] = face.expression.probabilities.tolist()
            found['pipeline: valence, arousal'][name] = [face.valence, face.arousal]
    return {'machine': machine(), 'answers': found}


def machine() -> str:
    """Return the processor's family and the versions that do the arithmetic."""
    return (f'{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}, '
            f'OpenCV {cv2.__version__}, ONNX Runtime {onnxruntime.__version__}')


def compare(theirs: dict, ours: dict) -> list[Difference]:
    """
    Return the largest difference of each quantity.

    :param theirs: `answers` of one machine, as `answers()` returns it.
    :param ours: those of the other.
    """
    differences = []
    for quantity in dict.fromkeys((*theirs, *ours)):
        one, other = theirs.get(quantity, {}), ours.get(quantity, {})
        worst, where, count = 0.0, '', 0
        for name in dict.fromkeys((*one, *other)):
            a, b = (np.asarray(side.get(name, np.nan), float) for side in (one, other))
            apart = np.inf
            if a.shape == b.shape:
                count += a.size
                apart = np.abs(a - b).max(initial=0.0)
            # Not `apart > worst`, which an answer that is no number would pass.
            if not apart <= worst:
                worst, where = (apart if apart == apart else np.inf), name
        differences.append(Difference(
            quantity, float(worst) if count or where else np.inf, where or 'everywhere', count))
    return differences


def report(differences: list[Difference], tolerance: float) -> tuple[str, bool]:
    """Return a table of differences, and whether all are within the tolerance."""
    lines = [f'{"quantity":28} {"numbers":>8} {"largest difference":>19}  where']
    for each in differences:
        mark = '' if each.largest <= tolerance else f'  MORE THAN {tolerance:g}'
        lines.append(
            f'{each.quantity:28} {each.count:8} {each.largest:19.1e}  {each.where}{mark}')
    return '\n'.join(lines), bool(differences) and all(
        each.largest <= tolerance for each in differences)


def main(arguments: list[str] | None = None) -> int:
    """Write or compare; return the exit status, 1 where the answers differ."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument('what', choices=('write', 'compare'))
    parser.add_argument('file', type=Path, help='answers in JSON')
    parser.add_argument('--tolerance', type=float, default=TOLERANCE)
    options = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    if options.what == 'write':
        options.file.write_text(json.dumps(answers(), indent=1) + '\n', encoding='utf-8')
        return 0
    theirs, ours = json.loads(options.file.read_text(encoding='utf-8')), answers()
    table, same = report(compare(theirs['answers'], ours['answers']), options.tolerance)
    print(f'{theirs["machine"]}\n{ours["machine"]}\n{table}')
    return 0 if same else 1


def _pipeline() -> FacePipeline:
    """Return the pipeline of the node's defaults, with names that repeat."""
    return build_pipeline(
        model_path('expression.onnx'), model_path('face_detector.onnx'), ids=TrackIds(seed=0))


def _shares(pixels, width: float) -> list:
    return (np.asarray(pixels, float) / width).tolist()


if __name__ == '__main__':
    sys.exit(main())
