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

"""A snapshot on disk: the picture, and what the node said of it."""

from __future__ import annotations

import json
from pathlib import Path
import time
from typing import Any

import cv2
from fer_ros.staged_output import write_whole
import numpy as np
from numpy.typing import NDArray


def write_snapshot(folder: Path, words: dict[str, Any],
                   picture: NDArray[np.uint8] | None) -> list[Path]:
    """
    Write a snapshot; each file appears under its name when it is whole.

    :param folder: made where it is missing.
    :param words: of `presenter.snapshot`.
    :param picture: uint8 (H, W, 3), bgr; None where there is none.
    :return: what was written.
    :raises OSError: the folder cannot be made.
    :raises OutputError: it cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    moment = words['time']
    stem = time.strftime('fer_%Y-%m-%d_%H-%M-%S', time.localtime(moment))
    stem += f'_{int(1000 * moment) % 1000:03d}'
    contents = {'.json': (json.dumps(words, indent=2, ensure_ascii=False) + '\n').encode()}
    if picture is not None:
        contents['.png'] = cv2.imencode('.png', picture)[1].tobytes()
    written = []
    for suffix, content in contents.items():
        path = folder / (stem + suffix)
        write_whole(path, content)
        written.append(path)
    return written
