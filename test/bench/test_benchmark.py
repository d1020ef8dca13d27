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

"""The benchmark: what it counts, what it says, never how fast this machine is."""

from __future__ import annotations

import argparse
import json
import os

from fer_ros.bench.alternatives import ways_of
from fer_ros.bench.benchmark_arguments import parser_of
from fer_ros.bench.classifiers import feed
from fer_ros.bench.cli import main, RUNS
from fer_ros.bench.imagery import scene
from fer_ros.bench.pipeline import load, measure, Setting
from fer_ros.bench.timing import in_turn, percentiles
from fer_ros.bench.vgg13 import build
from fer_ros.core.assets import model_path
from fer_ros.core.display import LAYERS
from fer_ros.core.onnx_model import OnnxModel
import numpy as np
import pytest

STAGES = {'detect', 'track', 'align', 'classify', 'landmarks', 'cues', 'smooth'}


def test_percentiles_are_milliseconds():
    assert percentiles([0.001 * value for value in range(1, 102)]) == {
        'p50': 51.0, 'p90': 91.0, 'p99': 100.0}
    with pytest.raises(ValueError, match='nothing was measured'):
        percentiles([])


def test_works_take_turns_and_warm_up():
    done, ticks = [], iter(range(100))
    times = in_turn(
        {name: lambda name=name: done.append(name) for name in 'ab'}, 3, 2, lambda: next(ticks))
    assert ''.join(done) == 'ab' * 5
    assert times == {'a': [1, 1, 1], 'b': [1, 1, 1]}


@pytest.mark.parametrize('size, faces', [
    ((640, 480), 0),     # an empty room
    ((640, 480), 1),
    ((640, 480), 5),
    ((1280, 720), 3),
])
def test_a_scene_shows_as_many_faces_as_it_says(size, faces):
    pipeline, _ = load(Setting())
    frames = scene(size, faces, steps=3)
    assert frames[0].pixels.shape == (size[1], size[0], 3)
    assert [len(pipeline.detector.detect(frame)) for frame in frames] == [faces] * 3


def test_a_scene_has_an_end():
    with pytest.raises(ValueError, match='21 faces .* use 0 to 20'):
        scene((640, 480), 21)


def test_the_floor_runs_on_the_tensors_of_the_frame():
    pipeline, (detector, classifier) = load(Setting())
    detector.forget()
    classifier.forget()
    for index, frame in enumerate(scene((640, 480), 2, steps=2)):
        pipeline.process(frame, float(index) / 30)
    assert detector.feeds['pixels'].shape == (1, 3, 256, 320)
    assert classifier.feeds['faces'].shape == (2, 1, 48, 48)


def test_a_scene_that_is_not_seen_as_drawn_is_refused():
    with pytest.raises(ValueError, match='0 faces were found where 1'):
        measure(Setting(frames=2, warmup=2), scene((640, 480), 0))


def test_vgg13_is_that_of_the_paper(tmp_path):
    onnx = pytest.importorskip('onnx')
    path = build(tmp_path / 'vgg13.onnx')
    graph = onnx.load(str(path)).graph
    parameters = sum(int(np.prod(tensor.dims)) for tensor in graph.initializer)
    assert parameters == 8_757_704
    assert [node.op_type for node in graph.node].count('Conv') == 10
    model = OnnxModel(path)
    probabilities, = model.run(feed(model))
    assert probabilities.shape == (1, 8)
    assert probabilities.sum() == pytest.approx(1.0, abs=1e-5)


def test_pipeline_command(capsys):
    assert main(['pipeline', '--frames', '4', '--warmup', '2', '--json', '-']) == 0
    result = json.loads(capsys.readouterr().out)
    assert result['machine']['cores'] == os.cpu_count()
    assert set(result['stages']) == STAGES
    assert all(set(times) == {'p50', 'p90', 'p99'} for times in result['stages'].values())
    assert (result['size'], result['faces'], result['threads']) == ([640, 480], 1, 1)
    assert result['ratio'] > 0 and result['floor_ms'] > 0 and result['frame_ms']['p50'] > 0


