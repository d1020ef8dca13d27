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

"""The package as a whole: what depends on what, what is installed, what every file carries."""

import ast
import importlib
import os
from pathlib import Path
import re
import runpy
import subprocess
import sys
from xml.etree import ElementTree

import pytest
import setuptools

ROOT = Path(__file__).parents[1]
SOURCES = sorted(ROOT.glob('fer_ros/**/*.py'))
# What makes a module a part of ROS: the client library, message packages, bridges.
ROS = re.compile(r'^(rclpy|launch|launch_ros|cv_bridge|ament_.*|rcl_.*|lifecycle_.*|.*_msgs)$')


def imports(path):
    """Return the dotted names that a module imports, also those inside functions."""
    names = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f'{path}: relative import; write the full name'
            names += [f'{node.module}.{alias.name}' for alias in node.names]
    return names


def top_level_imports(path):
    """Return the modules that a module imports when it is imported itself."""
    names = []
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [node.module, *(f'{node.module}.{alias.name}' for alias in node.names)]
    return [name for name in names if name != 'fer_ros']


def ros_packages(paths):
    """Return the names of the ROS packages that modules import."""
    packages = {name.split('.')[0] for path in paths for name in imports(path)}
    return {name for name in packages if ROS.match(name)}


def setup_arguments(monkeypatch):
    """Return what setup.py hands to setuptools."""
    taken = {}
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(setuptools, 'setup', taken.update)
    runpy.run_path('setup.py')
    return taken


COMMANDS = ('replay', 'demo', 'evaluate', 'bench', 'layout', 'monitor', 'rqt', 'study')


def packages(*names):
    """Return the dotted prefixes of packages of fer_ros."""
    return tuple(f'fer_ros.{name}' for name in names)


@pytest.mark.parametrize('layer, forbidden', [
    # The core knows neither ROS nor the layers above it.
    ('core', packages('stream', 'ros', 'viz', *COMMANDS)),
    # A stream of images knows the messages' shape, not who delivers them.
    ('stream', packages('ros', 'viz', *COMMANDS)),
    # Drawing knows faces only.
    ('viz', packages('stream', 'ros', *COMMANDS)),
    # The node does not know the commands.
    ('ros', packages(*COMMANDS)),
])
def test_dependencies_point_one_way(layer, forbidden):
    modules = [path for path in SOURCES if path.is_relative_to(ROOT / 'fer_ros' / layer)]
    assert modules
    wrong = [f'{path.relative_to(ROOT)}: {name}' for path in modules for name in imports(path)
             if name.startswith(forbidden)]
    assert not wrong
    if layer in ('core', 'viz'):
        assert not ros_packages(modules)


def test_the_stream_needs_no_client_library():
    modules = [path for path in SOURCES if path.is_relative_to(ROOT / 'fer_ros' / 'stream')]
    assert 'rclpy' not in ros_packages(modules)


def test_imports_have_no_circles():
    """Modules of the package, without those imported inside functions, form no circle."""
    graph = {}
    for path in SOURCES:
        name = '.'.join(path.relative_to(ROOT).with_suffix('').parts)
        graph[name.removesuffix('.__init__')] = path
    edges = {name: [target for target in top_level_imports(path) if target in graph]
             for name, path in graph.items()}
    done, circles = set(), []

    def visit(name, trail):
        if name in trail:
            circles.append(' -> '.join((*trail[trail.index(name):], name)))
        elif name not in done:
            for target in edges[name]:
                visit(target, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())
    assert not circles


def test_only_the_node_draws_and_only_its_annotated_image():
    drawing = {path.name for path in ROOT.glob('fer_ros/ros/*.py')
               for name in imports(path) if name.startswith('fer_ros.viz')}
    assert len(drawing) <= 1


