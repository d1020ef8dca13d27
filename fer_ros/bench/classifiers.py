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

"""Two classifiers in one run."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from fer_ros.bench.timing import CLOCKS, in_turn, percentiles
from fer_ros.core.assets import EXPRESSION_MODEL, model_path
from fer_ros.core.onnx_model import OnnxModel
import numpy as np

#: Runs of one classifier before the other's turn, of which the last one counts: so many that the
#: times of the small one have settled. With 4 they are still a quarter above that.
BLOCK = 16


def feed(model: OnnxModel) -> dict[str, np.ndarray]:
    """Return one random input for each input of a model; free sizes are 1."""
    random = np.random.default_rng(0)
    return {
        name: random.random(
            [side if isinstance(side, int) else 1 for side in shape], np.float32)
        for name, shape in model.inputs.items()}


def compare(
        against: Path, repeats: int, threads: int, clock: str, own: Path | None = None) -> dict:
    """
    Run the package's classifier and another in turn, one face at a time.

    Each runs `BLOCK` times in a row, of which the last counts: a network ten times the size leaves
    the small one a cache without its weights. How much that is, `ratio_cold` tells.

    :param against: ONNX file with float32 inputs.
    :param repeats: runs that count; a tenth as many come before.
    :param threads: of each.
    :param clock: one of `CLOCKS`.
    :param own: the package's classifier; None: the default one.
    :return: for JSON; `ratio` says how many times cheaper the package's is, `ratio_cold` the
        same with each run right after one of the other.
    :raises ModelError: a model cannot be loaded or run.
    """
    models = {
        'own': OnnxModel(own or model_path(EXPRESSION_MODEL), threads=threads),
        'against': OnnxModel(against, threads=threads, verify_checksum=False)}
    works = {
        name: partial(model.run, feed(model)) for name, model in models.items()}
    warmup = max(3, repeats // 10)
    times = in_turn(works, repeats, warmup, CLOCKS[clock], BLOCK)
    cold = in_turn(works, repeats, warmup, CLOCKS[clock])
    return {
        'threads': threads, 'clock': clock, 'repeats': repeats,
        'own': {'file': models['own'].path.name, 'ms': percentiles(times['own'])},
        'against': {'file': models['against'].path.name, 'ms': percentiles(times['against'])},
        'ratio': _ratio(times), 'ratio_cold': _ratio(cold)}


def _ratio(times: dict[str, list[float]]) -> float:
    ratio = np.median(np.array(times['against']) / np.array(times['own']))
    return round(float(ratio), 1)