def test_drawing_command(capsys):
    arguments = ['drawing', '--frames', '4', '--warmup', '2', '--faces', '2']
    assert main([*arguments, '--json', '-']) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result['size'], result['faces'], result['frames']) == ([640, 480], 2, 4)
    assert list(result['layers']) == ['all', *LAYERS]
    assert result['layers']['all']['p50'] > 0 and result['ratio'] > 0
    assert main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines[3:]} == {'all', *LAYERS, 'frame', 'drawing'}


def test_landmarks_command(capsys):
    arguments = ['landmarks', '--frames', '6', '--warmup', '2']
    assert main([*arguments, '--json', '-']) == 0
    result = json.loads(capsys.readouterr().out)
    assert result['benchmark'] == 'landmarks'
    assert all(value > 0 for value in result['mean_ms'].values()) and result['share']
    assert main(arguments) == 0
    assert 'wanted' in capsys.readouterr().out


def test_pipeline_with_more_threads(capsys):
    assert main(['pipeline', '--threads', '2', '--frames', '3', '--warmup', '2']) == 0
    assert '1 face(s), 2 thread(s), 3 frames' in capsys.readouterr().out


def test_interval_command(capsys):
    arguments = ['interval', '--frames', '20', '--warmup', '6', '--interval', '0.2']
    assert main([*arguments, '--json', '-']) == 0
    result = json.loads(capsys.readouterr().out)
    assert result['every_frame']['detected'] == 20
    assert result['interval']['detected'] < 10


#: What takes some seconds.
QUICK = {'pipeline', 'drawing', 'landmarks', 'interval', 'classifier'}


def test_what_takes_long_says_so_before():
    commands, = (action.choices for action in parser_of(RUNS)._actions
                 if isinstance(action, argparse._SubParsersAction))
    said = {name: one.get_default('long') for name, one in commands.items()}
    assert {name for name, text in said.items() if not text} == QUICK
    assert all(text.startswith('It takes ') or 'which takes' in text
               for text in said.values() if text)
    for name, one in commands.items():
        assert said[name] in ' '.join(one.format_help().split())


def test_alternatives_command_and_plot(tmp_path, capsys):
    plot = pytest.importorskip('matplotlib') and tmp_path / 'ways.png'
    arguments = ['alternatives', '--frames', '3', '--warmup', '1', '--plot', str(plot)]
    assert main([*arguments, '--json', '-']) == 0
    result = json.loads(capsys.readouterr().out)
    for name in ('detector', 'classifier'):
        ways = result['networks'][name]
        assert ways['as used']['ratio'] == 1.0
        assert {'bound inputs and outputs', 'graph as exported', 'two threads'} < set(ways)
        operators = result['operators'][name]
        assert 'Conv' in operators and sum(operators.values()) == pytest.approx(1.0, abs=0.02)
    assert {'4 faces, one batch', '4 faces, one by one'} < set(result['networks']['classifier'])
    assert set(result['collector']) == {'on', 'frozen', 'off'}
    assert result['collector']['off']['collections'] == 0
    assert result['answer_us'] is None or set(result['answer_us']) == {
        'message', 'serialise', 'silent log line'}
    assert plot.read_bytes().startswith(b'\x89PNG')


def test_the_alternatives_answer_alike():
    pipeline, (_, classifier) = load(Setting())
    for index, frame in enumerate(scene((640, 480), 1, steps=3)):
        pipeline.process(frame, index / 30)
    ways = ways_of(classifier, threads=1)
    used, = ways.pop('as used')()
    assert used.shape == (1, 8)
    for way, work in ways.items():
        np.testing.assert_allclose(work()[0], used, atol=1e-5, err_msg=way)


def test_classifier_command_and_plot(tmp_path, capsys):
    pytest.importorskip('onnx')
    pytest.importorskip('matplotlib')
    plot = tmp_path / 'classifier.png'
    model = model_path('expression_fast.onnx')
    assert main(['classifier', '--repeats', '2', '--plot', str(plot), '--model', str(model)]) == 0
    out = capsys.readouterr().out
    assert 'expression_fast.onnx is' in out and 'times cheaper' in out
    assert plot.read_bytes().startswith(b'\x89PNG')