def test_every_python_file_has_the_licence():
    tracked = subprocess.run(
        ['git', 'ls-files', '*.py', 'scripts'], cwd=ROOT, capture_output=True, text=True)
    files = tracked.stdout.split() or [str(path) for path in SOURCES]
    lacking = [name for name in files if (ROOT / name).is_file()
               and 'Licensed under the Apache License' not in (ROOT / name).read_text()[:400]]
    assert not lacking


def test_version_and_licence_agree(monkeypatch):
    package = ElementTree.parse(ROOT / 'package.xml').getroot()
    arguments = setup_arguments(monkeypatch)
    assert package.get('format') == '3'
    for key in ('name', 'license'):
        assert package.findtext(key) == arguments[key], key
    # A candidate is one for Python alone.
    assert package.findtext('version') == re.sub(r'rc\d+$', '', arguments['version'])


def test_imported_ros_packages_are_declared():
    package = ElementTree.parse(ROOT / 'package.xml').getroot()
    declared = {element.text for element in package.iter('exec_depend')}
    assert not ros_packages([*SOURCES, *ROOT.glob('launch/*.py')]) - declared


def test_everything_a_robot_needs_is_installed(monkeypatch):
    installed = {name for _, names in setup_arguments(monkeypatch)['data_files'] for name in names}
    for name in ('package.xml', 'resource/fer_ros', 'launch/fer.launch.py', 'config/fer.yaml',
                 'models/expression.onnx', 'models/expression.md',
                 'models/expression_fast.onnx', 'models/expression_fast.md',
                 'models/face_detector.onnx', 'models/face_detector.md'):
        assert name in installed


def test_python_users_get_types_and_opencv_if_they_want(monkeypatch):
    arguments = setup_arguments(monkeypatch)
    assert 'py.typed' in arguments['package_data']['fer_ros']
    assert arguments['extras_require']['opencv'] == ['opencv-python-headless']
    # Beside apt's OpenCV a wheel of it would shadow it.
    assert not [name for name in arguments['install_requires'] if 'opencv' in name]


def test_console_scripts_exist(monkeypatch):
    scripts = setup_arguments(monkeypatch)['entry_points']['console_scripts']
    assert len(scripts) >= 7
    for script in scripts:
        command, target = script.split(' = ')
        module, function = target.split(':')
        if command == 'fer_node':
            pytest.importorskip('rclpy', reason='the node needs rclpy')
        assert callable(getattr(importlib.import_module(module), function)), command


def test_a_model_is_loaded_without_leaving_a_trace(tmp_path):
    script = ('from fer_ros.core.assets import model_path\n'
              'from fer_ros.core.onnx_model import OnnxModel\n'
              "OnnxModel(model_path('expression.onnx'))\n")
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith(('ORT_', 'XDG_'))}
    subprocess.run([sys.executable, '-c', script], cwd=ROOT, check=True,
                   env={**environment, 'HOME': str(tmp_path)})
    assert not list(tmp_path.rglob('*'))


@pytest.mark.parametrize('linter', ['ament_copyright', 'ament_flake8', 'ament_pep257'])
def test_ament_linters_find_nothing(linter, monkeypatch):
    main = pytest.importorskip(
        f'{linter}.main', reason=f'{linter} comes with ROS 2; make lint has its rules').main
    monkeypatch.chdir(ROOT)
    assert main(argv=['fer_ros', 'launch', 'scripts', 'test', 'training', 'setup.py']) == 0


@pytest.mark.parametrize('path', [
    'interfaces/COLCON_IGNORE',  # would shadow the released packages
    'training/COLCON_IGNORE',  # not part of the package
])
def test_colcon_passes_by(path):
    assert (ROOT / path).is_file()


#: Modules that may be longer, each with the reason.
LONG: dict[str, str] = {}


def test_modules_are_short_or_have_a_reason():
    long = {
        str(path.relative_to(ROOT)) for path in SOURCES
        if len(path.read_text().splitlines()) > 250}
    assert long == set(LONG)
