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

from fer_ros.boundary import FAILED, OK, tell
from fer_ros.core.recognizer import ExpressionRecognizer
from fer_ros.core.text import shown
from fer_ros.demo.recorder import save_picture
from fer_ros.demo.sources import pictures, SourceError
from fer_ros.demo.terminal import described
from fer_ros.viz.draw import draw_faces


def show(folder: Path, output: Path) -> int:
    """
    Look at the pictures of a folder; return the exit status.

    :raises SourceError, ModelError, OutputError: as `look` does.
    """
    if look(folder, output):
        return OK
    tell('fer_demo', f'{folder} holds pictures, but none with a face')
    return FAILED


def look(folder: Path, output: Path) -> int:
    """
    Print the faces of each picture of a folder, and write a copy with the faces drawn.

    A copy has the name of its picture after `faces_`, and is a JPEG.

    :param folder: of the pictures; nothing is written there.
    :param output: folder of the copies, made if needed.
    :return: how many faces there were.
    :raises SourceError: the folder holds no picture, or is also that of the copies.
    :raises ModelError: a model is missing, damaged or unsuitable.
    :raises OutputError: a copy cannot be written.
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
        save_picture(copy, picture)
        count, faces, people = count + 1, faces + len(found), people + bool(found)
    print(f'fer_demo: pictures: {count}, with a face: {people}, faces: {faces}; '
          f'copies with the faces drawn are in {output}')
    return faces