@pytest.mark.parametrize('arguments, words', [
    (['--against', __file__], 'test_benchmark.py'),  # no model
    (['--model', __file__], 'test_benchmark.py'),
])
def test_what_is_no_model_is_named(arguments, words, capsys):
    if '--model' in arguments:
        pytest.importorskip('onnx')
    assert main(['classifier', *arguments]) == 2
    assert words in capsys.readouterr().err


def test_a_face_that_is_not_confirmed_yet_is_no_face_that_is_too_small(capsys):
    assert main(['pipeline', '--warmup', '0', '--frames', '1', '--json', '-']) == 0
    assert json.loads(capsys.readouterr().out)['frames'] == 1


@pytest.mark.parametrize('arguments, words', [
    (['classifier', '--against', 'no.onnx'], ['--against', "'no.onnx' does not exist"]),
    (['classifier', '--model', 'no.onnx'], ['--model', "'no.onnx' does not exist"]),
    (['classifier', '--repeats', '0'], ['--repeats', '0 is out of range; use 1 to 1000000']),
    (['classifier', '--threads', '65'], ['--threads', 'use 1 to 64']),
    (['pipeline', '--frames', '0'], ['--frames', '0 is out of range; use 1 to']),
    (['pipeline', '--frames', 'many'], ['--frames', "'many' is no whole number; use 1 to"]),
    (['pipeline', '--warmup', '-1'], ['--warmup', '-1 is out of range; use 0 to']),
    (['pipeline', '--faces', '99'], ['--faces', '99 is out of range; use 0 to 20']),
    (['pipeline', '--size', '640'], ['--size', "'640' is not a size; write it as 640x480"]),
    (['pipeline', '--size', '9x9'], ['--size', '9x9 is out of range; use 64x64 to']),
    (['pipeline', '--clock', 'sun'], ['--clock', 'sun', 'wall', 'cpu']),
    (['pipeline', '--plot', 'plot.xyz'], ['--plot', "'plot.xyz'", '.png']),
    (['pipeline', '--plot', 'absent/plot.png'], ['--plot', "'absent' does not exist"]),
    (['pipeline', '--json', 'absent/a.json'], ['--json', "'absent' does not exist"]),
    (['pipeline', '--json', '.'], ['--json', "'.' is a folder; name a file"]),
    (['interval', '--interval', 'nan'], ['--interval', 'nan is out of range; use 0 to 10']),
    (['ros', '--seconds', '1'], ['--seconds', '1 is out of range; use 2 to']),
    (['ros', '--rate', '0'], ['--rate', '0 is out of range; use 1 to 1000']),
    (['ros', '--faces', '-1'], ['--faces', 'use 0 to 20']),
    (['startup', '--repeats', '0'], ['--repeats', 'use 1 to']),
    (['idle', '--threads', '0'], ['--threads', 'use 1 to 64']),
    (['speech', 'absent'], ["'absent' does not exist; name a folder"]),
    (['clips', 'absent'], ["'absent' does not exist; name a folder"]),
    (['clips', __file__], ['is a file; name a folder']),
    (['clips', '.', '--against', 'absent.json'], ['--against', "'absent.json' does not exist"]),
    (['clips', '.', '--page', 'absent.md'], ['--page', "'absent.md' does not exist"]),
    (['tracking', '--rates', '0'], ['--rates', '0 is out of range; use 1 to 120']),
    (['detector', '--boxes', 'absent'], ['--boxes', "'absent' does not exist"]),
    (['detector', '--boxes', '.', '--detector', 'no.onnx'], ['--detector', "'no.onnx' does"]),
    (['detector', '--boxes', '.', '--long-side', '20'], ['--long-side', '20 is out of range']),
    (['detector', '--boxes', '.', '--threshold', '2'], ['--threshold', 'use 0 to 1']),
    (['detector', '--boxes', '.', '--card', 'no.md'], ['--card', "'no.md' does not exist"]),
])
def test_bad_values_are_refused_with_what_to_write(arguments, words, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    err = capsys.readouterr().err
    assert all(word in err for word in words), err
