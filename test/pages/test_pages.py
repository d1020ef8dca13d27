#!/usr/bin/env python3
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

"""What the pages name is there, and their commands run: scripts/pages does the work."""

from pages.catalogue import Catalogue
from pages.check import PageChecker
from pages.markdown import page_names, parse_mark, parse_page, read_page, ROOT
from pages.runner import BlockError, Workspace
import pytest

CATALOGUE = Catalogue(ROOT)


@pytest.fixture(scope='module')
def checker():
    """Return what checks pages; it has one process that parses arguments."""
    checker = PageChecker(CATALOGUE)
    yield checker
    checker.close()


def test_every_name_in_the_pages_is_there(checker):
    problems = [one for name in page_names() for one in checker.problems(read_page(name))]
    assert not problems, '\n'.join(map(str, problems))


def blocks_that_run(name, slow):
    """Return the blocks of a page that `make test` runs, or those that only docs-test does."""
    return [block for block in read_page(name).blocks
            if block.runs and block.mark.slow == slow]


@pytest.mark.parametrize('name', [name for name in page_names() if blocks_that_run(name, False)])
def test_the_quick_blocks_of_a_page_run(name, tmp_path):
    assert Workspace(ROOT, tmp_path / 'checkout').run(read_page(name), slow=False)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize('name', [name for name in page_names() if blocks_that_run(name, True)])
def test_all_blocks_of_a_page_run(name, tmp_path):
    assert Workspace(ROOT, tmp_path / 'checkout').run(read_page(name), slow=True)


def bash(*lines, mark=''):
    return ''.join([f'<!-- test: {mark} -->\n' if mark else '', '```bash\n',
                    *(f'{line}\n' for line in lines), '```\n'])


