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

"""The result of an evaluation: one dictionary that JSON, the table and the plots share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
import statistics
import time

from fer_ros.core.types import LABELS
from fer_ros.evaluate import metrics
from fer_ros.evaluate.model_cost import CostError, count_cost
import numpy as np

#: Shares of the faces answered for, of which the accuracy is told.
SHARES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)

#: Of the mistakes made with the most confidence, so many are counted by kind.
WORST = 30

#: Runs before and during the measurement of the time per face.
WARM_UP, RUNS = 20, 200


def summarise(probabilities: np.ndarray, truth: np.ndarray,
              missed: np.ndarray | Sequence[int] = ()) -> dict:
    """
    Summarise predictions.

    :param probabilities: float (N, 8), columns as `LABELS`.
    :param truth: int (N,), indices in `LABELS`.
    :param missed: int (M,), true classes of pictures without an answer: each is a miss in
        accuracy and recall, and unknown to the confusion matrix and the calibration.
    :returns: JSON-ready dictionary; recalls of classes that do not occur are None.
    """
    metrics.check(probabilities, truth)
    missed = np.asarray(missed, int)
    faces = len(truth) + len(missed)
    predicted = probabilities.argmax(axis=1)
    confusion = metrics.confusion_matrix(truth, predicted, len(LABELS))
    support = confusion.sum(axis=1) + np.bincount(missed, minlength=len(LABELS))
    recalls = [
        float(confusion[i, i] / support[i]) if support[i] else None for i in range(len(LABELS))]
    calibration = metrics.calibration(probabilities, truth)
    coverage, risk = metrics.risk_coverage(probabilities, truth)
    return {
        'faces': faces,
        'accuracy': float(np.trace(confusion) / faces) if faces else None,
        'macro_recall': metrics.mean_of_known(recalls),
        'per_class': dict(zip(LABELS, recalls)),
        'support': dict(zip(LABELS, support.tolist())),
        'confusion': confusion.tolist(),
        'labels': list(LABELS),
        'ece': calibration.error,
        'nll': metrics.negative_log_likelihood(probabilities, truth),
        'calibration': {
            'edges': calibration.edges.tolist(), 'counts': calibration.counts.tolist(),
            'confidence': calibration.confidence.tolist(),
            'accuracy': calibration.accuracy.tolist()},
        'risk_coverage': _tenths(coverage, risk),
        'worst': _worst(probabilities, truth),
    }


def _worst(probabilities: np.ndarray, truth: np.ndarray) -> list[list]:
    """Return [true label, answer, count] of the most confident mistakes, most frequent first."""
    answers, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(answers != truth)
    wrong = wrong[np.argsort(-confidence[wrong], kind='stable')][:WORST]
    kinds = Counter((LABELS[truth[each]], LABELS[answers[each]]) for each in wrong)
    return [[*kind, count] for kind, count in kinds.most_common()]


def _tenths(coverage: np.ndarray, risk: np.ndarray) -> dict:
    """Return the curve at a hundred even steps of coverage: enough to draw, short to read."""
    if not len(coverage):
        return {'coverage': [], 'risk': []}
    count = min(100, len(coverage))
    picks = np.ceil(np.linspace(1 / count, 1, count) * len(coverage) - 1e-9).astype(int) - 1
    return {'coverage': coverage[picks].tolist(), 'risk': risk[picks].tolist()}


def held_out(probabilities: np.ndarray, truth: np.ndarray) -> dict:
    """
    Return calibration and confidence of the faces that the temperature was not fitted on.

    :returns: `faces`, `ece`, and `coverage`: for shares of the faces answered for, the most
        confident first, `share`, `accuracy` and `min_confidence`, the least confidence answered.
    """
    coverage, risk = metrics.risk_coverage(probabilities, truth)
    confidence = np.sort(probabilities.max(axis=1))[::-1] if len(truth) else np.zeros(0)
    picks = [max(round(share * len(truth)) - 1, 0) for share in SHARES] if len(truth) else []
    return {
        'faces': len(truth), 'ece': metrics.calibration(probabilities, truth).error,
        'coverage': [
            {'share': share, 'accuracy': float(1.0 - risk[pick]),
             'min_confidence': float(confidence[pick])}
            for share, pick in zip(SHARES, picks)]}


def describe_model(path: Path, sha256: str, metadata: dict[str, str]) -> dict:
    """
    Return file, sha256, bytes, parameters and multiply-adds of a model.

    The last two are counted from the graph; where that cannot be done (no package `onnx`),
    they are the model's own claim and `counted` is False.
    """
    try:
        cost = count_cost(path)
    except CostError:
        cost = None
    claimed = {key: int(metadata[key]) if key in metadata else None
               for key in ('parameters', 'macs')}
    counted = {'parameters': cost.parameters, 'macs': cost.macs} if cost else claimed
    return {
        # Not where it lies on this machine: results are passed on.
        'file': Path(path).name, 'sha256': sha256, **counted, 'bytes': Path(path).stat().st_size,
        'counted': cost is not None}


def milliseconds_per_face(classify, side: int) -> float:
    """
    Return the median time of one face in milliseconds, after a warm-up.

    :param classify: takes uint8 (1, side, side).
    """
    face = np.random.default_rng(0).integers(0, 256, (1, side, side), np.uint8)
    for _ in range(WARM_UP):
        classify(face)
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        classify(face)
        seconds.append(time.perf_counter() - start)
    return 1000 * statistics.median(seconds)


def table(result: dict) -> str:
    """Return the result as text for people."""
    def share(value):
        return '     -' if value is None else f'{100 * value:5.1f}%'

    model = result['model']
    widths = [max(7, len(label)) for label in result['labels']]
    lines = [
        f"model     {model['file']}",
        f"          sha256 {model['sha256']}",
        f"          {_count(model['parameters'])} parameters, {_count(model['macs'])} "
        f"multiply-adds, {model['bytes']:,} bytes"
        + ('' if model['counted'] else " (the model's own claim: package onnx is not installed)"),
        f"data      {result['data']}",
        f"faces     {result['faces']:,}",
    ]
    if 'not_detected' in result:
        lines.append(
            f"          in {result['not_detected']:,} no face was detected (counted as wrong); "
            f"{result['unreadable']:,} pictures unreadable, {result['unknown_labels']:,} with "
            f'an unknown label (left out)')
    lines += [
        f"accuracy  {share(result['accuracy'])}",
        f"macro     {share(result['macro_recall'])}  mean recall of the classes that occur",
        f"ECE       {share(result['ece'])}  {metrics.CALIBRATION_BINS} bins, top-1",
        f"time      {result['ms_per_face']:6.2f} ms per face, network alone, "
        f"{result['threads']} thread{'s' if result['threads'] > 1 else ''}",
        '', 'true \\ predicted  faces  recall  '
        + ' '.join(f'{label:>{width}}' for label, width in zip(result['labels'], widths))]
    for label, row in zip(result['labels'], result['confusion']):
        lines.append(
            f"{label:<16} {result['support'][label]:>6}  {share(result['per_class'][label])}  "
            + ' '.join(f'{number:>{width}}' for number, width in zip(row, widths)))
    if 'held_out' in result:
        lines += ['', f"{result['held_out']['faces']:,} faces not used for the temperature: "
                      f"ECE {share(result['held_out']['ece'])}"]
        lines += [
            f"  answering {share(row['share'])}: accuracy {share(row['accuracy'])}, "
            f"min_confidence {row['min_confidence']:.2f}"
            for row in result['held_out']['coverage']]
    if 'robustness' in result:
        lines += ['', 'degradation                     accuracy  macro   points lost']
        lines += [
            f"{name:<32} {share(row['accuracy'])} {share(row['macro_recall'])}  {row['drop']:6.1f}"
            for name, row in result['robustness'].items()]
    return '\n'.join(lines)


def _count(value) -> str:
    return 'unknown' if value is None else f'{value:,}'
