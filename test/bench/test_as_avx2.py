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

"""A command run by scripts/as_avx2 finds a processor without AVX-512, and says so."""

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
    'opencv': '*AVX512-SKX ' in cv2.getCPUFeaturesLine() + ' ',
    'numpy': __cpu_features__['AVX512_SKX'],
    'block': min(one for one in channels if one > 1),
    'told': describe()['vector_units']}))
"""


def asked(runner):
    done = subprocess.run([ROOT / 'scripts' / runner, 'python', '-c', _QUESTIONS], cwd=ROOT,
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.timeout(300)
def test_no_library_uses_avx512_and_the_results_say_so():
    there, hidden = asked('env'), asked('as_avx2')
    assert there['numpy'] and there['told'] == 'AVX-512'
    assert not hidden['opencv'] and not hidden['numpy'] and hidden['told'] == 'AVX2'
    assert (there['block'], hidden['block']) == (16, 8)


@pytest.mark.parametrize('arguments, told', [
    ([], 'which command'), (['no_such_command'], 'no_such')])
def test_a_command_that_is_not_there_is_told(arguments, told):
    done = subprocess.run([ROOT / 'scripts' / 'as_avx2', *arguments], cwd=ROOT,
                          capture_output=True, text=True, check=False)
    assert done.returncode and told in done.stderr
