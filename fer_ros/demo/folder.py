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

"""The pictures of a folder, each looked at by itself: who is there, and a copy to look at."""

from __future__ import annotations

from pathlib import Path
import sys

import cv2
from fer_ros.core.metadata_values import ModelError
from fer_ros.core.recognizer import ExpressionRecognizer
from fer_ros.core.text import shown
from fer_ros.demo.sources import pictures, SourceError
from fer_ros.demo.terminal import described
from fer_ros.viz.draw import draw_faces


def show(folder: Path, output: Path) -> int:
    """Look at the pictures of a folder; return the exit status, having said what is wrong."""
    try:
        if look(folder, output):
            return 0
        print(f'fer_demo: {folder} holds pictures, but none with a face', file=sys.stderr)
    except (SourceError, ModelError, OSError) as error:
        print(f'fer_demo: {error}', file=sys.stderr)
    except KeyboardInterrupt:
        print('\nfer_demo: stopped', file=sys.stderr)
        return 130
    return 1


def look(folder: Path, output: Path) -> int:
    """
    Print the faces of each picture of a folder, and write a copy with the faces drawn.

    A copy has the name of its picture after `faces_`, and is a JPEG.

    :param folder: of the pictures; nothing is written there.
    :param output: folder of the copies, made if needed.
    :return: how many faces there were.
    :raises SourceError: the folder holds no picture, or is also that of the copies.
    :raises ModelError: a model is missing, damaged or unsuitable.
    :raises OSError: a copy cannot be written.
    """
    if Path(output).resolve() == Path(folder).resolve():
        raise SourceError(
            f'{output} is the folder of the pictures themselves; choose another --output')
    recognizer = ExpressionRecognizer()
    Path(output).mkdir(parents=True, exist_ok=True)
    count = faces = people = 0
    for path, picture in pictures(folder):
        found = recognizer.recognize(picture).faces
        print(f'{shown(path.name)}: {"   ".join(map(described, found)) or "nobody"}', flush=True)
        draw_faces(picture, found)
        name = path.stem if path.suffix.lower() == '.jpg' else path.name
        copy = Path(output) / f'faces_{name}.jpg'
        if not cv2.imwrite(str(copy), picture, (cv2.IMWRITE_JPEG_QUALITY, 92)):
            raise OSError(f'{copy} cannot be written; is the disk full?')
        count, faces, people = count + 1, faces + len(found), people + bool(found)
    print(f'fer_demo: pictures: {count}, with a face: {people}, faces: {faces}; '
          f'copies with the faces drawn are in {output}')
    return faces