#: What is wrong, a page, its line, and words of the message: the name, and the nearest real one.
BAD = {
    'program': (bash('fer_replai x'), 2, 'fer_replai', 'fer_replay'),
    'second line': (bash('make lint', 'make tests'), 3, 'tests', "'test'"),
    'after a pipe': (bash('ros2 topic list | fer_monitr'), 2, 'fer_monitr', 'fer_monitor'),
    'in parentheses': (bash('x=$(fer_layuot rviz)'), 2, 'fer_layuot', 'fer_layout'),
    'after sudo': (bash('sudo nvpmodle -q'), 2, 'nvpmodle', 'nvpmodel'),
    'option': (bash('fer_benchmark pipeline --frame 3'), 2, '--frame', '--frames'),
    'abbreviated option': (bash('fer_replay test/data/sample --quie'), 2, '--quie', '--quiet'),
    'value of an option': (bash('fer_benchmark pipeline --frames many'), 2, 'many'),
    'choice of an option': (bash('fer_benchmark pipeline --clock cpus'), 2, 'cpus'),
    'benchmark': (bash('fer_benchmark pipelin'), 2, 'pipelin', 'pipeline'),
    'file of an option': (bash('fer_replay test/data/sample --expect test/data/sample_expct.yaml'),
                          2, 'test/data/sample_expct.yaml'),
    'file behind a mark that gives another': (
        bash('fer_replay my_bag --expect smil.yaml', mark='with my_bag=test/data/sample'),
        3, 'smil.yaml'),
    'option beside a file that is given': (
        bash('fer_replay my_bag --expect smile.yaml --quit',
             mark='with my_bag=test/data/sample smile.yaml'), 3, '--quit', '--quiet'),
    'model': (bash('fer_evaluate --model models/expresion.onnx --data x'), 2,
              'models/expresion.onnx', 'models/expression.onnx'),
    'data': (bash('scripts/env fer_evaluate --data ../shared/data/ferpls'), 2, 'ferpls',
             '../shared/data/ferplus'),
    'folder of what is written': (
        bash('fer_evaluate --data ../shared/data/ferplus --plot docs/imges/photos'), 2,
        'docs/imges', 'docs/images'),
    'what a build leaves': (bash('source install/setup.bsh'), 2, 'install/setup.bsh',
                            'install/setup.bash'),
    'script': (bash('scripts/env python scripts/make_sample_bags.py x'), 2,
               'scripts/make_sample_bags.py', 'scripts/make_sample_bag.py'),
    'option of a script': (bash('.venv-train/bin/python training/cost.py --run x'), 2, '--run'),
    'script in no environment': (bash('python training/report.py'), 2, "'python'",
                                 'scripts/env python training/report.py'),
    'script in the wrong environment': (
        bash('scripts/env python training/cost.py'), 2, 'torch',
        '.venv-train/bin/python training/cost.py'),
    'module': (bash('scripts/env python -m fer_ros.ros.referenz'), 2, 'fer_ros.ros.referenz',
               'fer_ros.ros.reference'),
    'arguments of a module that takes none': (
        bash('scripts/env python -m fer_ros.ros.reference --all'), 2, 'fer_ros.ros.reference'),
    'target': (bash('make tset'), 2, 'tset', "'test'"),
    'variable of make': (bash('make test ARG=x'), 2, 'ARG', 'ARGS'),
    'arguments through make': (bash('make benchmark ARGS="pipeline --frame 3"'), 2, '--frame',
                               '--frames'),
    'tests': (bash('scripts/env python -m pytest test/core/test_trackers.py'), 2,
              'test/core/test_trackers.py', 'test/core/test_tracker.py'),
    'test': (bash('scripts/env python -m pytest test/core/test_nms.py::test_nothing_like_it'), 2,
             'test_nothing_like_it'),
    'choice of tests': (bash('scripts/env python -m pytest test/core -k gapp'), 2, 'gapp'),
    'option of pytest': (bash('scripts/env python -m pytest --last-faild'), 2, '--last-faild',
                         '--last-failed'),
    'extra': (bash("pip install '.[openvc]'"), 2, 'openvc', 'opencv'),
    'package of PyPI': (bash('pip install rosbgas'), 2, 'rosbgas', 'rosbags'),
    'package of apt': (bash('sudo apt install ros-jazzy-foxglov-bridge'), 2,
                       'ros-jazzy-foxglov-bridge'),
    'package of colcon': (bash('colcon build --packages-select fer_rose'), 2, 'fer_rose',
                          'fer_ros'),
    'option of colcon': (bash('colcon build --packages-selct fer_ros'), 2, '--packages-selct',
                         '--packages-select'),
    'command of ros2': (bash('ros2 topik list'), 2, 'topik', 'topic'),
    'verb of ros2': (bash('ros2 topic ecco /diagnostics'), 2, 'ecco', 'echo'),
    'option of ros2': (bash('ros2 topic hz /camera/image_raw --qos-reliabilty best_effort'), 2,
                       '--qos-reliabilty', '--qos-reliability'),
    'topic': (bash('ros2 topic echo /fer/expressions'), 2, '/fer/expressions', '/fer/expression'),
    'topic of a camera': (bash('ros2 bag record -o bag /camera/image_rw'), 2, '/camera/image_rw',
                          '/camera/image_raw'),
    'topic in a namespace': (bash('ros2 topic echo /front/fer/expresion'), 2, 'expresion',
                             '/fer/expression'),
    'node': (bash('ros2 param get /fers max_rate'), 2, '/fers', '/fer'),
    'parameter': (bash('ros2 param set /fer max_rates 10.0'), 2, 'max_rates', 'max_rate'),
    'value of a parameter': (bash('ros2 param set /fer jpeg_quality 101'), 2, '101', '100'),
    'type of a parameter': (bash('ros2 param set /fer load_shedding 3'), 2, 'load_shedding'),
    'transition': (bash('ros2 lifecycle set /fer activat'), 2, 'activat', 'activate'),
    'service': (bash('ros2 service call /fer/change_stat x'), 2, '/fer/change_stat',
                '/fer/change_state'),
    'executable': (bash('ros2 run fer_ros fer_nod'), 2, 'fer_nod', 'fer_node'),
    'option of an executable': (bash('ros2 run fer_ros fer_monitor --onse'), 2, '--onse',
                                '--once'),
    'argument of the node': (bash('ros2 run fer_ros fer_node -p max_rate:=1.0'), 2, '--ros-args'),
    'parameter of the node': (bash('ros2 run fer_ros fer_node --ros-args -p max_rat:=1.0'), 2,
                              'max_rat', 'max_rate'),
    'remapping': (bash('ros2 run fer_ros fer_node --ros-args -r imag:=/camera/image_raw'), 2,
                  'imag', 'image'),
    'launch file': (bash('ros2 launch fer_ros fers.launch.py'), 2, 'fers.launch.py',
                    'fer.launch.py'),
    'launch argument': (bash('ros2 launch fer_ros fer.launch.py imagee:=/camera/image_raw'), 2,
                        'imagee', 'image'),
    'launch argument of an include in Python': (
        "```python\nIncludeLaunchDescription('fer.launch.py', launch_arguments={\n"
        "    'fer_image': 'x', 'fer_imge': 'x'}.items())\n```\n", 3, 'fer_imge', 'fer_image'),
    'launch argument of an include in XML': (
        '```xml\n<include file="fer.launch.py">\n'
        '<arg name="image" value="x"/>\n</include>\n```\n',
        3, 'image', 'fer_image'),
    'launch argument of an include in YAML': (
        '```yaml\n- include:\n    file: fer.launch.py\n    arg:\n'
        '    - {name: fer_imge, value: x}\n'
        '```\n', 5, 'fer_imge', 'fer_image'),
    'XML': ('```xml\n<a>\n</b>\n```\n', 3, 'no XML'),
    'truth of a launch argument': (
        bash('ros2 launch fer_ros fer.launch.py respawn:=never'), 2, 'never', 'false'),
    'program after cd': (bash('cd test/pages && ../../scripts/evn true'), 2, 'scripts/evn',
                         'scripts/env'),
    'script of a checkout in a workspace': (
        bash('src/fer_ros/scripts/robot_vnv'), 2, 'scripts/robot_vnv', 'scripts/robot_venv'),
    'command in a container': (
        bash('docker run image ros2 launch fer_ros fer.launch.py imgae:=/image'), 2, 'imgae'),
    'service of the node': (bash('ros2 service call /fer/enabel x'), 2, 'enabel',
                            '/fer/enable'),
    "parameter of another's node": (
        '```yaml\nlifecycle_manager:\n  ros__parameters:\n    node_nams: [fer]\n```\n', 4,
        'node_nams', 'node_names'),
    'value of a launch argument': (
        bash('ros2 launch fer_ros fer.launch.py image_transport:=theora'), 2, 'theora',
        'compressed'),
    'model of a launch argument': (
        bash('ros2 launch fer_ros fer.launch.py '
             'expression_model:=$(ros2 pkg prefix --share fer_ros)/models/expression_fst.onnx'),
        2, 'expression_fst.onnx', 'models/expression_fast.onnx'),
    'file in the share': (bash('rviz2 -d $(ros2 pkg prefix --share fer_ros)/config/fer.rvis'), 2,
                          'config/fer.rvis', 'config/fer.rviz'),
    'parameter of a replay': (
        bash('fer_replay test/data/sample -p smoothing.time_const:=0.5'), 2,
        'smoothing.time_const', 'smoothing.time_constant'),
    'value for a replay': (
        bash('fer_replay test/data/sample -p detector.long_side:=3'), 2, 'detector.long_side'),
    'variable': (bash('export ROS_DOMAIN=3'), 2, 'ROS_DOMAIN', 'ROS_DOMAIN_ID'),
    'file of a variable': (
        bash('export CYCLONEDDS_URI=file://$(ros2 pkg prefix --share fer_ros)/config/cyclone.xml'),
        2, 'cyclone.xml', 'config/cyclonedds.xml'),
    'shell': (bash("echo 'never closed"), 2, 'no shell'),
    'Python in a here-document': (
        bash("scripts/env python - <<'EOF'", 'import fer_rose', 'EOF'), 3, 'fer_rose'),
    'Python': ('```python\nimport cv2\nif\n```\n', 3, 'no Python'),
    'import': ('```python\nimport cv2\nimport fer_rose\n```\n', 3, 'fer_rose'),
    'imported name': ('```python\nfrom vision_msgs.msg import Detection2DArrays\n```\n', 2,
                      'Detection2DArrays', 'Detection2DArray'),
    'name of the package': ('```python\nimport fer_ros\nfer_ros.draw_face(1)\n```\n', 3,
                            'draw_face', 'draw_faces'),
    'topic in Python': ("```python\ntopic = '/fer/expresion'\n```\n", 2, '/fer/expresion',
                        '/fer/expression'),
    'YAML': ('```yaml\na: [1\n```\n', 2, 'no YAML'),
    'parameter in YAML': ('```yaml\nfer:\n  ros__parameters:\n    max_rat: 3.0\n```\n', 4,
                          'max_rat', 'max_rate'),
    'value in YAML': ('```yaml\nfer:\n  ros__parameters:\n    smoothing:\n      hysteresis: 9.0\n'
                      '```\n', 5, 'smoothing.hysteresis'),
    'command in a workflow': ('```yaml\n- run: fer_replay test/data/sample --junt x\n```\n', 2,
                              '--junt', '--junit'),
    'command in the text': ('Run `make tset`.\n', 1, 'tset', "'test'"),
    'command in a table': ('| a | b |\n|---|---|\n| x | `fer_benchmark pipline` |\n', 3,
                           'pipline', 'pipeline'),
    'value in the text': ('Set `image_transport:=compresed`.\n', 1, 'compresed', 'compressed'),
    'parameter in the text': ('Set `smoothing.hysteresi: 0.2`.\n', 1, 'smoothing.hysteresi',
                              'smoothing.hysteresis'),
    'topic in the text': ('Listen to `/fer/expresion`.\n', 1, '/fer/expresion', '/fer/expression'),
    'parameter alone in the text': ('Raise `max_rates`.\n', 1, 'max_rates', 'max_rate'),
    'parameter after -p in the text': ('With `-p cue:=on`.\n', 1, 'cue', 'cues'),
    'option in the text': ('It takes `--output-bags DIR`.\n', 1, '--output-bags', '--output-bag'),
    'option of another command, said wrong': ('So does `--thumbnails`.\n', 1, '--thumbnails'),
    'private topic in the text': ('Look at `~/expressions`.\n', 1, '~/expressions',
                                  '~/expression'),
    'topic of ROS in the text': ('Look at `/diagnostic`.\n', 1, '/diagnostic', '/diagnostics'),
    'topic in a namespace in the text': ('`/front/fer/expresion` has it.\n', 1, 'expresion',
                                         '/fer/expression'),
    'topic without backticks': ('Look at ~/annotaions there.\n', 1, '~/annotaions',
                                '~/annotations'),
    'file without backticks': ('It is in\ndocs/launhc.md.\n', 2, 'docs/launhc.md',
                               'docs/launch.md'),
    'command without backticks': ('**fer_replai** does it.\n', 1, 'fer_replai', 'fer_replay'),
    'script without an interpreter in the text': (
        'Run `training/world.py x.npz --masked y.onnx`.\n', 1, 'training/world.py',
        'scripts/env python training/world.py'),
    'option of a script in the text': (
        'Run `.venv-train/bin/python training/cost.py --repeat 3`.\n', 1, '--repeat',
        '--repeats'),
    'command behind a variable in the text': ('`DISTRO=kilted make tset`\n', 1, 'tset',
                                              "'test'"),
    'variable before a command in the text': ('`DISTR=kilted make test`\n', 1, 'DISTR',
                                              'DISTRO'),
    'launch file in the text': ('`fers.launch.py` starts it.\n', 1, 'fers.launch.py',
                                'fer.launch.py'),
    'status in the text': ('The status `camra` is WARN.\n', 1, 'camra', 'camera'),
    'command in a block of text': (
        '```text\nsays:\n  ROS_DOMAIN_ID=5 scripts/env python examples/greter.py\n```\n', 3,
        'examples/greter.py'),
    'command in quotes': (bash("bash -c 'make tset'"), 2, 'tset', "'test'"),
    'vector units': (bash('scripts/with_vector_units AVX3 fer_demo'), 2, 'AVX3', 'AVX2'),
    'command with vector units': (bash('scripts/with_vector_units AVX2 fer_benchmark pipelin'), 2,
                                  'pipelin', 'pipeline'),
    'option of docker': (bash('docker run --netwrk=host image'), 2, '--netwrk', '--network'),
    'link in HTML': ('<a href="docs/launch.md">x</a>\n', 1, 'write it as Markdown'),
    'code in HTML': ('Run <code>make tset</code>.\n', 1, 'write it as Markdown'),
    'link': ('See [this](docs/referense.md).\n', 1, 'docs/referense.md', 'docs/reference.md'),
    'heading of a link': ('See [this](docs/replay.md#recrod).\n', 1, 'recrod', 'record'),
    'picture': ('![x](docs/images/demos.webp)\n', 1, 'docs/images/demos.webp',
                'docs/images/demo.webp'),
    'indented code': ('Run\n\n    make test\n', 3, 'indentation'),
    'no language': ('```\nmake test\n```\n', 1, 'language'),
    'mark': (bash('make lint', mark='slwo'), 1, 'slwo', 'slow'),
    'mark without a reason': (bash('make lint', mark='only parsed:'), 1, 'only parsed:'),
    'mark of nothing': ('<!-- test: slow -->\n\nText.\n', 1, 'no fence'),
    'mark that replaces what is not there': (
        bash('make lint', mark="instead of 'make test' 'make lint'"), 3, 'make test'),
    'mark that replaces by what is not there': (
        bash('make test', mark="instead of 'make test' 'make tset'"), 3, 'tset', "'test'"),
    'mark that gives what is not there': (
        bash('fer_replay my_bag', mark='with my_bag=test/data/smaple'), 2, 'test/data/smaple',
        'test/data/sample'),
    'mark of another test': (
        bash('make lint', mark='run by test/ros/test_readmes.py'), 2, 'test/ros/test_readmes.py',
        'test/ros/test_readme.py'),
    'option beside a placeholder': (
        'As `fer_benchmark speech DIR --talks PATTERNS`.\n', 1, '--talks', '--talking'),
    'option in brackets': ('As `fer_benchmark classifier [--modle x.onnx]`.\n', 1, '--modle'),
    'file in brackets': (
        'As `fer_benchmark classifier [--model models/expression_fasst.onnx]`.\n', 1,
        'models/expression_fasst.onnx', 'models/expression_fast.onnx'),
    'default': ('After\n`tracker.memory` (3 s) it is gone.\n', 2, "'tracker.memory'", '3', '2'),
    'default behind its unit': ('Every `landmark_interval` seconds (0.16).\n', 1, '0.16', '0.15'),
    'default behind a comma': (
        'Slow (`head_pose.time_constant`, 0.2 s), and more.\n', 1, '0.2', '0.1'),
    'default in degrees': ('Beyond `max_yaw` (40°) nothing.\n', 1, '40', '30'),
    'default of a launch argument': ('`respawn_delay` (3 s).\n', 1, "'respawn_delay'", '3', '2'),
    'part of a path': ('As `ros/workers.py` has it.\n', 1, 'ros/workers.py', "'ros/worker.py'"),
    'status': ('See the status `face` of /diagnostics.\n', 1, "'face'", "'faces'"),
    'value of a status': ('See `landmark (ms)` there.\n', 1, 'landmark (ms)', 'landmarks (ms)'),
    'keyword': ('With `ExpressionRecognizer(landmark=True)`.\n', 1, "'landmark'", "'landmarks'"),
    'type of a service': (
        bash('ros2 service call /fer/enable std_srvs/srv/SetBol "{data: false}"'), 2,
        'std_srvs/srv/SetBol', 'std_srvs/srv/SetBool'),
    'type of another service': (
        bash('ros2 service call /fer/enable std_srvs/srv/Trigger'), 2, 'Trigger',
        'std_srvs/srv/SetBool'),
    'field of a request': (
        bash('ros2 service call /fer/enable std_srvs/srv/SetBool "{dat: false}"'), 2, "'dat'",
        "'data'"),
    'value of a request': (
        bash('ros2 service call /fer/enable std_srvs/srv/SetBool "{data: 3}"'), 2, "'data'",
        'true or false'),
    'type that is published': (
        bash("ros2 topic pub -1 /clock rosgraph_msgs/msg/Clok '{}'"), 2, 'Clok',
        'rosgraph_msgs/msg/Clock'),
    'field that is echoed': (
        bash('ros2 topic echo /fer/expression --field detections[0].result'), 2, "'result'",
        "'results'"),
    'type in a row': (
        '| topic | type |\n|---|---|\n| `/fer/expression` | `vision_msgs/Detection2D` |\n', 3,
        'vision_msgs/Detection2D', 'vision_msgs/Detection2DArray'),
    'module of a program in a command': (bash("python3 -c 'import cv3'"), 2, 'cv3'),
    'key in a program': (
        bash('fer_monitor --once --json | python3 -c '
             "'import json, sys; print(json.load(sys.stdin)[\"facs\"])'"), 2, "'facs'",
        "'faces'"),
    'key of jq': (bash("fer_monitor --once --json | jq '.faces[0].lable'"), 2, "'lable'",
                  "'label'"),
    'key of jq in braces': (bash("fer_monitor --json | jq '{node, stat: .state, leval}'"), 2,
                            "'leval'", "'level'"),
    'key in Python': (
        '```python\nimport json\nfor line in open("x"):\n'
        '    print(json.loads(line)["faces"][0].get("labl"))\n```\n', 4, "'labl'", "'label'"),
    'key of an expectation': ('```yaml\nexpectations:\n- name: smile\n  labell: happy\n```\n', 4,
                              'labell', 'label'),
    'key of a map': ('```yaml\ntiers:\n  child: {person: in_front, measur: valence}\n```\n', 3,
                     'measur', 'measure'),
    'argument of the Dockerfile': (bash('docker build --build-arg ROS_DISTR=jazzy .'), 2,
                                   'ROS_DISTR', 'ROS_DISTRO'),
    'distribution': (bash('docker build --build-arg ROS_DISTRO=jazy .'), 2, 'jazy', 'jazzy'),
    'message in backticks': (
        'It says\n`25 of 30 images dropped on their way`.\n', 2,
        '25 of 30 images dropped on their way', 'images lost on their way'),
    'message in quotes': ('It says "no pictures on /image for 1.0 s".\n', 1, 'no pictures on',
                          'no image on'),
    'message that is cut': ('It says `25 of … dropped on their way`.\n', 1, 'dropped on'),
    'message of a program': (
        '```text\nfer_demo: starting node and camera (ROS_DOMAIN_ID 3)\n```\n', 2,
        'starting node and camera'),
    'message that is printed': (
        '<!-- test: printed -->\n```text\n25 of 30 images are lost on their way\n```\n', 3,
        'are lost', 'images lost on their way'),
    'what prints': ('<!-- test: printed by make tset -->\n```text\nx\n```\n', 2, 'tset', "'test'"),
    'value in a line of a program': (
        '```text\n12:00 status=camera message="no pictures on /image for 1.0 s"\n```\n', 2,
        'no pictures on', 'no image on'),
    'tree of files': ('```text\nfer_ros/\n  coer/   pictures to faces\n```\n', 3,
                      'fer_ros/coer/', 'fer_ros/core'),
    'list of all labels': (
        'One of `neutral happy surprised sad angry disgusted scared`.\n', 1,
        'neutral happy surprised sad angry disgusted scared', 'contempt'),
    'number of labels': ('All seven labels have one.\n', 1, 'seven labels', '8'),
    'number of statuses': ("The node's 6 statuses.\n", 1, '6 statuses', '5'),
    'topic of the node without backticks': ('Listen to /fer/expresion now.\n', 1, 'expresion',
                                            '/fer/expression'),
    'message over two lines': ('\nIt says "25 of 30 images\ndropped on their way".\n', 2,
                               '25 of 30 images dropped', 'lost on their way'),
    'message in other quotes': ('It says “25 of 30 images dropped on their way”.\n', 1, 'dropped'),
    'exit status in the text': ('It ends with\nexit status 9.\n', 2, "'9'"),
    'key in the text': ('As `{"faces": [{"labl": "happy"}], …}`.\n', 1, "'labl'", "'label'"),
    'key in a line of output': ('```text\n{"frame": 3, "latencyms": {}, …}\n```\n', 2,
                                "'latencyms'", "'latency_ms'"),
    'YAML in a here-document': (
        bash('cat > x.yaml <<EOF', 'fer:', '  ros__parameters:', '    max_rat: 3.0', 'EOF'), 5,
        'max_rat', 'max_rate'),
    'value of a variable': (bash('export ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOTS'), 2,
                            'LOCALHOTS', 'LOCALHOST'),
    'middleware': (bash('RMW_IMPLEMENTATION=rmw_cyclonedds make demo'), 2, 'rmw_cyclonedds',
                   'rmw_cyclonedds_cpp'),
    'value of a variable of make': (bash('make test DISTRO=kiltd'), 2, 'kiltd', 'kilted'),
    'value of a variable before make': (bash('VERSIONS=humbel make test-versions'), 2, 'humbel',
                                        'humble'),
    'one of several values': (bash('make fuzz TARGET="image recrods"'), 2, 'recrods', 'records'),
    'option in a comment': (bash('make demo    # or fer_demo --lop'), 2, '--lop', '--loop'),
    'command in a comment': (bash('# then fer_demos', 'make demo'), 2, 'fer_demos', 'fer_demo'),
    'value that a parameter is set to': ('Set `min_confidence` to 2.\n', 1, 'min_confidence',
                                         '0.0 and 1.0'),
    'keyword in Python': ('```python\nimport fer_ros\n'
                          'fer_ros.ExpressionRecognizer(landmark=True)\n```\n', 3, "'landmark'",
                          "'landmarks'"),
    'parameter of a group in Python': (
        "```python\nSetParameter('min_confidense', 0.3)\n```\n", 2, 'min_confidense',
        'min_confidence'),
    'parameter of a group in XML': (
        '```xml\n<group>\n<set_parameter name="max_rat" value="7.5"/>\n</group>\n```\n', 3,
        'max_rat', 'max_rate'),
    'package of a launch file in Python': (
        "```python\nFindPackageShare('fer_rose')\n```\n", 2, 'fer_rose', 'fer_ros'),
    'launch file of an include in Python': (
        "```python\nPathJoinSubstitution([FindPackageShare('fer_ros'), 'launch', "
        "'fers.launch.py'])\n```\n", 2, 'fers.launch.py', 'fer.launch.py'),
    'launch file of an include in XML': (
        '```xml\n<include file="$(find-pkg-share fer_ros)/launch/fers.launch.py"/>\n```\n', 2,
        'fers.launch.py', 'fer.launch.py'),
    'package of an include in YAML': (
        '```yaml\n- include: {file: "$(find-pkg-share fer_rose)/launch/x.launch.py"}\n```\n', 2,
        'fer_rose', 'fer_ros'),
    'exit status': (
        'Of `fer_layout`:\n\n| exit status | means |\n|---|---|\n| 0 | fine |\n| 2 | x |\n'
        '| 7 | x |\n',
        7, "exit status of fer_layout '7'"),
    'exit status that is not told': (
        'Of `fer_layout`:\n\n| exit status | means |\n|---|---|\n| 0 | fine |\n', 5,
        'exit status 2 of fer_layout'),
    'label': ('It says `hapy` then.\n', 1, 'hapy', 'happy'),
    'frame': ('As `gazes_<id>` has it.\n', 1, 'gazes_', 'gaze_'),
    'default in words': ('`respawn` (default: false) does.\n', 1, 'false', 'true'),
    'default in words behind it': ('With `image_transport`, `compressed` by default, all goes.\n',
                                   1, 'compressed', 'raw'),
    'range': ('`detector.long_side` is 64 to 1000.\n', 1, '1000', '2048'),
    'package of apt in the text': ('Install `ros-jazzy-hri-msg`.\n', 1, 'ros-jazzy-hri-msg',
                                   'hri-msgs'),
    'command of the system in the text': ('Run `sudo nvpmodle -q`.\n', 1, 'nvpmodle',
                                          'nvpmodel'),
    'command as a list': ("As `['make', 'tset']`.\n", 1, 'tset', "'test'"),
}


