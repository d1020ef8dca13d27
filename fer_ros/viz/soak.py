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

"""The plot of a soak: memory, what is counted, latency and rate over the hours."""

from __future__ import annotations

_BLUE, _GREEN, _RED, _QUIET = '#2a6fb0', '#3a8a5c', '#b0432a', '#999999'


def draw(figure, result: dict) -> None:
    """
    Draw four panels over time.

    :param figure: matplotlib Figure, still empty.
    :param result: of `fer_benchmark soak`.
    """
    figure.set_size_inches(9.0, 6.4)
    samples, trend = result['samples'], result['trend']
    unit, seconds = ('hours', 3600.0) if samples[-1]['time'] >= 3000.0 else ('minutes', 60.0)
    times = [sample['time'] / seconds for sample in samples]
    memory, counted, latency, rate = figure.subplots(2, 2, sharex=True).ravel()

    def line(axes, key: str, label: str, color: str, **style) -> None:
        # Where a change left no answer there is a gap.
        axes.plot(times, [float('nan') if sample[key] is None else sample[key]
                          for sample in samples], color=color, label=label, lw=1.2, **style)
    for key, label, color in (
            ('rss_mb', 'resident', _BLUE), ('anonymous_mb', 'heaps and stacks', _GREEN),
            ('shm_mb', 'shared memory', _QUIET)):
        one = trend[key]
        line(memory, key, f"{label}: {one['interval'][0]:+.2f} to {one['interval'][1]:+.2f} MB/h, "
             f"{one['verdict']}", color)
    memory.set(ylabel='memory of the node, MB')
    for key, label, color in (
            ('threads', 'threads', _BLUE), ('descriptors', 'descriptors', _GREEN),
            ('shared_segments', 'segments of /dev/shm', _QUIET)):
        line(counted, key, f"{label}: {trend[key]['verdict']}", color, drawstyle='steps-mid')
    counted.set(ylabel='count')
    line(latency, 'latency_p50_ms', 'median', _BLUE)
    line(latency, 'latency_p99_ms', '99 %', _QUIET)
    latency.set(ylabel='ms from stamp to answer', yscale='log')
    line(rate, 'rate', 'answers, Hz', _BLUE)
    line(rate, 'dropped', 'dropped since the last sample', _RED)
    rate.set(ylabel='frames')
    for axes in (memory, counted, latency, rate):
        axes.axvspan(0, trend['warm_up_seconds'] / seconds, color='#f0f0f0')
        axes.legend(frameon=False, fontsize=8, loc='best')
        axes.margins(x=0.01)
    for axes in (memory, counted, rate):
        # Room for the legend, and no mountain made of a megabyte.
        axes.set_ylim(0, 1.35 * axes.get_ylim()[1])
    for axes in (latency, rate):
        axes.set_xlabel(f'{unit} (gray: warm-up)')
