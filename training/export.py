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
"""Export a run's averaged network to ONNX with the metadata the node reads, and its model card."""

import argparse
import hashlib
import json
from pathlib import Path

from calibration import calibrate_mixture, fit_bias, softmax
from counts import count_macs, count_parameters
from data import (calibration_half, data_sha256, DEFAULT_DATA, LABELS, load_split,
                  majority_labels, REPOSITORY, Split)
from fer_ros.evaluate.metrics import calibration
from inference import evaluate, infer, load_network, predict, to_input
from network import ExpressionNet
import numpy as np
import onnx
from recipe import TrainConfig
import torch
from world import DEFAULT_WORLD, load_world, World

NAME, VERSION, LICENSE = 'fer_ros expression classifier', '1.3.0', 'Apache-2.0'
OPSET = 17
TRAINING_DATA = 'FER+ (images of FER2013, labels of Microsoft)'
# With RAF-DB, whose terms are for non-commercial research.
RESEARCH_LICENSE = 'non-commercial research only (terms of RAF-DB)'
RESEARCH_DATA = TRAINING_DATA + '; RAF-DB basic, training part without a held-out tenth'
CROP_GEOMETRY = Path(__file__).resolve().parent / 'crop_geometry.json'
# Until training/measure_crops.py has measured them: a FER+ face fills a BlazeFace box's
# neighbourhood, and a YuNet box itself.
DEFAULT_CROP = {'blazeface': {'scale': 1.3, 'dx': 0.0, 'dy': 0.0},
                'yunet': {'scale': 1.0, 'dx': 0.0, 'dy': 0.0}}


def read_crop_geometry(path: Path = CROP_GEOMETRY) -> dict:
    """Return, per detector, the crop's scale, dx and dy; other keys of the file are left out."""
    if not path.is_file():
        return DEFAULT_CROP
    measured = json.loads(path.read_text())
    return {detector: {key: float(measured[detector][key]) for key in ('scale', 'dx', 'dy')}
            for detector in measured
            if isinstance(measured[detector], dict) and 'scale' in measured[detector]}


def export_graph(network: torch.nn.Module, path: Path) -> onnx.ModelProto:
    """Write `network` to `path`: input faces [N, 1, S, S], output logits [N, 8], both float32."""
    size = network.config.input_size
    network = network.eval().to(memory_format=torch.contiguous_format)
    # The tracing exporter folds batch normalisation and leaves fewer nodes than the dynamo one.
    torch.onnx.export(
        network, (torch.zeros(2, 1, size, size),), str(path), input_names=['faces'],
        output_names=['logits'], dynamic_axes={'faces': {0: 'N'}, 'logits': {0: 'N'}},
        opset_version=OPSET, do_constant_folding=True, dynamo=False)
    model = onnx.load(str(path))
    onnx.checker.check_model(model, full_check=True)
    return model


def halve_weights(model: onnx.ModelProto) -> None:
    """
    Store the large weights as float16, each behind a Cast to float32; arithmetic stays float32.

    ONNX Runtime folds the casts when it loads the model, so only the file is smaller.
    """
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < 64:
            continue
        name = tensor.name
        tensor.CopyFrom(onnx.numpy_helper.from_array(values.astype(np.float16), name + '_half'))
        casts.append(onnx.helper.make_node('Cast', [name + '_half'], [name], name + '_cast',
                                           to=onnx.TensorProto.FLOAT))
    nodes = casts + list(graph.node)
    del graph.node[:]
    graph.node.extend(nodes)


def correct_prior(network: ExpressionNet, votes: np.ndarray, strength: float) -> None:
    """
    Move the answers towards rare expressions, by `strength` times the logarithm of their share.

    With strength 1 the classes would count alike whatever their share of the training faces
    (Menon et al., 2021); a little of it finds more of the rare ones at no cost in accuracy.
    """
    labels = majority_labels(votes)
    share = np.bincount(labels[labels >= 0], minlength=len(LABELS)) / (labels >= 0).sum()
    with torch.no_grad():
        network.classifier.bias -= torch.from_numpy(strength * np.log(share)).float()


def measure(logits: np.ndarray, valid: Split, met: np.ndarray, world: World) -> dict:
    """
    Return bias and temperature, fitted on halves of FER+ and of photographs, and the scores.

    Accuracy and macro recall are of the whole of each set, calibration errors of the other halves.

    :param logits: [N, 8] of `valid`; `met`: [M, 8] of the photographs of `world`.
    """
    labels = majority_labels(valid.votes)
    kept = labels >= 0
    sets = ((logits[kept], labels[kept], calibration_half(valid.image_ids)[kept]),
            (met, world.labels, world.calibration_half))
    halves = [(values[half], truth[half]) for values, truth, half in sets]
    bias = np.round(fit_bias(halves), 3)
    temperature = round(calibrate_mixture([(v + bias, truth) for v, truth in halves]), 4)
    said = []
    for values, truth, half in sets:
        values = values + bias
        said.append({
            **{key: round(value, 4) for key, value in evaluate(values, truth).items()},
            'ece': round(calibration(
                softmax(values[~half] / temperature), truth[~half]).error, 4)})
    # A photograph without a face is a miss; the shipped detector finds one in each.
    if len(world.missed):
        raise ValueError(f'{len(world.missed)} photographs have no face for the detector')
    return {**said[0], 'bias': bias.tolist(), 'temperature': temperature, 'photographs': said[1]}


