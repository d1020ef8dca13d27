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
Fit bias and temperature of exported models anew, and write them into models and cards.

`world.py` has to have cut the photographs out first.
"""

import argparse
import hashlib
import json
from pathlib import Path

from data import DEFAULT_DATA, load_split, REPOSITORY
from export import measure, TRAINING_DATA, update_card
from inference import infer, to_input
import onnx
from world import DEFAULT_WORLD, load_world, World

MODELS = ('models/expression.onnx', 'models/expression_fast.onnx')


def recalibrate(path: Path, valid, world: World) -> dict:
    """Replace a model's calibration and scores, and those in its card; return the new ones."""
    logits, met = (infer(path, to_input(faces).numpy()) for faces in (valid.faces, world.photos))
    measured = measure(logits, valid, met, world)
    model = onnx.load(str(path))
    metadata = {each.key: each.value for each in model.metadata_props}
    metadata.update((key, json.dumps(value)) for key, value in measured.items())
    # Models exported before it was said saw nothing else.
    metadata.setdefault('training_data', TRAINING_DATA)
    onnx.helper.set_model_props(model, metadata)
    path.write_bytes(model.SerializeToString())
    card = path.with_suffix('.md')
    front = {key: json.loads(value) for key, value in (
        line.split(': ', 1) for line in card.read_text().split('---\n', 2)[1].splitlines())}
    front['sha256'] = hashlib.sha256(path.read_bytes()).hexdigest()
    front.pop('origin', None)
    front['training_data'] = metadata['training_data']
    front.update((key, measured[key]) for key in front if key in measured)
    update_card(card, front)
    return measured


def main() -> None:
    """Update the models."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        'models', type=Path, nargs='*', default=[REPOSITORY / name for name in MODELS])
    parser.add_argument('--data', type=Path, default=DEFAULT_DATA)
    parser.add_argument('--world', type=Path, default=DEFAULT_WORLD)
    options = parser.parse_args()
    valid, world = load_split(options.data, 'valid'), load_world(options.world)
    for path in options.models:
        print(path.name, json.dumps(recalibrate(path, valid, world)))


if __name__ == '__main__':
    main()
