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

"""The command fer_evaluate: how good the expression model and the face detector are."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
import sys

import cv2
from fer_ros.boundary import bounded, DAMAGED, OK, tell
from fer_ros.core.assets import DETECTOR_MODEL, EXPRESSION_MODEL, model_path
from fer_ros.core.classifier import ExpressionClassifier
from fer_ros.core.onnx_model import ModelError, OnnxModel
from fer_ros.core.pipeline import FacePipeline
from fer_ros.evaluate import card_tables, evaluation, ferplus, photographs, robustness
from fer_ros.evaluate.arguments import parse, refuse_overwriting
from fer_ros.evaluate.csv_table import DataError
from fer_ros.staged_output import write_whole
import numpy as np

#: Faces in one run of the network; more needs memory and gains nothing.
BATCH = 64


@bounded('fer_evaluate', DataError, ModelError)
def main(arguments: list[str] | None = None) -> int:
    """Run the tool; return its exit status."""
    options = parse(arguments)
    cv2.setNumThreads(1)
    if options.plot is not None:
        # Now, and not after minutes of measuring.
        import matplotlib  # noqa: F401
    refuse_overwriting(options)
    result, problems = _evaluate(options)
    _write(result, options)
    for problem in problems:
        tell('fer_evaluate', f'left out: {problem}')
    return DAMAGED if problems else OK


def _evaluate(options: argparse.Namespace) -> tuple[dict, list[str]]:
    if options.boxes is not None:
        from fer_ros.evaluate import detectors
        return detectors.compare(
            [options.detector or model_path(DETECTOR_MODEL)], (), options.boxes,
            threads=options.threads, progress=_progress())
    if options.head_pose is not None:
        from fer_ros.evaluate import head_poses
        if not options.head_pose.is_dir():
            raise DataError(f'{options.head_pose} is not a folder; --head-pose must name one')
        return head_poses.measure(
            options.head_pose, options.labels, options.threads, _progress()), []
    path = options.model or model_path(EXPRESSION_MODEL)
    model = OnnxModel(path, threads=options.threads)
    classifier = ExpressionClassifier(model)
    problems: list[str] = []
    if options.data is not None:
        result = _evaluate_split(classifier, options)
    else:
        result, problems = _evaluate_photographs(classifier, options)
    result['model'] = evaluation.describe_model(Path(path), model.sha256, model.metadata)
    result['model']['temperature'] = classifier.metadata.temperature
    result['threads'] = options.threads
    result['ms_per_face'] = evaluation.milliseconds_per_face(
        classifier.classify, classifier.input_size)
    return result, problems


def _evaluate_split(classifier: ExpressionClassifier, options: argparse.Namespace) -> dict:
    split = ferplus.load_split(options.data, options.split)
    kept, labels = ferplus.majority(split.votes)
    if not len(kept):
        raise DataError(
            f'{options.data / options.split}.csv has no face with a majority; '
            f'use a split with ten votes per face')
    size = classifier.input_size
    faces = split.faces[kept]
    if size != ferplus.SIDE:
        faces = np.stack([
            cv2.resize(face, (size, size), interpolation=cv2.INTER_LINEAR) for face in faces])

    def classify(batch: np.ndarray) -> np.ndarray:
        return np.concatenate([
            classifier.classify(batch[start:start + BATCH])
            for start in range(0, len(batch), BATCH)])

    probabilities = classify(faces)
    other = ~ferplus.calibration_half(split.image_ids[kept])
    result = {
        'data': f'{options.data}, split {options.split}, majority protocol '
                f'({len(split.votes):,} faces before it)',
        **evaluation.summarise(probabilities, labels),
        'held_out': evaluation.held_out(probabilities[other], labels[other])}
    if options.robustness or options.card:
        result['robustness'] = robustness.measure(classify, faces, labels)
    return result


def _evaluate_photographs(
        classifier: ExpressionClassifier, options: argparse.Namespace) -> tuple[dict, list[str]]:
    from fer_ros.core.detector import DetectorOptions, load_detector
    if not options.images.is_dir():
        raise DataError(
            f'{options.images} is not a folder; --images must name the folder of the pictures')
    listing = photographs.read_labels(options.labels)
    detector = load_detector(
        OnnxModel(options.detector or model_path(DETECTOR_MODEL), threads=options.threads),
        DetectorOptions())
    answers = photographs.answer(
        FacePipeline(detector, classifier), options.images, listing, _progress())
    problems = listing.problems + answers.unreadable
    if not len(answers.truth) and not answers.missed:
        for problem in problems:
            tell('fer_evaluate', f'left out: {problem}')
        raise DataError(f'no picture of {options.labels} could be used')
    other = ~photographs.calibration_half(answers.names)
    result = {
        'data': f'{options.images}, labels {options.labels}, whole pipeline, largest face',
        **evaluation.summarise(answers.probabilities, answers.truth, answers.missed),
        'other_half': evaluation.held_out(answers.probabilities[other], answers.truth[other]),
        'not_detected': len(answers.missed), 'unreadable': len(answers.unreadable),
        'unknown_labels': len(listing.problems),
        'ms_per_picture': float(np.median(answers.milliseconds))}
    return result, problems


def _progress():
    """Return a line that counts on a terminal; None elsewhere."""
    if not sys.stderr.isatty():
        return None

    def show(done: int, total: int) -> None:
        print(f'\r{done} of {total} pictures', end='\n' if done == total else '', file=sys.stderr)
    return show


def _text(result: dict) -> str:
    if 'turned_faces' in result:
        from fer_ros.evaluate import head_poses
        return head_poses.text(result)
    if 'detectors' not in result:
        return evaluation.table(result)
    from fer_ros.evaluate import detectors
    return detectors.text(result)


def _write(result: dict, options: argparse.Namespace) -> None:
    from fer_ros.bench import machine
    result = {'machine': machine.describe(), **result}
    if options.json == '-':
        json.dump(result, sys.stdout, indent=1)
        print()
    else:
        print(_text(result))
        if options.json:
            Path(options.json).parent.mkdir(parents=True, exist_ok=True)
            write_whole(options.json, (json.dumps(result, indent=1) + '\n').encode())
    if options.card is not None and options.boxes is not None:
        from fer_ros.evaluate import detectors
        card_tables.replace_tables(
            options.card, {'boxes': detectors.markdown(result)}, 'fer_evaluate --boxes')
    elif options.card is not None and options.head_pose is not None:
        from fer_ros.evaluate import head_poses
        card_tables.replace_tables(
            options.card, head_poses.markdown(result), 'fer_evaluate --head-pose')
    elif options.card is not None:
        card_tables.write_tables(
            options.card, result, options.images.resolve().name if options.images else '')
    if options.plot is not None:
        from fer_ros.viz.plots import save_figures
        written = save_figures(result, options.plot)
        # With --json - standard output is JSON and nothing else.
        print(f"wrote {', '.join(map(str, written))}", file=sys.stderr)


if __name__ == '__main__':
    sys.exit(main())
