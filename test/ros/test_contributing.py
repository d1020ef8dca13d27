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

"""The steps of CONTRIBUTING.md, gone through in a copy: a toy parameter, detector and output."""

import json
import os
from pathlib import Path
import shutil
import subprocess
import sys

from geometry_msgs.msg import PointStamped
import numpy as np
import pytest
from rcl_interfaces.srv import SetParametersAtomically
from rclpy.parameter import Parameter
from support import FerProcess, image_message, meet, Peer, ROOT, running, stamp_of, wait_for

onnx = pytest.importorskip('onnx', reason='the toy network is written with it')
pytest.importorskip('hri_msgs')
pytest.importorskip('rosbags')

#: What is copied of the repository; the models are linked.
COPIED = ('fer_ros', 'config', 'docs', 'launch', 'test/data', 'README.md', 'setup.cfg',
          'training', 'test/conftest.py', 'test/domains.py', 'test/waiting.py',
          'test/test_completeness.py', 'test/ros')

#: "Add a parameter", "Add a detector", "Add an output": file, what stands there, what comes
#: before it.
EDITS = (
    ('fer_ros/stream/parameters.py', '    *_of_options(),\n',
     "    Spec('toy_shift', 2.5, 'How much larger ~/toy is, in faces.', 0.0, 10.0),\n"),
    ('fer_ros/ros/parameter_effects.py', "    (('ros4hri',), _HUMANS),\n",
     "    (('toy_shift',), ('~/toy',)),\n"),

    ('fer_ros/core/detector.py', 'from fer_ros.core.types import',
     'from fer_ros.core.toy import Toy\n'),
    ('fer_ros/core/detector.py', 'BlazeFace, YuNet)\n', 'Toy, '),

    ('fer_ros/stream/messages.py', 'def hri_expression(',
     'def toy(header, faces, shift):\n'
     '    from geometry_msgs.msg import Point, PointStamped\n'
     '    return PointStamped(header=header, point=Point(x=len(faces) + shift))\n\n\n'),
    ('fer_ros/ros/publishing.py', '        self._annotated = self._annotated_jpeg = None\n',
     '        from geometry_msgs.msg import PointStamped\n'
     "        self._toy = self._create(PointStamped, '~/toy', 10)\n"),
    ('fer_ros/ros/publishing.py', '        if self._ros4hri is not None:\n'
     '            self._ros4hri.publish(result, values)\n',
     "        self._toy.publish(messages.toy(header, result.faces, values['toy_shift']))\n"),
    ('fer_ros/ros/publishing.py',
     'self._expression, self._annotated, self._annotated_jpeg)):\n',
     'self._toy, '),
    ('fer_ros/ros/topics.py', "    ('~/image_annotated', 'sensor_msgs/msg/Image',\n",
     "    ('~/toy', 'geometry_msgs/msg/PointStamped', 'How many faces, and `toy_shift`.'),\n"),
    ('README.md', '| out `/fer/image_annotated`',
     '| out `/fer/toy` | `geometry_msgs/PointStamped` | every processed frame |\n'),
    ('fer_ros/replay/writing.py', "    '~/markers':", "    '~/toy': 'a toy',\n"),
    ('docs/replay.md', '| `~/markers` |', '| `~/toy` | a toy |\n'),
)

TOY = """
from fer_ros.core.face_network import FaceNetwork
from fer_ros.core.nms import Candidate


class Toy(FaceNetwork):
    \"\"\"Finds a face wherever its network says.\"\"\"

    family = 'toy'
    whole = 64
    color, mean, std, multiple, fixed = 'bgr', 0.0, 1.0, 64, (64, 64)

    def __init__(self, model):
        pass

    @classmethod
    def recognises(cls, model):
        return list(model.outputs) == ['toy']

    def shapes(self, outputs, height, width):
        return {'toy': (1, 13)}

    def decode(self, outputs, width, threshold):
        score, *points = outputs[0][0].tolist()
        return [Candidate(score, points)] if score >= threshold else []
"""

#: Score, corners and landmarks of the toy's face, in pixels of its input.
FACE = (0.9, 16, 16, 48, 48, 24, 26, 40, 26, 32, 34, 32, 42)


def write_toy(path):
    """Write a network that gives the same face for every picture."""
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        [helper.make_node('Identity', ['face'], ['toy'])], 'toy',
        [helper.make_tensor_value_info('input', kind, [1, 3, 64, 64])],
        [helper.make_tensor_value_info('toy', kind, [1, 13])],
        [onnx.numpy_helper.from_array(np.array([FACE], np.float32), 'face')])
    onnx.save(helper.make_model(
        graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=8), str(path))


