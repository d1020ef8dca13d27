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

"""A command run by scripts/with_vector_units finds narrower vector units, and says so."""

import json
from pathlib import Path
import shutil
import subprocess

import pytest

ROOT = Path(__file__).parents[2]
FLAGS = Path('/proc/cpuinfo').read_text() if Path('/proc/cpuinfo').exists() else ''

pytestmark = pytest.mark.skipif(
    not shutil.which('objdump') or 'avx512f' not in FLAGS or not (ROOT / '.venv').is_dir(),
    reason='needs a processor with AVX-512, objdump and the environment of a checkout')

#: What the libraries say, and in blocks of how many channels ONNX Runtime lays convolutions out:
#: as many float32 as a register holds. Weights with fewer channels are filled up to a block.
_QUESTIONS = """
import json, sys, tempfile
import cv2, onnx, onnxruntime
from fer_ros.bench.machine import describe
from numpy._core._multiarray_umath import __cpu_features__
options = onnxruntime.SessionOptions()
options.log_severity_level = 4
options.optimized_model_filepath = tempfile.mkdtemp() + '/model.onnx'
onnxruntime.InferenceSession('models/face_detector_blaze.onnx', options)
model = onnx.load(options.optimized_model_filepath)
channels = [one.dims[0] for one in model.graph.initializer if len(one.dims) == 4]
print(json.dumps({
    'opencv': [one for one in cv2.getCPUFeaturesLine().split() if 'AVX' in one],
    'numpy': [one for one in ('AVX2', 'AVX512_SKX') if __cpu_features__[one]],
    'block': min(one for one in channels if one > 1),
    'told': describe()['vector_units'], 'command': describe()['command']}))
"""


def asked(*runner):
    done = subprocess.run([ROOT / 'scripts' / runner[0], *runner[1:], 'python', '-c', _QUESTIONS],
                          cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.timeout(300)
@pytest.mark.parametrize('runner, opencv, numpy, block, told', [
    (['env'], ['*AVX', '*AVX2', '*AVX512-SKX'], ['AVX2', 'AVX512_SKX'], 16, 'AVX-512'),
    (['with_vector_units', 'AVX2'], ['*AVX', '*AVX2', '*AVX512-SKX?'], ['AVX2'], 8, 'AVX2'),
    (['with_vector_units', 'SSE4.2'], ['*AVX?', '*AVX2?', '*AVX512-SKX?'], [], 0, 'SSE4.2'),
])
def test_libraries_use_what_is_left_and_the_results_say_so(runner, opencv, numpy, block, told):
    found = asked(*runner)
    assert (found['opencv'], found['numpy'], found['told']) == (opencv, numpy, told)
    assert not block or found['block'] == block
    assert found['command'].startswith(' '.join(['scripts/' + runner[0], *runner[1:]])) == (
        runner[0] != 'env')


@pytest.mark.parametrize('arguments, told', [
    ([], 'units'), (['AVX'], 'SSE4.2'), (['AVX2'], 'which command'),
    (['AVX2', 'no_such_command'], 'no_such')])
def test_what_cannot_be_run_is_told(arguments, told):
    done = subprocess.run([ROOT / 'scripts' / 'with_vector_units', *arguments], cwd=ROOT,
                          capture_output=True, text=True, check=False)
    assert done.returncode and told in done.stderr
