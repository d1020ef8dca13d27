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

"""fer_benchmark as a command: scaling, files of JSON, and an end in the middle."""

import json
import os
import signal
import subprocess
import sys

from fer_ros.bench.cli import main
from fer_ros.bench.scaling import FACES, SIZES


def test_scaling_measures_every_number_of_faces_and_every_size(tmp_path, capsys):
    path = tmp_path / 'scaling.json'
    assert main(['scaling', '--frames', '1', '--warmup', '6', '--json', str(path)]) == 0
    result = json.loads(path.read_text())
    assert [row['faces'] for row in result['faces']] == list(FACES)
    assert [tuple(row['size']) for row in result['sizes']] == list(SIZES)
    assert all(row['faces'] == 1 for row in result['sizes'])
    assert all(row['frame_ms']['p50'] > 0 for row in (*result['faces'], *result['sizes']))
    # The table goes to the terminal all the same: a row for each measurement.
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[2:-1]] == [
        *(['640x480', str(count)] for count in FACES),
        *([f'{width}x{height}', '1'] for width, height in SIZES)]
    assert f"each further face: {result['per_face_ms']:.2f} ms" in lines[-1]


def test_an_interrupt_ends_it_without_a_result(tmp_path):
    # It waits for the earlier result, so that it is surely at work when the interrupt comes.
    earlier = tmp_path / 'earlier.json'
    os.mkfifo(earlier)
    command = subprocess.Popen(
        [sys.executable, '-m', 'fer_ros.bench.cli', 'tracking', '--against', str(earlier)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        with earlier.open('w'):
            command.send_signal(signal.SIGINT)
            out, err = command.communicate(timeout=120)
    finally:
        command.kill()
    assert (command.returncode, out) == (130, '')
    assert err.splitlines()[-1] == 'fer_benchmark: stopped' and len(err.splitlines()) == 2