@pytest.fixture(scope='module')
def copy(tmp_path_factory):
    """Return a copy of the repository in which all steps were done."""
    root = tmp_path_factory.mktemp('copy')
    for name in COPIED:
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place, ignore=shutil.ignore_patterns('__pycache__'))
        else:
            shutil.copy(ROOT / name, place)
    for path, before, new in EDITS:
        text = (root / path).read_text()
        assert text.count(before) == 1, f'{path} has no single {before!r} any more'
        (root / path).write_text(text.replace(before, new + before))
    (root / 'fer_ros/core/toy.py').write_text(TOY)
    (root / 'models').mkdir()
    for path in (ROOT / 'models').glob('*.onnx'):
        if not path.name.startswith('expression'):
            (root / 'models' / path.name).symlink_to(path)
            continue
        # As training/set_crop.py does, which writes the checksum of the card as well.
        model = onnx.load(str(path))
        metadata = {one.key: one.value for one in model.metadata_props}
        crops = json.loads(metadata['crop'])
        metadata['crop'] = json.dumps({**crops, 'toy': crops['yunet']})
        onnx.helper.set_model_props(model, metadata)
        onnx.save(model, str(root / 'models' / path.name))
    write_toy(root / 'models' / 'face_detector_toy.onnx')
    run(root, '-m', 'fer_ros.ros.reference')
    policy = run(root, '-m', 'fer_ros.ros.security_policy')
    (root / 'config' / 'fer.policy.xml').write_text(policy)
    return root


def run(root: Path, *arguments: str) -> str:
    """Run Python in the copy and return what it printed."""
    result = subprocess.run(
        [sys.executable, *arguments], cwd=root, capture_output=True, text=True,
        env={**os.environ, 'PYTHONPATH': str(root)})
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_nothing_is_forgotten_after_the_steps(copy):
    said = run(copy, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', 'test/test_completeness.py',
               'test/ros/test_reference.py', '-k', 'not graph')
    assert ' passed' in said and 'skipped' not in said
    page = (copy / 'docs' / 'reference.md').read_text()
    for word in ('| `toy_shift` | `2.5` | 0.0 to 10.0 | yes |', '| `toy_shift` | `~/toy` |',
                 '| `~/toy` | geometry_msgs/msg/PointStamped |'):
        assert word in page
    assert '<topic>fer/toy</topic>' in (copy / 'config' / 'fer.policy.xml').read_text().replace(
        '<topic>/', '<topic>')


def test_the_node_does_what_was_added(copy, monkeypatch):
    """With an expression model that does not know the toy, which the node says."""
    told = 'default of toy, which the expression model does not know'
    monkeypatch.chdir(copy)  # Python looks there first
    model = ROOT / 'models' / 'expression.onnx'
    node = FerProcess(first_path=str(copy), detector_model=copy / 'models/face_detector_toy.onnx',
                      expression_model=model, toy_shift=4)
    with running(node, Peer()) as (process, peer):
        received = peer.expressions()
        toys = peer.listen(PointStamped, '/fer/toy')
        reports = peer.diagnostics()
        camera = peer.camera(received)
        wait_for(lambda: toys or meet(camera, received), 'the first toy')
        pixels = np.zeros((128, 128, 3), np.uint8)

        def sent(stamp, faces, shift):
            image = image_message(pixels, stamp=stamp)
            camera.publish(image)
            message = wait_for(lambda: next(
                (one for one in toys if stamp_of(one) == stamp_of(image)), None), 'the toy')
            assert message.header.frame_id == 'camera'
            assert message.point.x == faces + shift
        for number in range(5):
            sent(100.0 + 0.1 * number, min(number, 1), 4.0)
        box = received[-1].detections[0].bbox
        assert (box.size_x, box.size_y) == pytest.approx((64, 64), abs=2)
        wait_for(lambda: reports.value('fer: inference', 'crop') == told, told)
        assert reports.value('fer: inference', 'detector') == 'toy'
        assert f'the crop of the faces is the {told}; measure one: docs/crop_geometry.md' in (
            process.log)
        request = SetParametersAtomically.Request(
            parameters=[Parameter('toy_shift', value=1.0).to_parameter_msg()])
        assert peer.call(SetParametersAtomically, '/fer/set_parameters_atomically',
                         request).result.successful
        sent(100.5, 1, 1.0)
