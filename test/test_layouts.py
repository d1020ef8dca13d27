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
"""The layouts for Foxglove and rqt: they show topics that the node publishes, and all labels."""

import ast
import json
from pathlib import Path
import re

from fer_ros.core.types import LABELS
import pytest

CONFIG = Path(__file__).parents[1] / 'config'
#: Those of the node, and the one that all nodes share.
TOPICS = {
    '/fer/expression', '/fer/image_annotated', '/fer/image_annotated/compressed', '/diagnostics'}


def panels(layout):
    """Return the names of the panels in a tree of splits, first to last."""
    if isinstance(layout, str):
        return [layout]
    return panels(layout['first']) + panels(layout['second'])


def test_foxglove_shows_every_panel_once():
    layout = json.loads((CONFIG / 'foxglove.json').read_text())
    assert sorted(panels(layout['layout'])) == sorted(layout['configById'])


def test_foxglove_subscribes_to_topics_that_exist():
    text = (CONFIG / 'foxglove.json').read_text()
    topics = set(re.findall(r'"(/[a-z_/]+)[."]', text))
    assert topics == TOPICS - {'/fer/image_annotated'}


def test_foxglove_plots_every_expression():
    layout = json.loads((CONFIG / 'foxglove.json').read_text())
    paths = [each['value'] for each in layout['configById']['Plot!fer']['paths']]
    shown = [re.search(r'class_id=="(\w+)"', path)[1] for path in paths]
    assert shown == list(LABELS)


def test_foxglove_paths_lead_to_numbers():
    messages = pytest.importorskip('vision_msgs.msg')
    hypothesis = messages.ObjectHypothesis(class_id='happy', score=0.75)
    message = messages.Detection2DArray(detections=[messages.Detection2D(
        results=[messages.ObjectHypothesisWithPose(hypothesis=hypothesis)])])
    layout = json.loads((CONFIG / 'foxglove.json').read_text())['configById']
    happy = next(
        each['value'] for each in layout['Plot!fer']['paths'] if each['label'] == 'happy')
    label = layout['StateTransitions!fer']['paths'][0]['value']
    # A filter over all results leaves one, which an index finds here.
    for path, value in ((happy, 0.75), (label, 'happy')):
        steps = re.sub(r'\[:\]\{hypothesis\.class_id=="happy"\}', '[0]', path)
        found = message
        for name, index in re.findall(r'\.(\w+)(?:\[(\d+)\])?', steps):
            found = getattr(found, name)
            found = found[int(index)] if index else found
        assert found == value


def test_rqt_shows_pictures_diagnostics_and_parameters():
    perspective = json.loads((CONFIG / 'fer.perspective').read_text())
    manager = perspective['groups']['pluginmanager']
    running = ast.literal_eval(manager['keys']['running-plugins']['repr'])
    assert running == {
        'rqt_image_view/ImageView': [1], 'rqt_reconfigure/Param': [1],
        'rqt_runtime_monitor/RuntimeMonitor': [1]}
    image = manager['groups']['plugin__rqt_image_view__ImageView__1']['groups']['plugin']
    assert ast.literal_eval(image['keys']['topic']['repr']) in TOPICS
