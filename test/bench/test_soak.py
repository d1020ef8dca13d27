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

"""The soak: what it counts over a short run, its verdicts on made-up hours, its end, its plot."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
import json
import os
from pathlib import Path
import re
import signal
import subprocess
import sys

from fer_ros.bench.soak_trend import LEAST, slope_interval, trend
import numpy as np
import psutil
import pytest

ROOT = Path(__file__).parents[2]


def hours(mb_per_hour=0.0, noise=0.0, at_start=0.0, threads=None, count=360):
    """Return the samples of an hour: growth, noise (MB), what the first minutes take."""
    random = np.random.default_rng(1)
    samples = []
    for index in range(count):
        hour = (index + 1) / count
        memory = (150.0 + mb_per_hour * hour - at_start * np.exp(-30 * hour)
                  + noise * random.standard_normal())
        samples.append({
            'time': 3600.0 * hour, 'rss_mb': memory + 50, 'anonymous_mb': memory, 'shm_mb': 30.0,
            'pss_mb': memory, 'uss_mb': memory,
            'threads': threads(hour) if threads else 9, 'descriptors': 40,
            'shared_segments': 6})
    return samples


@pytest.mark.parametrize('samples, verdict', [
    (hours(), 'flat'),
    (hours(noise=1.0), 'flat'),
    (hours(at_start=40.0), 'flat'),                 # only the warm-up
    (hours(mb_per_hour=0.5, noise=0.2), 'flat'),    # 84 MB a week can be spared
    (hours(mb_per_hour=5.0, noise=0.2), 'grows'),
    (hours(mb_per_hour=1.5, noise=20.0), 'undecided'),
    (hours(noise=30.0, count=12), 'undecided'),     # too short
    (hours(mb_per_hour=-5.0), 'flat'),
])
def test_verdict_on_memory(samples, verdict):
    assert trend(samples)['uss_mb']['verdict'] == verdict


@pytest.mark.parametrize('threads, verdict', [
    (lambda hour: 9, 'flat'),
    (lambda hour: 9 + (round(hour * 360) % 7 == 0), 'flat'),  # now and then one more
    (lambda hour: 9 + (hour > 0.6), 'grows'),
    (lambda hour: 9 + int(10 * hour), 'grows'),
    (lambda hour: 12 if hour < 0.05 else 9, 'flat'),
])
def test_verdict_on_what_is_counted(threads, verdict):
    judged = trend(hours(threads=threads))
    assert judged['threads']['verdict'] == verdict
    assert judged['descriptors']['verdict'] == 'flat'


def test_the_interval_holds_the_slope_about_as_often_as_it_says():
    random = np.random.default_rng(5)
    times = np.linspace(0, 1, 200)
    inside = 0
    for _ in range(400):
        slope, half = slope_interval(times, 3.0 * times + random.standard_normal(200))
        inside += abs(slope - 3.0) <= half
    assert 0.92 <= inside / 400 <= 0.98


@pytest.mark.parametrize('count', [360, 3600])
def test_what_goes_up_and_down_with_the_changes_does_not_count(count):
    # 10 MB more in a third of each round of five minutes.
    samples = hours(count=count)
    for sample in samples:
        sample['uss_mb'] += 10.0 * (sample['time'] % 300.0 < 100.0)
    assert trend(samples)['uss_mb']['verdict'] == 'undecided'
    assert trend(samples, 300.0)['uss_mb']['verdict'] == 'flat'
    growing = [{**sample, 'uss_mb': sample['uss_mb'] + sample['time'] / 1200.0}
               for sample in samples]
    assert trend(growing, 300.0)['uss_mb']['mb_per_hour'] == pytest.approx(3.0, abs=0.3)
    # Rounds that are too long, or none, are no obstacle.
    assert trend(samples, 3000.0) == trend(samples)


def test_a_report_becomes_the_page(tmp_path):
    pytest.importorskip('matplotlib')
    spec = spec_from_file_location('soak_page', ROOT / 'scripts' / 'soak_page.py')
    script = module_from_spec(spec)
    spec.loader.exec_module(script)
    samples = [
        {**sample, 'latency_p50_ms': 5.0, 'latency_p99_ms': 9.0, 'rate': 15.0, 'dropped': 0,
         'sent': 150, 'bad': 1, 'failed': 0} for sample in hours()]
    report, page = tmp_path / 'report.json', tmp_path / 'page.md'
    report.write_text(json.dumps({
        'benchmark': 'soak', 'samples': samples, 'trend': trend(samples), 'seconds': 3600.0,
        'changes': {'parameters': 72}, 'tracks': 1503, 'version': {'commit': '0123abcd'}}))
    page.write_text('before\n<!-- soak: written by scripts/soak_page.py -->\nold\n<!-- end -->\n'
                    'after\n')
    arguments = [str(report), '--page', str(page), '--images', str(tmp_path)]
    assert script.main(arguments) == 0
    text = page.read_text()
    assert text.startswith('before\n') and text.endswith('after\n') and 'old' not in text
    assert '| resident memory | 200.0 MB | 200.0 MB | 200.0 MB | flat: +0.0 to +0.0 MB' in text
    assert '54,000 images were sent, 1,503 faces came and went, 360 images' in text
    assert (tmp_path / 'soak.png').read_bytes().startswith(b'\x89PNG')
    assert 'samples' not in json.loads((tmp_path / 'soak.json').read_text())
    report.write_text('{}')
    assert script.main(arguments) == 2 and page.read_text() == text


def test_the_plot_says_what_grows():
    pytest.importorskip('matplotlib')
    from fer_ros.viz.bench import figure_of
    samples = [
        {**sample, 'latency_p50_ms': 5.0, 'latency_p99_ms': None if index == 7 else 9.0,
         'rate': 15.0, 'dropped': index % 2}
        for index, sample in enumerate(hours(
            mb_per_hour=50.0, threads=lambda hour: 9 + int(10 * hour)))]
    figure = figure_of({'benchmark': 'soak', 'samples': samples, 'trend': trend(samples)})
    memory, counted, latency, rate = figure.axes
    assert [len(axes.lines) for axes in figure.axes] == [3, 3, 2, 2]
    labels = [text.get_text() for axes in (memory, counted)
              for text in axes.get_legend().get_texts()]
    assert [label.rsplit(' ', 1)[1] for label in labels] == [
        'grows', 'grows', 'flat', 'grows', 'flat', 'flat']
    assert memory.lines[0].get_ydata()[-1] == pytest.approx(250.0)
    assert rate.lines[1].get_ydata()[1] == 1 and latency.get_yscale() == 'log'
    assert latency.get_xlabel().startswith('hours')


@pytest.fixture
def environment():
    pytest.importorskip('rclpy')
    chosen = {name: value for name, value in os.environ.items() if name != 'ROS_DOMAIN_ID'}
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get('PYTHONPATH'))))
    return {**chosen, 'PYTHONPATH': path}


def soak(environment, *arguments: str) -> subprocess.Popen:
    """Start a soak at a low rate."""
    return subprocess.Popen(
        [sys.executable, '-m', 'fer_ros.bench.cli', 'soak', '--rate', '10', *arguments],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_half_a_minute(environment, tmp_path):
    pytest.importorskip('matplotlib')
    report, plot = tmp_path / 'soak.json', tmp_path / 'soak.png'
    process = soak(
        environment, '--minutes', '0.5', '--sample', '1', '--json', str(report),
        '--plot', str(plot))
    out, err = process.communicate(timeout=280)
    assert process.returncode == 0, err
    result = json.loads(report.read_text())
    samples = result['samples']
    assert result['ended'] == '' and 29.0 <= result['seconds'] and 8 <= len(samples) <= 30
    commit = result['version']['commit']
    assert commit == 'unknown' or re.fullmatch(r'[0-9a-f]{12}\+?', commit)
    for sample in samples:
        assert sample['uss_mb'] <= sample['pss_mb'] <= sample['rss_mb']
        assert 0 < sample['anonymous_mb'] + sample['shm_mb'] < sample['rss_mb']
        assert sample['threads'] > 1 and sample['descriptors'] > 3
        assert sample['shared_segments'] >= 0

    def total(key):
        return sum(sample[key] for sample in samples)
    assert total('bad') >= 5 and total('failed') == 0
    assert 0 < total('answered') <= total('sent') + 5
    # A slow machine leaves images out, but says of each that it came.
    assert total('processed') > 20 and result['tracks'] >= 2
    assert set(result['messages_per_face_topic']) == {'roi', 'expression', 'cropped', 'aligned'}
    # Everything that was asked for was done, and what is out of range was refused.
    assert set(result['changes']) <= {'parameters', 'lifecycle', 'refused'}
    assert result['changes']['lifecycle'] >= 2 and result['changes']['parameters'] >= 3
    assert plot.read_bytes().startswith(b'\x89PNG')
    assert 'flat: by less than' in out and 'shared segments' in out


def node_of(process: subprocess.Popen) -> psutil.Process:
    """Return the process of the node of a soak."""
    return next(one for one in psutil.Process(process.pid).children(recursive=True)
                if 'fer_ros.ros' in one.cmdline())


@pytest.mark.parametrize('end, ended, status', [
    (lambda process: process.send_signal(signal.SIGINT), 'interrupted', 130),
    (lambda process: process.send_signal(signal.SIGTERM), 'interrupted', 143),
    (lambda process: node_of(process).kill(), 'node ended early', 2),
])
def test_a_soak_that_ends_early_tells_what_it_has(environment, tmp_path, end, ended, status):
    report = tmp_path / 'soak.json'
    process = soak(environment, '--hours', '0.1', '--sample', '1', '--json', str(report))
    try:
        told = 0
        while told < LEAST:
            line = process.stderr.readline()
            assert line, 'it ended by itself'
            told += ' MB, ' in line
        end(process)
        out, err = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == status and ended in err
    result = json.loads(report.read_text())
    assert result['ended'].startswith(ended) and len(result['samples']) >= LEAST
    assert ended in out
