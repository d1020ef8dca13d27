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
"""Write the measured crop geometry into expression models that were exported before it."""

import argparse
import hashlib
import json
from pathlib import Path
import re

from data import REPOSITORY
from export import read_crop_geometry
import onnx

MODELS = ('models/expression.onnx', 'models/expression_fast.onnx')


def set_crop(path: Path, crop: dict) -> bool:
    """
    Replace the crop geometry of a model, and the checksum in its card.

    :param crop: as `read_crop_geometry` returns it.
    :return: whether it was another one before.
    :raises ValueError: the card has no checksum to replace.
    """
    model = onnx.load(str(path))
    metadata = {each.key: each.value for each in model.metadata_props}
    if json.loads(metadata['crop']) == crop:
        return False
    metadata['crop'] = json.dumps(crop)
    onnx.helper.set_model_props(model, metadata)
    data = model.SerializeToString()
    card = path.with_suffix('.md')
    text, count = re.subn(
        '(?m)^sha256: .*$', f'sha256: "{hashlib.sha256(data).hexdigest()}"', card.read_text(),
        count=1)
    if not count:
        raise ValueError(f"card '{card}' has no line 'sha256: …' in its head")
    path.write_bytes(data)
    card.write_text(text)
    return True


def main() -> None:
    """Update the models."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        'models', type=Path, nargs='*', default=[REPOSITORY / name for name in MODELS])
    crop = read_crop_geometry()
    for path in parser.parse_args().models:
        print(f"{path.name}: {'changed' if set_crop(path, crop) else 'as it is'}", crop)


if __name__ == '__main__':
    main()
