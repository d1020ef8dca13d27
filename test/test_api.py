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

"""`import fer_ros`: what is there, that it costs nothing, and that its examples are true."""

import ast
import doctest
import importlib
import importlib.metadata
from pathlib import Path
import re
import shutil
import subprocess
import sys

import fer_ros
from fer_ros.core import display
import pytest

ROOT = Path(__file__).parents[1]
PUBLIC = {
    'ExpressionRecognizer', 'Frame', 'FrameResult', 'Face', 'Box', 'Expression', 'LABELS',
    'UNSURE', 'PipelineOptions', 'DetectorOptions', 'TrackerOptions', 'SmoothingOptions',
    'ModelError', 'draw_faces', 'Camera', 'FaceMesh', 'HeadPose'}


def in_a_fresh_process(code):
    """Return what code prints in an interpreter of its own, run in the checkout."""
    return subprocess.run(
        [sys.executable, '-c', code], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def test_the_import_brings_nothing_else():
    code = ('import sys; before = set(sys.modules); import fer_ros; fer_ros.__doc__; '
            'dir(fer_ros); print(*{name.split(".")[0] for name in set(sys.modules) - before})')
    brought = set(in_a_fresh_process(code).split())
    assert 'fer_ros' in brought
    assert brought <= {'fer_ros', *sys.stdlib_module_names}


def test_a_name_brings_no_more_than_it_needs():
    code = 'import sys, fer_ros; fer_ros.LABELS; print(*sys.modules)'
    loaded = set(in_a_fresh_process(code).split())
    assert 'numpy' in loaded and not loaded & {'cv2', 'onnxruntime', 'yaml', 'rclpy'}


def test_every_public_name_is_there():
    assert set(fer_ros.__all__) == PUBLIC
    assert set(dir(fer_ros)) == PUBLIC | {'__version__'}
    for name in PUBLIC:
        value = getattr(fer_ros, name)
        home = importlib.import_module(getattr(value, '__module__', 'fer_ros.core.types'))
        assert getattr(home, name) is value


def test_every_public_name_is_in_its_page():
    page = (ROOT / 'docs' / 'python.md').read_text(encoding='utf-8')
    assert not [name for name in PUBLIC if not re.search(rf'\b{name}\b', page)]
    layers = re.search(r'It draws in layers.*?\n\n', page, re.S)[0]
    assert not [layer for layer in display.LAYERS if layer not in layers]


def test_type_checkers_see_the_same_names():
    tree = ast.parse((ROOT / 'fer_ros' / '__init__.py').read_text())
    block, _ = [node for node in tree.body if isinstance(node, ast.If)]
    typed = {alias.name: node.module for node in block.body for alias in node.names}
    assert set(typed) == PUBLIC
    for name, module in typed.items():
        assert getattr(importlib.import_module(module), name) is getattr(fer_ros, name)
    assert (ROOT / 'fer_ros' / 'py.typed').is_file()


def test_another_name_is_refused_as_python_does():
    with pytest.raises(AttributeError, match="'fer_ros' has no attribute 'recognise'"):
        fer_ros.recognise


def test_the_version_is_that_of_the_package():
    version = re.sub(r'rc\d+$', '', fer_ros.__version__)
    assert f'<version>{version}</version>' in (ROOT / 'package.xml').read_text()


def test_a_checkout_that_is_not_installed_has_no_version(tmp_path):
    shutil.copytree(ROOT / 'fer_ros', tmp_path / 'fer_ros', ignore=lambda *_: ['demo', 'bench'])
    # Without -S the installed package would be found.
    code = "import fer_ros; print(hasattr(fer_ros, '__version__')); fer_ros.__version__"
    result = subprocess.run(
        [sys.executable, '-S', '-c', code], cwd=tmp_path, capture_output=True, text=True)
    assert result.stdout == 'False\n'
    assert 'AttributeError: fer_ros is not installed and has no version' in result.stderr


def test_no_metadata_is_no_version(monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)
    monkeypatch.setattr(importlib.metadata, 'version', missing)
    monkeypatch.delattr(fer_ros, '__version__', raising=False)
    assert not hasattr(fer_ros, '__version__')


@pytest.mark.parametrize('module', ['fer_ros', 'fer_ros.core.recognizer'])
def test_the_examples_of_the_docstrings_are_true(module, monkeypatch):
    monkeypatch.chdir(ROOT)
    result = doctest.testmod(importlib.import_module(module))
    assert result.attempted and not result.failed
