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

"""What the demo says at its end: what it wrote, and where to look next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
import os
from pathlib import Path
import shlex
import shutil
import subprocess

from fer_ros.boundary import tell
from fer_ros.demo.processes import SHARED

#: Opens a file with what the desktop has for it.
OPENER = 'xdg-open'

#: Where to look next: on a robot, on a screen, in code.
STEPS = (
    'on a robot: ros2 launch fer_ros fer.launch.py image:=/camera/image_raw; then '
    'ros2 run fer_ros fer_monitor',
    'in rqt, rviz and Foxglove: docs/see_it.md; your own behaviour: docs/behaviours.md')

#: The example that hears the faces, below the root of a checkout.
GREETER = Path('examples', 'greeter', 'greeter', 'greeter.py')


def listening(environment: Mapping[str, str]) -> str:
    """
    Return lines for people: what to paste into another terminal to hear the demo.

    :param environment: of the demo.
    """
    shared = [f'{name}={shlex.quote(environment[name])}' for name in SHARED
              if environment.get(name)]
    root = Path(__file__).resolve().parents[2]
    if (root / '.venv').is_dir() and (root / GREETER).is_file():
        here = Path() if root == Path.cwd() else root
        listen = [str(here / 'scripts' / 'env'), 'python', str(here / GREETER)]
    else:
        listen = ['ros2', 'topic', 'echo', '/fer/expression']
    return ('fer_demo: a behaviour of your own hears it from another terminal; paste:\n  '
            + ' '.join([*shared, *map(shlex.quote, listen)]))


def told(folder: Path, written: Sequence[Path], telling: Path | None) -> str:
    """
    Return lines for people about the files written to a folder, and the next steps.

    :param telling: the still that shows most, if any.
    """
    stills = sum(path.suffix == '.jpg' for path in written)
    kinds = [f'{stills} annotated pictures'] if stills else []
    kinds += [path.name for path in written if path.suffix != '.jpg']
    lines = [f'fer_demo: wrote {" and ".join(kinds)} to {folder}'
             + (f'; {telling} shows most' if telling is not None else '')]
    return '\n'.join([*lines, *(f'  {step}' for step in STEPS)])


def open_picture(path: Path) -> None:
    """Open a picture on the desktop, without waiting for it; say so where there is none."""
    if not (os.environ.get('DISPLAY') or os.environ.get('WAYLAND_DISPLAY')):
        tell('fer_demo', f'--open: there is no display here; copy {path} to where there is one')
    elif shutil.which(OPENER) is None:
        tell('fer_demo', f'--open: {OPENER} is missing (package xdg-utils); open {path} yourself')
    else:
        subprocess.Popen(
            [OPENER, str(path)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True)