def build_metadata(checkpoint: dict, network: torch.nn.Module, measured: dict,
                   sha256: str) -> dict:
    """Return everything the node and its user need to know of the model, as plain values."""
    return {
        'fer_ros.kind': 'expression_classifier', 'name': NAME, 'version': VERSION,
        **terms(checkpoint), 'labels': list(LABELS), 'input_size': network.config.input_size,
        'color': 'gray', 'mean': checkpoint['mean'], 'std': checkpoint['std'],
        'crop': read_crop_geometry(), **measured, 'data_sha256': sha256,
        'parameters': count_parameters(network), 'macs': count_macs(network),
        'epochs': checkpoint['epoch'], 'train_command': 'make train',
        'provenance': provenance(checkpoint),
    }


def terms(checkpoint: dict) -> dict:
    """Return `license` and `training_data`, which follow from what a run and its origins saw."""
    if saw_rafdb(checkpoint):
        return {'license': RESEARCH_LICENSE, 'training_data': RESEARCH_DATA}
    return {'license': LICENSE, 'training_data': TRAINING_DATA}


def saw_rafdb(checkpoint: dict) -> bool:
    """Tell whether a run, its start or one of its teachers learnt from RAF-DB."""
    behind = [checkpoint.get('start'), *(checkpoint.get('teachers') or []),
              *(checkpoint.get('mean_of') or [])]
    return bool(checkpoint['train_config'].get('rafdb_copies')) or any(
        saw_rafdb(each) for each in behind if each)


def provenance(checkpoint: dict) -> dict:
    """
    Return how a run was made: the settings that are not the defaults, its start, its teachers.

    What is None or empty, in the run or those it came from, is left out.
    """
    settings = {name: value for name, value in checkpoint['train_config'].items()
                if name == 'epochs' or value != getattr(TrainConfig(), name, None)}
    made = {'settings': settings, 'plans': checkpoint.get('plans'),
            'pretrained': checkpoint.get('pretrained'),
            'start': checkpoint.get('start') and provenance(checkpoint['start']),
            'teachers': [provenance(teacher) for teacher in checkpoint.get('teachers') or []],
            'mean_of': [provenance(each) for each in checkpoint.get('mean_of') or []]}
    return {key: value for key, value in made.items() if value}


def write_metadata(model: onnx.ModelProto, metadata: dict, path: Path) -> None:
    """Store `metadata` in the model, strings as they are and the rest as JSON, and save it."""
    del model.metadata_props[:]
    onnx.helper.set_model_props(model, {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in metadata.items()})
    model.producer_name, model.producer_version = 'fer_ros', VERSION
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def check_parity(logits: np.ndarray, expected: np.ndarray, tolerance: float) -> float:
    """Return the largest difference of logits; raises ValueError when it exceeds `tolerance`."""
    difference = float(np.abs(logits - expected).max())
    if difference > tolerance:
        raise ValueError(f'the exported logits differ from PyTorch by {difference:.2g}, more than '
                         f'{tolerance:.2g}; compare the operators of the exported graph')
    return difference


def update_card(card: Path, front: dict) -> None:
    """Replace the card's YAML front matter, keeping its text."""
    body = card.read_text() if card.is_file() else f'# {NAME}\n'
    if body.startswith('---\n'):
        body = body.split('---\n', 2)[2]
    lines = [f'{key}: {json.dumps(value)}' for key, value in front.items()]
    card.write_text('---\n' + '\n'.join(lines) + '\n---\n' + body)


def main() -> None:
    """Export one run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('run', type=Path, help='directory of a run, or a checkpoint')
    parser.add_argument('--data', type=Path, default=DEFAULT_DATA)
    parser.add_argument('--world', type=Path, default=DEFAULT_WORLD, help='crops of world.py')
    parser.add_argument('--out', type=Path, default=REPOSITORY / 'models/expression.onnx')
    parser.add_argument('--prior-correction', type=float, default=0.0,
                        help='strength of the correction; 0: none')
    options = parser.parse_args()
    torch.set_num_threads(1)
    path = options.run / 'last.pt' if options.run.is_dir() else options.run
    network, checkpoint = load_network(path)
    valid, world = load_split(options.data, 'valid'), load_world(options.world)
    correct_prior(
        network, load_split(options.data, 'train').votes, options.prior_correction)
    expected = predict(network, valid.faces)
    model = export_graph(network, options.out)
    check_parity(infer(options.out, to_input(valid.faces).numpy()), expected, 1e-3)
    halve_weights(model)
    onnx.save(model, str(options.out))
    logits = infer(options.out, to_input(valid.faces).numpy())
    difference = check_parity(logits, expected, 5e-2)
    metadata = build_metadata(
        checkpoint, network, measure(
            logits, valid, infer(options.out, to_input(world.photos).numpy()), world),
        data_sha256(options.data))
    metadata['prior_correction'] = options.prior_correction
    write_metadata(model, metadata, options.out)
    update_card(options.out.with_suffix('.md'), {
        'name': NAME, 'version': VERSION, 'file': options.out.name,
        'sha256': hashlib.sha256(options.out.read_bytes()).hexdigest(),
        **{key: metadata[key] for key in (
            'license', 'training_data', 'parameters', 'macs', 'accuracy', 'macro_recall', 'ece',
            'temperature')}})
    print(json.dumps({**metadata, 'bytes': options.out.stat().st_size,
                      'nodes': len(model.graph.node), 'parity': difference}, indent=1))


if __name__ == '__main__':
    main()
