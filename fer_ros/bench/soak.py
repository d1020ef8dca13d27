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

"""The real node for hours: what it uses and how it answers, sampled while life goes on."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
import itertools
import json
import os
import sys
import time
from typing import Any

from fer_ros.bench import machine, soak_trend
from fer_ros.bench.ros import IMAGE, node_process
from fer_ros.bench.timing import percentiles
from fer_ros.demo.processes import Child, ChildError, isolate
from fer_ros.interruptions import interrupted
import psutil

#: Most samples of a run: whatever its length, the report stays small.
SAMPLES = 500

#: What `ended` says after Ctrl-C or SIGTERM.
INTERRUPTED = 'interrupted'

#: Seconds between two changes, at least and at most.
CHANGE_SECONDS, SLOWEST_CHANGE = 2.0, 30.0

#: What is changed, one after the other and over again: parameters, or a way through the lifecycle.
#: Each change is taken back by a later one.
CHANGES: tuple[tuple[str, Any], ...] = (
    ('parameters', {'detection_interval': 0.0, 'smoothing.time_constant': 0.5}),
    ('lifecycle', ('deactivate', 'activate')),
    ('parameters', {'detector.long_side': 480, 'rotate': 180}),
    ('parameters', {'detection_interval': 0.15, 'smoothing.time_constant': 0.15}),
    ('lifecycle', ('deactivate', 'cleanup', 'configure', 'activate')),
    ('parameters', {'detector.long_side': 320, 'rotate': 0}),
    ('parameters', {'image_reliability': 'best_effort', 'max_rate': 5.0}),
    ('lifecycle', ('deactivate', 'activate')),
    ('parameters', {'image_reliability': 'auto', 'max_rate': 0.0}),
    ('refused', {'detector.long_side': 1}))


def measure_soak(options: argparse.Namespace) -> dict:
    """
    Run the node behind a camera for hours; a Ctrl-C or SIGTERM ends it early.

    :param options: of `fer_benchmark soak`.
    :return: for JSON; `ended` says why where it ended early, else '', `samples` holds what was
        seen, `trend` whether it grew (`soak_trend.trend`).
    :raises ChildError: a process did not come up.
    """
    from fer_ros.bench.soak_audience import Audience
    isolate(os.environ)
    seconds = options.seconds
    change = min(SLOWEST_CHANGE, max(CHANGE_SECONDS, seconds / 20))
    children: list[Child] = []
    samples: list[dict[str, Any]] = []
    done: dict[str, int] = {}
    ended = ''
    # SIGTERM interrupts, too: see boundary.py.
    with Audience() as audience:
        try:
            children.append(node_process(options))
            node = children[0]
            audience.until(audience.knows, 'node', node)
            camera = Child('camera', 'fer_ros.bench.soak_camera', [
                '--topic', IMAGE, '--rate', str(options.rate),
                '--size', '{}x{}'.format(*options.size), '--bad-every', str(change / 2)])
            camera.watch()
            children.append(camera)
            audience.until(lambda: bool(audience.arrivals), 'result', node)
            life = _Life(audience, node, camera, change, done)
            for sample in life.samples(seconds, max(options.sample, seconds / SAMPLES)):
                samples.append(sample)
                print(_line(sample), file=sys.stderr, flush=True)
        except (KeyboardInterrupt, Exception) as error:  # noqa: B902
            # What took hours to measure is told, whatever ended it.
            if interrupted(error) and len(samples) >= soak_trend.LEAST:
                ended = INTERRUPTED
            elif samples and isinstance(error, OSError):
                ended = str(error)
            else:
                raise
        finally:
            for child in reversed(children):
                child.stop()
    if len(samples) < soak_trend.LEAST:
        raise ChildError(
            f'ended after {len(samples)} samples, too few to tell anything'
            + (f': {ended}' if ended else ''))
    made = sum(done.values())
    round_seconds = samples[-1]['time'] / made * len(CHANGES) if made else 0.0
    return {
        'size': list(options.size), 'rate': options.rate, 'transport': options.transport,
        'ros4hri': options.ros4hri, 'version': machine.version(), 'wanted_seconds': seconds,
        'seconds': samples[-1]['time'], 'ended': ended, 'changes': done,
        'tracks': audience.tracks, 'messages_per_face_topic': dict(audience.messages),
        'round_seconds': round(round_seconds, 1),
        'trend': soak_trend.trend(samples, round_seconds), 'samples': samples}


class _Life:
    """Change things now and then, and look at the node in between."""

    def __init__(self, audience, node: Child, camera: Child, change: float, done: dict[str, int]):
        self._audience, self._node, self._camera = audience, node, camera
        self._change, self._done = change, done
        self._process = psutil.Process(node.process)
        self._cpu = 0.0
        self._sent: dict[str, int] = {}
        self._counts: dict[str, int] = {}

    def samples(self, seconds: float, every: float) -> Iterator[dict[str, Any]]:
        """Yield a sample every so often, for so many seconds."""
        start = last = time.monotonic()
        changes = itertools.cycle(CHANGES)
        due = start + self._change
        self._audience.arrivals.clear()
        while last - start < seconds:
            self._audience.listen()
            for child in (self._node, self._camera):
                if child.status is not None:
                    raise ChildError(f'{child.name} ended early:\n{child.tail()}')
            now = time.monotonic()
            if now >= due:
                self._make(*next(changes))
                due = time.monotonic() + self._change
            if now - last >= every:
                yield self._look(now - start, now - last)
                last = now

    def _make(self, kind: str, what: Any) -> None:
        """Make one change."""
        if kind == 'lifecycle':
            done = all([self._audience.transition(name, self._node) for name in what])
        else:
            done = self._audience.set_parameters(what, self._node) == (kind == 'parameters')
        name = kind if done else f'{kind}, answered wrongly'
        self._done[name] = self._done.get(name, 0) + 1

    def _look(self, since_start: float, span: float) -> dict[str, Any]:
        """Return what the node uses, and what it did since the look before."""
        process, arrivals = self._process, self._audience.arrivals
        try:
            with process.oneshot():
                memory, times = process.memory_full_info(), process.cpu_times()
                threads, descriptors = process.num_threads(), process.num_fds()
            segments = [one.rss for one in process.memory_maps()
                        if one.path.startswith('/dev/shm/')]
        except psutil.NoSuchProcess:
            raise ChildError(f'{self._node.name} ended early:\n{self._node.tail()}') from None
        cpu = times.user + times.system
        latency = percentiles([one.latency for one in arrivals]) if arrivals else {}
        counts = dict(self._audience.counts)
        sent = json.loads(self._camera.lines[-1]) if self._camera.lines else {}
        sample = {
            'time': round(since_start, 1),
            'rss_mb': _mb(memory.rss), 'anonymous_mb': _mb(memory.rss - memory.shared),
            'shm_mb': _mb(sum(segments)), 'pss_mb': _mb(memory.pss), 'uss_mb': _mb(memory.uss),
            'threads': threads, 'descriptors': descriptors, 'shared_segments': len(segments),
            'cpu_percent': round(100 * (cpu - self._cpu) / span, 1) if self._cpu else None,
            'latency_p50_ms': latency.get('p50'), 'latency_p99_ms': latency.get('p99'),
            'sent': sent.get('sent', 0) - self._sent.get('sent', 0),
            'answered': len(arrivals), 'rate': round(len(arrivals) / span, 2),
            **{name: number - self._counts.get(name, 0) for name, number in counts.items()
               if name != 'received'}}
        self._cpu, self._sent, self._counts = cpu, sent, counts
        arrivals.clear()
        return sample


def _mb(size: int) -> float:
    return round(size / 1e6, 3)


def _line(sample: dict[str, Any]) -> str:
    return (
        f"{sample['time'] / 3600:.3f} h: {sample['rss_mb']:.1f} MB, {sample['threads']} threads, "
        f"{sample['descriptors']} descriptors, {sample['rate']:.1f} Hz")
