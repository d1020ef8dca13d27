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

"""Measurements as text for people."""

from __future__ import annotations


def table(head: list[str], rows: list[list]) -> str:
    """Return rows as text with aligned columns, numbers with two decimals."""
    cells = [head] + [
        [f'{value:.2f}' if isinstance(value, float) else str(value) for value in row]
        for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    return '\n'.join(
        '  '.join(
            text.ljust(width) if column == 0 else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths))).rstrip()
        for row in cells)


def size_text(size) -> str:
    """Return a size as WxH."""
    return f'{size[0]}x{size[1]}'


def pipeline_text(result: dict) -> str:
    """Return the table of one pipeline measurement."""
    columns = ('p50', 'p90', 'p99')
    rows = [[name, *(times[key] for key in columns)] for name, times in result['stages'].items()]
    rows.append(['frame', *(result['frame_ms'][key] for key in columns)])
    rows.append(['floor', result['floor_ms'], '', ''])
    return (
        f"{size_text(result['size'])}, {result['faces']} face(s), {result['threads']} thread(s), "
        f"{result['frames']} frames; stages in wall time, frame and floor in {result['clock']} "
        f'time\n' + table(['ms', *columns], rows) + f"\nratio {result['ratio']:.2f}")


def drawing_text(result: dict) -> str:
    """Return the table of what drawing costs."""
    columns = ('p50', 'p90', 'p99')
    rows = [[name, *(f'{times[key]:.3f}' for key in columns)]
            for name, times in (*result['layers'].items(), ('frame', result['frame_ms']))]
    return (
        f"{size_text(result['size'])}, {result['faces']} face(s), {result['frames']} frames, "
        f"{result['clock']} time\n" + table(['drawing, ms', *columns], rows)
        + f"\ndrawing all of it takes {100 * result['ratio']:.0f} % of the frame's time")


def landmarks_text(result: dict) -> str:
    """Return the table of what points on faces cost."""
    rows = [[name, f'{mean:.3f}', *(
        [f"{result['per_face_ms'][name]:.3f}", f"{result['share'][name]:.2f}"]
        if name in result['share'] else ['', ''])] for name, mean in result['mean_ms'].items()]
    return (
        f"{size_text(result['size'])}, {result['faces']} face(s), {result['frames']} frames, "
        f"{result['clock']} time\n"
        + table(['landmarks', 'frame, ms', 'added per face', 'by the classifier'], rows)
        + f"\nclassifier: {result['classifier_ms']:.3f} ms per face; a frame not wanted takes "
        f"{result['off_ratio']:.3f}, wanted {result['on_ratio']:.2f} of one without the model\n"
        f"attention, speech and action units: {result['cues_ms']:.3f} ms of wall time per face")


def scaling_text(result: dict) -> str:
    """Return the tables of a scaling measurement."""
    head = ['', 'faces', 'frame p50 ms', 'p99', 'floor ms', 'ratio']
    rows = [
        [size_text(each['size']), each['faces'], each['frame_ms']['p50'],
         each['frame_ms']['p99'], each['floor_ms'], each['ratio']]
        for each in (*result['faces'], *result['sizes'])]
    return table(head, rows) + (
        f"\neach further face: {result['per_face_ms']:.2f} ms, "
        f"{100 * result['per_face_share']:.0f} % of the frame of one face")


def classifier_text(result: dict) -> str:
    """Return the table of a comparison of classifiers."""
    rows = [
        [result[key]['file'], *result[key]['ms'].values()] for key in ('own', 'against')]
    return table(['ms per face', 'p50', 'p90', 'p99'], rows) + (
        f"\n{result['own']['file']} is {result['ratio']:.1f} times cheaper, "
        f"{result['ratio_cold']:.1f} times right after a run of the other")


def alternatives_text(result: dict) -> str:
    """Return the tables of other ways to run the networks."""
    parts = []
    for name, ways in result['networks'].items():
        rows = [[way, f"{each['ms']:.3f}", each['ratio']] for way, each in ways.items()]
        parts.append(table([name, 'ms', 'ratio'], rows))
        parts.append('time by operator: ' + ', '.join(
            f'{operator} {100 * share:.0f} %'
            for operator, share in result['operators'][name].items() if share >= 0.005))
    columns = ('p50', 'p90', 'p99', 'collections')
    parts.append(table(['garbage collector, ms per frame', *columns], [
        [name, *(state[key] for key in columns)] for name, state in result['collector'].items()]))
    answer = result['answer_us']
    parts.append('ROS is not installed: messages were not measured' if answer is None else table(
        ['answer to a frame', 'microseconds'], [[name, us] for name, us in answer.items()]))
    return '\n'.join(parts)