@pytest.mark.parametrize('case', BAD)
def test_a_page_that_names_what_is_not_there_fails_with_line_name_and_the_nearest(checker, case):
    text, line, *words = BAD[case]
    problems = checker.problems(parse_page('page.md', text))
    assert [one.line for one in problems] == [line], [str(one) for one in problems]
    assert str(problems[0]).startswith(f'page.md:{line}: ')
    assert all(word in problems[0].message for word in words), problems[0].message


GOOD = (
    bash('ros2 launch fer_ros fer.launch.py log_level:=INFO respawn:=False fer_name:=x',
         'ros2 service call /fer/enable std_srvs/srv/SetBool "{data: false}"',
         'cd test/pages && ../../scripts/env fer_demo --loop'),
    bash('scripts/env python -m pip install ai-edge-litert==2.3.0',
         'scripts/env python training/convert_face_landmarks.py x.whl', mark='with x.whl'),
    bash('fer_replay my_bag --expect smile.yaml --jsonl new.jsonl', 'fer_replay new.jsonl',
         mark='with my_bag=test/data/sample smile.yaml'),
    bash('cd ~/ros2_ws/src && git clone <the repository> fer_ros && cd ..',
         'colcon build --packages-select fer_ros    # a comment', 'source install/setup.bash'),
    bash('OMP_NUM_THREADS=1 scripts/env fer_benchmark pipeline --frames 9 > out.txt 2>&1'),
    bash('fer_replay test/data/sample \\', '  --jsonl out.jsonl', 'make test ARGS="-k tracker"'),
    bash('ros2 param set /robot/fer rotate 180', 'ros2 topic echo /humans/faces/fabcd/roi'),
    'Look at ~/annotations, `~/set_parameters`, `/front/fer/faces/<id>/speech`, docs/launch.md,\n'
    'fer_replay and `-p NAME:=VALUE`, `--output-bag DIR`, `~/image_annotated/compressed`.\n',
    '```text\nfer_demo: says\n  scripts/env fer_demo --loop\nscripts/   a folder\n```\n',
    'Say `fer_benchmark …`, `fer_replay BAG --report DIR`, `--output-bag`, `make demo`.\n',
    'After `tracker.memory` (2 s), `max_yaw` (30°), `threads` (4 here),\n'
    '`fer_replay BAG [--quiet]`,\n'
    'the exit status `5`, `total (ms)`, `ExpressionRecognizer(landmarks=True)`, `bad (total)`.\n',
    'Under `/**:` or `fer:`, and in `config/*.xml`.\n',
    '- in a list\n\n  ```bash\n  make lint\n  ```\n',
    bash('ros2 topic echo /front/fer/expression --field detections[0].results[0].hypothesis',
         "ros2 run fer_ros fer_monitor --once --json | jq -r '.faces[] | {id, who: .label} | .id'",
         "fer_replay test/data/sample | python3 -c 'import json, sys; "
         "print(json.loads(next(sys.stdin))[\"latency_ms\"][\"total\"])'",
         'ros2 topic pub -1 /clock rosgraph_msgs/msg/Clock "{clock: {sec: 3}}"'),
    'It says `25 of … images lost on their way`, "no image on /image for 1.0 s; publishers: …",\n'
    '`neutral happy surprised sad angry disgusted scared contempt`, all eight labels,\n'
    'two labels, the other seven expressions, `detector.long_side` (64 to 2048)\n'
    'and `respawn` (default: true), `ros-$ROS_DISTRO-hri-msgs`, `gaze_<id>`.\n',
    '| topic | type |\n|---|---|\n| `~/expression`, `/humans/faces/<id>/{roi,aligned}` | '
    '`vision_msgs/Detection2DArray`, hri_msgs/msg/NormalizedRegionOfInterest2D, and others |\n',
    '<!-- test: printed -->\n```text\nno image on /x/image for 12.0 s; publishers: …\n```\n',
)


