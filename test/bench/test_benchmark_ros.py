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

"""The benchmarks over ROS, briefly and on the real node: what they count, never how fast."""

from __future__ import annotations

import json
import os

from fer_ros.bench.cli import main
from fer_ros.bench.startup import split, STEPS
from fer_ros.bench.usage import memory, Usage
from fer_ros.demo.processes import Child, isolate
import pytest


@pytest.fixture
def ros(monkeypatch):
    """Have ROS, and leave the environment as it was: the benchmark isolates itself in it."""
    pytest.importorskip('rclpy')
    environment = dict(os.environ)
    # A domain of its own for each run: what the run before left is not seen.
    os.environ.pop('ROS_DOMAIN_ID', None)
    yield
    os.environ.clear()
    os.environ.update(environment)


def run(capsys, *arguments: str) -> dict:
    """Return the JSON of a command."""
    status = main([*arguments, '--json', '-'])
    captured = capsys.readouterr()
    assert status == 0, captured.err
    return json.loads(captured.out)


def test_usage_of_this_process():
    before = Usage.of(os.getpid())
    sum(range(10**6))
    after = Usage.of(os.getpid())
    assert 1.0 < before.rss < 1e5
    assert before.threads >= 1
    assert after.percent_since(before) >= 0.0
    with pytest.raises(OSError):
        Usage.of(2**30)


@pytest.mark.parametrize('rss, growth, slope', [
    ([100.0], 0.0, None),                                           # one look has no slope
    ([100.0] * 8, 0.0, 0.0),                                        # nothing grows
    ([100.0, 120.0, 130.0, 130.0, 130.0, 130.0], 30.0, 0.0),        # only at the start
    ([100.0, 101.0, 102.0, 103.0, 104.0, 105.0], 5.0, 3600.0),      # 1 MB a second, a leak
])
def test_memory(rss, growth, slope):
    result = memory([Usage(0.0, each, 1, float(time)) for time, each in enumerate(rss)])
    assert result['growth_mb'] == growth
    assert result['mb_per_hour'] == (
        None if slope is None else pytest.approx(slope, abs=0.01))
    assert result['most_mb'] == max(rss)
    assert result['seconds'] == len(rss) - 1


def test_a_process_that_ends_early_is_named_with_its_last_words(ros):
    from fer_ros.bench.listener import Listener
    isolate(os.environ)
    child = Child('node', 'fer_ros.no_such_module', [])
    child.watch()
    try:
        with Listener() as listener, pytest.raises(OSError) as caught:
            listener.until(listener.knows, 'node', child)
    finally:
        child.stop()
    assert 'node ended early' in str(caught.value)
    assert 'No module named fer_ros.no_such_module' in child.tail()


@pytest.mark.parametrize('arguments', [
    ('--rate', '10'),                                                       # raw images
    ('--rate', '10', '--size', '1280x720', '--transport', 'compressed', '--without-bare'),
])
def test_ros_command(ros, capsys, arguments):
    result = run(capsys, 'ros', '--seconds', '3', *arguments)
    parts = [result] if '--without-bare' in arguments else [result, result['bare']]
    for part in parts:
        assert part['sent'] == 50
        assert part['results'] + part['unheard'] + part['dropped'] == part['sent']
        assert 0 < part['latency_ms']['p50'] <= part['latency_ms']['p99']
        assert part['memory']['start_mb'] > 1.0 and part['memory']['seconds'] >= 1.0
        assert part['threads'] >= 1 and part['cpu_percent'] > 0.0
    assert (result['bare'] is None) == ('--without-bare' in arguments)
    assert result['faces_seen'] > 0.5


def test_startup_command(ros, capsys):
    result = run(capsys, 'startup', '--repeats', '1', '--rate', '10')
    assert list(result['steps']) == list(STEPS)
    for name, times in result['steps'].items():
        assert 0.0 <= times['min'] == times['p50'] == times['max'], name
        assert times['cpu'] >= 0.0, name
    whole = result['first_expression_s']
    assert whole['p50'] == pytest.approx(
        sum(times['p50'] for times in result['steps'].values()), abs=0.01)
    # Python, NumPy, the middleware and two networks cannot come for nothing.
    assert whole['p50'] > result['steps']['imports']['cpu'] > 0.0


def test_a_start_is_split_into_its_steps():
    lines = ['a warning'] + [
        json.dumps({'step': name, 'time': 10.0 + 2 * index, 'cpu': 1.0 + index})
        for index, name in enumerate(STEPS) if name != 'expression']
    steps = split(9.0, lines, 30.0, 10.5)
    assert steps['interpreter'] == (1.0, 1.0)
    assert steps['frame'] == (2.0, 1.0)
    assert steps['expression'] == (4.0, 1.5)
    with pytest.raises(OSError, match='not say .* interpreter, '):
        split(9.0, [], 28.0, 9.5)


def test_idle_command(ros, capsys):
    result = run(capsys, 'idle', '--seconds', '1', '--rate', '10', '--threads', '2')
    assert result['images'] > 5
    for part in (result['before'], result['after']):
        assert 0.0 <= part['cpu_percent'] < 100.0 * part['threads']
        assert part['threads'] >= 2 and part['rss_mb'] > 1.0