def interval_text(result: dict) -> str:
    """Return the table of the average frame with and without a detection interval."""
    rows = [
        [name, result[name]['mean_ms'], result[name]['detected']]
        for name in ('every_frame', 'interval')]
    return table(['', 'mean ms per frame', 'frames detected'], rows) + (
        f"\ndetection interval {result['detection_interval']} s: the average frame costs "
        f"{100 * result['share']:.0f} % of one with detection")


def ros_text(result: dict) -> str:
    """Return the table of a measurement over ROS."""
    parts = [part for part in (result, result['bare']) if part is not None]
    rows = [
        ['images sent Hz', *(part['rate_in'] for part in parts)],
        ['results Hz', *(part['rate_out'] for part in parts)],
        ['dropped', *(part['dropped'] for part in parts)],
        *([f'latency {key} ms', *(part['latency_ms'][key] for part in parts)]
          for key in ('p50', 'p90', 'p99')),
        ['cpu % of a core', *(part['cpu_percent'] for part in parts)],
        ['memory MB', *(part['rss_mb'] for part in parts)],
        ['memory growth MB', *(part['memory']['growth_mb'] for part in parts)],
        ['memory slope MB/h', *(part['memory']['mb_per_hour'] for part in parts)],
        ['threads', *(part['threads'] for part in parts)]]
    return (
        f"{result['rate']:g} Hz {size_text(result['size'])} {result['transport']}, "
        f"{result['seconds']:g} s\n"
        + table(['', 'node', 'bare subscriber'][:len(parts) + 1], rows))


def startup_text(result: dict) -> str:
    """Return the table of the steps of a start."""
    from fer_ros.bench.startup import STEPS
    columns = ('p50', 'min', 'max', 'cpu')
    rows = [
        [f'{name}: {STEPS[name]}', *(times[key] for key in columns)]
        for name, times in result['steps'].items()]
    rows.append(['first expression', *(result['first_expression_s'][key] for key in columns)])
    return (
        f"{result['rate']:g} Hz {size_text(result['size'])} {result['transport']}, "
        f"{result['repeats']} start(s)\n" + table(['s', *columns], rows))


def idle_text(result: dict) -> str:
    """Return the table of a node without images."""
    parts = result['before'], result['after']
    rows = [
        [label, *(part[key] for part in parts)] for key, label in (
            ('cpu_percent', 'cpu % of a core'), ('threads', 'threads'), ('rss_mb', 'memory MB'))]
    return (
        f"{result['seconds']:g} s each, {result['node_threads']} thread(s) of ONNX Runtime\n"
        + table(['', 'before the first image', 'after the last one'], rows))


def soak_text(result: dict) -> str:
    """Return the tables of a soak."""
    trend, samples = result['trend'], result['samples']
    memory = [
        [key.removesuffix('_mb').upper(), one['first'], one['last'], one['most'],
         one['mb_per_hour'], '{:+.2f} to {:+.2f}'.format(*one['interval']), one['verdict']]
        for key, one in trend.items() if key.endswith('_mb')]
    counted = [
        [key.replace('_', ' '), *(round(one[part]) for part in ('first', 'last', 'most')),
         one['verdict']]
        for key, one in trend.items() if isinstance(one, dict) and 'last_quarter' in one]

    def total(key: str) -> int:
        return sum(sample[key] for sample in samples)
    lines = [
        f"{result['rate']:g} Hz {size_text(result['size'])} {result['transport']}, "
        f"{result['seconds'] / 3600:.2f} h" + (f"; {result['ended']}" if result['ended'] else ''),
        table(['memory', 'first MB', 'last', 'most', 'MB/h', '95 %', ''], memory),
        table(['counted', 'first', 'last', 'most', ''], counted),
        f"{total('sent')} images sent, {total('answered')} answered, {total('dropped')} dropped, "
        f"{total('lost')} lost on the way, {total('bad')} bad, {total('failed')} failed",
        f"{result['tracks']} faces came; changes: " + ', '.join(
            f'{number} {name}' for name, number in result['changes'].items()),
        f"flat: by less than {trend['spare_mb_per_week']:g} MB a week at the upper end of the "
        f"interval; the first {trend['warm_up_seconds']:.0f} s are warm-up"]
    return '\n'.join(lines)