@pytest.mark.parametrize('text', GOOD)
def test_a_page_that_names_what_is_there_passes(checker, text):
    assert not checker.problems(parse_page('page.md', text))


def test_front_matter_is_no_part_of_the_page_but_counts_its_lines(checker):
    text = '---\nname: x\n---\nSee [this](nowhere.md).\n'
    assert [one.line for one in checker.problems(parse_page('page.md', text))] == [4]


def test_a_mark_says_how_a_block_is_tested():
    mark = parse_mark('slow; with a=test/data/sample b.yaml; status 3; '
                      "instead of '--hours 9' '--minutes 1'")
    assert mark.slow and mark.runs and mark.status == 3
    assert mark.given == (('a', 'test/data/sample'), ('b.yaml', ''))
    assert mark.instead == (('--hours 9', '--minutes 1'),)
    assert not parse_mark('only parsed: it needs a robot').runs
    assert parse_mark('printed').printed and parse_mark('printed by make help').printed_by


@pytest.fixture(scope='module')
def workspace(tmp_path_factory):
    return Workspace(ROOT, tmp_path_factory.mktemp('pages') / 'checkout')


@pytest.mark.parametrize('text, line, told', [
    (bash('true', 'false', 'true'), 2, 'ends with 1'),
    (bash('ls nowhere | cat'), 2, 'nowhere'),
    (bash('false', mark='status 3'), 3, 'not 3'),
    (bash('make lint', mark="instead of 'make lint' 'exit 5'"), 3, 'ends with 5'),
    ('```python\nx = 1\n```\n\n```python\nassert x == 2\n```\n', 2, 'page.md", line 6'),
    (bash('cat smile.yaml', 'make help > /dev/null; touch left.txt'), 2, 'smile.yaml'),
    (bash('make help > left.txt'), 2, 'left.txt'),
    ('<!-- test: printed by echo one two -->\n```text\none two\none three\n```\n', 4, 'one three'),
])
def test_a_block_that_does_not_do_what_the_page_says_fails(workspace, text, line, told):
    with pytest.raises(BlockError) as failed:
        workspace.run(parse_page('page.md', text), slow=False)
    assert str(failed.value).startswith(f'page.md:{line}: ') and told in str(failed.value)


def test_blocks_run_in_a_copy_with_what_the_marks_give(workspace):
    text = (
        '<!-- test: file smile.yaml -->\n```yaml\na: 1\n```\n' + bash(
            'test -d my_bag && grep a smile.yaml', 'sleep 600',
            mark="with my_bag=test/data/sample; instead of 'sleep 600' 'touch demo_output'")
        + bash('false', mark='slow') + bash('false', mark='only parsed: it needs a robot')
        + '```python\nx = 1\n```\n\n```python\nassert x == 1\n```\n')
    ran = workspace.run(parse_page('page.md', text), slow=False)
    assert len(ran) == 3
    assert (workspace.folder / 'demo_output').exists() and not (ROOT / 'my_bag').exists()


def test_the_package_s_commands_run_without_the_command_line_of_ros(workspace):
    text = bash('cd docs', 'ros2 run fer_ros fer_replay ../test/data/sample --quiet') + bash(
        'ros2 run fer_ros fer_layout --help > /dev/null')
    assert len(workspace.run(parse_page('page.md', text), slow=False)) == 2
    with pytest.raises(BlockError, match='not: topic list'):
        workspace.run(parse_page('page.md', bash('ros2 topic list')), slow=False)
