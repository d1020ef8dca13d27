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

"""The Qt that is there: rqt's choice of binding, or the first one installed."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
import sys
from typing import Any

#: Bindings that the widgets work with, the one that rqt prefers first.
BINDINGS = ('PyQt5', 'PySide2', 'PySide6')

_PARTS = ('QtCore', 'QtGui', 'QtWidgets')


def _modules() -> list[Any]:
    """
    Return QtCore, QtGui and QtWidgets of one binding.

    What is loaded already comes first: two bindings in one process end in a crash.

    :raises ImportError: there is none.
    """
    loaded = [name for name in BINDINGS if name in sys.modules]
    # rqt chooses by this package, and its users may have told it which.
    candidates = loaded or ['python_qt_binding', *BINDINGS]
    for name in candidates:
        if find_spec(name) is not None:
            return [import_module(f'{name}.{part}') for part in _PARTS]
    raise ModuleNotFoundError('No module named PyQt5', name='PyQt5')


def _python_qt_binding() -> None:
    """Let rqt's package register its modules, where it is there."""
    if find_spec('python_qt_binding') is not None:
        import_module('python_qt_binding')


_python_qt_binding()
QtCore, QtGui, QtWidgets = _modules()
