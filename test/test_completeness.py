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

"""What one change must not forget elsewhere: a parameter, a topic or a detector in all places."""

import ast
from pathlib import Path
import re

from fer_ros.core.assets import model_path
from fer_ros.core.detector import FACE_NETWORKS, load_detector
from fer_ros.core.display import LAYERS
from fer_ros.core.model_metadata import ExpressionMetadata
from fer_ros.core.onnx_model import OnnxModel
from fer_ros.core.options import options_by_path
from fer_ros.core.pipeline import PipelineOptions, STAGES
from fer_ros.replay import records
from fer_ros.ros.topics import PUBLISHED, SUBSCRIBED
from fer_ros.stream.parameters import TABLE
import pytest

ROOT = Path(__file__).parents[1]

#: Tell of parameters, and use none.
TELLING = ('parameter_effects.py', 'reference.py')

OPTIONS = {path for path, _ in options_by_path(PipelineOptions)}


def sources(*folders):
    """Return the syntax trees of modules that may use a parameter."""
    return [ast.parse(path.read_text()) for folder in folders
            for path in sorted((ROOT / 'fer_ros' / folder).rglob('*.py'))
            if path.name not in TELLING]


def unread(names):
    """
    Return those of some parameters that no code of the node or of a replay reads.

    An option of the pipeline is read as an attribute of its name, any other parameter as an item
    of its name; where the name is put together, its fixed beginning counts.
    """
    attributes, items, beginnings = set(), set(), set()
    for tree in sources('core', 'stream', 'ros'):
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                attributes.add(node.attr)
            elif isinstance(node, ast.Subscript):
                if isinstance(node.slice, ast.Constant):
                    items.add(node.slice.value)
                elif isinstance(node.slice, ast.JoinedStr):
                    beginnings.add(getattr(node.slice.values[0], 'value', None))
    return {name for name in names
            if not (name in OPTIONS and name.rpartition('.')[2] in attributes)
            and name not in items
            and name.rpartition('.')[0] + '.' not in beginnings}


def test_every_parameter_is_read():
    assert not unread({spec.name for spec in TABLE})
    # It would be told.
    assert unread({'toy', 'detector.toy', 'diagnostics.toy'}) == {
        'toy', 'detector.toy', 'diagnostics.toy'}


def test_every_layer_of_a_picture_is_drawn():
    drawn = {node.value for tree in sources('viz') for node in ast.walk(tree)
             if isinstance(node, ast.Constant)}
    assert {spec.name for spec in TABLE if spec.name.startswith('annotated.')} == {
        f'annotated.{layer}' for layer in LAYERS}
    assert set(LAYERS) <= drawn


def rows(page, heading):
    """Return the first cells of the tables below a heading of a page."""
    section = re.split(r'^#+ ', page.split(heading, 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    return re.findall(r'^\| (.*?) \|', section, flags=re.MULTILINE)


def topics(cell):
    """Return the topics that a cell of README's table names, as the reference writes them."""
    for name in re.findall(r'`([^`]+)`', cell):
        start, brace, rest = name.partition('{')
        parts, _, end = rest.partition('}')
        for part in parts.split(',') if brace else ('',):
            yield f'{start}{part}{end}'.replace('/fer/', '~/')


def test_readme_has_every_topic_of_the_node():
    cells = rows((ROOT / 'README.md').read_text(), '## Topics')
    told = [name for cell in cells if 'out' in cell.split('`')[0] for name in topics(cell)]
    assert sorted(told) == sorted(name for name, *_ in PUBLISHED)
    page = (ROOT / 'README.md').read_text().split('## Topics')[1].split('\n## ')[0]
    for name, *_ in SUBSCRIBED:
        word = '<image>/compressed' if name == 'image/compressed' else name
        assert f'`{word}`' in page, f"README's topics lack {name}"


def test_a_recording_of_answers_has_every_topic_or_says_why_not(tmp_path):
    writing = pytest.importorskip('fer_ros.replay.writing', reason='needs rosbags')
    assert {*writing.WRITTEN, *writing.LEFT_OUT} == {name for name, *_ in PUBLISHED}
    assert not set(writing.WRITTEN) & set(writing.LEFT_OUT)
    page = (ROOT / 'docs' / 'replay.md').read_text()
    for name, why in writing.LEFT_OUT.items():
        assert f'| `{name}` | {why} |' in page, name
    from fer_ros.replay.cli import main
    from fer_ros.replay.reading import Bag
    assert main([str(ROOT / 'test' / 'data' / 'sample'), '--results-only', '--quiet', '-p',
                 'max_rate:=2', '--output-bag', str(tmp_path / 'answers')]) == 0
    with Bag(tmp_path / 'answers') as bag:
        written = {re.sub('(?<=/humans/faces/)[^/]+(?=/)', '<id>', name).replace('/fer/', '~/')
                   for name in bag.topics}
    assert written == set(writing.WRITTEN)


@pytest.mark.parametrize('name', [
    path.name for path in sorted((ROOT / 'models').glob('expression*.onnx'))])
def test_every_kind_of_detector_has_a_crop_in_every_expression_model(name):
    crops = ExpressionMetadata.from_model(OnnxModel(ROOT / 'models' / name)).crop
    assert set(crops) == {kind.family for kind in FACE_NETWORKS}
    for kind in FACE_NETWORKS:
        # Else a model that does not know the kind would be served worse than it need be.
        for key in ('scale', 'dx', 'dy'):
            assert getattr(kind.default_crop, key) == pytest.approx(
                getattr(crops[kind.family], key), abs=0.02), (kind.family, key)


def test_every_kind_of_detector_comes_with_the_package():
    found = {load_detector(OnnxModel(model_path(path.name))).family
             for path in (ROOT / 'models').glob('face_detector*.onnx')}
    assert found == {kind.family for kind in FACE_NETWORKS}


def test_every_script_of_training_is_in_its_page():
    page = (ROOT / 'training' / 'README.md').read_text(encoding='utf-8')
    scripts = sorted(path.name for path in (ROOT / 'training').glob('*.py'))
    assert scripts and not [name for name in scripts if f'`{name}`' not in page]


def test_every_key_of_a_record_is_in_its_page():
    page = (ROOT / 'docs' / 'replay.md').read_text(encoding='utf-8')
    frame, face = (re.search(rf'^\| {head} \|.*?\n\n', page, re.M | re.S)[0]
                   for head in ('key', 'key of a face'))
    keys = {*records._FRAME, 'decode', *STAGES, 'total'}
    assert not [key for key in keys if f'`{key}`' not in frame]
    assert not [key for key in records._FACE if f'`{key}`' not in face]


def test_every_page_is_in_the_readme():
    text = (ROOT / 'README.md').read_text(encoding='utf-8')
    pages = {path.relative_to(ROOT).as_posix() for folder in ('docs', 'models')
             for path in (ROOT / folder).glob('*.md')} - {'docs/index.md'}
    assert not [page for page in sorted(pages) if f']({page})' not in text]
