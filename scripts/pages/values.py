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

"""Values of the code that pages tell: defaults of parameters, and constants of modules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
import importlib
import importlib.util
from typing import Any


class Defaults(Mapping):
    """
    Defaults of the node's parameters by the parts of their names: `tracker`, then `memory`.

    :param prefix: what their names begin with.
    """

    def __init__(self, prefix: str = ''):
        from fer_ros.stream.parameters import SPECS
        self._prefix = prefix
        self._found = {name.removeprefix(prefix): spec.default for name, spec in SPECS.items()
                       if name.startswith(prefix)}

    def __getitem__(self, key: str) -> Any:
        if key in self._found:
            return self._found[key]
        if any(name.startswith(f'{key}.') for name in self._found):
            return Defaults(f'{self._prefix}{key}.')
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter({name.partition('.')[0] for name in self._found})

    def __len__(self) -> int:
        return len(list(iter(self)))


class Constants(Mapping):
    """
    Constants of a module by their names, and the modules of a package by theirs.

    :param module: `fer_ros`, or one of it.
    """

    def __init__(self, module: str = 'fer_ros'):
        self._name = module
        self._module = importlib.import_module(module)

    def __getitem__(self, key: str) -> Any:
        value = getattr(self._module, key, None)
        if key.isupper() and isinstance(value, (int, float, str, tuple)):
            return value
        # Only a package has modules.
        if hasattr(self._module, '__path__') and importlib.util.find_spec(f'{self._name}.{key}'):
            return Constants(f'{self._name}.{key}')
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return (name for name in dir(self._module) if name.isupper())

    def __len__(self) -> int:
        return len(list(iter(self)))
