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

"""The launch file's arguments for the reference page: the file is run, and starts nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
import runpy
import sys
from types import ModuleType
from typing import Any, NamedTuple

#: Below the repository's root.
LAUNCH_FILE = Path('launch/fer.launch.py')

#: Stands for the folder of a package's data, which differs from machine to machine.
SHARE = '<share of {}>'

#: Packages that a launch file imports; most machines that write the reference have none of them.
_PACKAGES = ('launch', 'launch_ros', 'ament_index_python')


class Argument(NamedTuple):
    """An argument of a launch file, as it declares it; `choices` is empty where any will do."""

    name: str
    default: str
    description: str
    choices: tuple[str, ...] = ()


def arguments(path: Path | None = None) -> list[Argument]:
    """
    Return the arguments that a launch file declares, in its order.

    :param path: of the file; None: fer.launch.py of this checkout.
    """
    path = path or Path(__file__).resolve().parents[2] / LAUNCH_FILE
    declared: list[Argument] = []

    def declare(name: str, *, default_value: Any = '', description: str = '',
                choices: Any = None, **_: Any) -> None:
        declared.append(Argument(
            name, str(default_value), description, tuple(map(str, choices or ()))))
    with _stand_ins({'DeclareLaunchArgument': declare,
                     'get_package_share_directory': SHARE.format}):
        runpy.run_path(str(path))['generate_launch_description']()
    return declared


def section() -> str:
    """Return the section of the reference page about them."""
    lines = ['| argument | default | choices | meaning |', '|---|---|---|---|']
    lines += [f"| `{one.name}` | `{one.default or repr('')}` | {', '.join(one.choices)} | "
              f'{plain(one.description)} |' for one in arguments()]
    return '\n'.join((
        '## Launch arguments\n',
        '`ros2 launch fer_ros fer.launch.py NAME:=VALUE`; `--show-args` lists them on a robot. '
        'Whatever has no argument of its own goes into `params_file`.\n', *lines, ''))


def plain(text: str) -> str:
    """Return a text for a cell of a table in Markdown: what is in angle brackets is no HTML."""
    return text.replace('<', r'\<').replace('|', r'\|')


class _Anything:
    """Takes any arguments, has any attribute, does nothing."""

    def __init__(self, *_: Any, **__: Any):
        pass

    def __call__(self, *_: Any, **__: Any) -> _Anything:
        return self

    def __getattr__(self, name: str) -> _Anything:
        return self


class _Module(ModuleType):
    """A module, or a function of one: nobody can tell by its name."""

    def __call__(self, *_: Any, **__: Any) -> _Anything:
        return _Anything()


class _StandIn(MetaPathFinder, Loader):
    """Makes modules of the packages whose names are some objects, and else anything."""

    def __init__(self, objects: dict[str, Any]):
        self._objects = objects

    def find_spec(self, name: str, *_: Any) -> ModuleSpec | None:
        return ModuleSpec(name, self, is_package=True) if _is_one(name) else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        def found(name: str) -> Any:
            if name in self._objects:
                return self._objects[name]
            if name.startswith('_'):
                raise AttributeError(name)
            # Classes are written with a capital letter.
            return import_module(f'{module.__name__}.{name}') if name.islower() else _Anything
        module.__getattr__ = found  # type: ignore[method-assign]


def _is_one(name: str) -> bool:
    return name.partition('.')[0] in _PACKAGES


@contextmanager
def _stand_ins(objects: dict[str, Any]) -> Iterator[None]:
    """Let imports of the packages give stand-ins for a while, whether or not they are there."""
    real = {name: sys.modules.pop(name) for name in list(sys.modules) if _is_one(name)}
    finder = _StandIn(objects)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if _is_one(name)]:
            del sys.modules[name]
        sys.modules.update(real)
