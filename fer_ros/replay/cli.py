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

"""The command fer_replay: what fer_ros makes of a recording, and whether that is as expected."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
import os
from pathlib import Path
import sys
import time

from fer_ros.boundary import (
    bounded, DAMAGED, FAILED, InputError, OK, OutputError, SIGNALLED, tell, UNUSABLE, UNWRITTEN)
from fer_ros.core.metadata_values import ModelError
from fer_ros.core.packages import missing_package
from fer_ros.core.text import shown
from fer_ros.interruptions import interruptions
from fer_ros.output_check import check_outputs
from fer_ros.replay.arguments import parse
from fer_ros.replay.comparison import compare
from fer_ros.replay.evaluator import ExpectationEvaluator
from fer_ros.replay.expectations import load_expectations
from fer_ros.replay.junit import write_junit
from fer_ros.replay.output_set import open_outputs, OutputSet
from fer_ros.replay.problems import BagError, Problems
from fer_ros.replay.records import read_records
from fer_ros.replay.summary import Summary
from fer_ros.stream.parameter_spec import ParameterError

#: Characters of a line about a recording; it may quote several of its names.
_LONGEST = 4000


@bounded('fer_replay', ParameterError, ModelError)
def main(args=None) -> int:
    """Run the command and return its exit status."""
    options = parse(args)
    if options.compare:
        check_outputs([], [('--compare', path) for path in options.compare])
        return _compare(options)
    if options.plot:
        import fer_ros.viz.timeline  # noqa: F401 (now, and not after an hour of replaying)
    if options.report:
        import fer_ros.replay.report  # noqa: F401
    evaluator = ExpectationEvaluator(load_expectations(options.expect) if options.expect else ())
    try:
        if options.recording.endswith('.jsonl'):
            return _judge_records(options, evaluator)
        return _replay(options, evaluator)
    except BagError as error:
        _tell(str(error))
        _write_junit(options, (), [str(error)], 0.0)
        return UNUSABLE
    except BrokenPipeError as error:
        if any((options.output_bag, options.video, options.plot, options.report, options.junit)):
            raise OutputError(
                'the reader of standard output has left; nothing is written') from error
        raise


def _compare(options) -> int:
    first, second = (read_records(Path(path)) for path in options.compare)
    comparison = compare(first, second)
    print('\n'.join(comparison.lines()))
    wanted = options.min_agreement
    if wanted is not None and (comparison.agreement < wanted or not comparison.frames_both):
        _tell(f'agreement {comparison.agreement:.4f} over {comparison.frames_both} frames, '
              f'wanted at least {wanted:g}')
        return FAILED
    return OK


def _judge_records(options, evaluator: ExpectationEvaluator) -> int:
    """Judge, plot or sum up the records of an earlier replay."""
    for name in ('output_bag', 'video', 'jsonl', 'report_thumbnails'):
        if getattr(options, name):
            raise InputError(
                f"--{name.replace('_', '-')} needs the recording itself, not a .jsonl")
    _check_outputs(options, ())
    summary, records, report = Summary(), [], _report(options)
    for record in read_records(Path(options.recording)):
        summary.add(record)
        evaluator.set_frame(record)
        if options.plot:
            records.append(record)
        if report is not None:
            report.add_record(record)
    return _conclude(options, evaluator.results(), Problems(), summary, records, report)


def _replay(options, evaluator: ExpectationEvaluator) -> int:
    from fer_ros.core.track_ids import TrackIds
    from fer_ros.replay.parameter_files import model_files, read_parameters
    from fer_ros.replay.reading import Bag, choose_image_topic
    from fer_ros.stream.parameters import pipeline_for, track_ids
    values = read_parameters(options.params_file, options.param)
    _check_outputs(options, model_files(values))
    with Bag(Path(options.recording)) as bag:
        for note in bag.notes:
            _tell(note)
        topic = choose_image_topic(bag.topics, options.topic)
        # Two replays name the same face alike.
        pipeline = pipeline_for(
            values, track_ids(values) if values['id_seed'] else TrackIds(seed=0))
        return _run(options, bag, topic, values, pipeline, evaluator)


def _check_outputs(options, models) -> None:
    """Refuse to write over what is read; comes before anything is written, reports included."""
    if options.output_bag and os.path.lexists(options.output_bag):
        raise InputError(f'{shown(str(options.output_bag), 200)} exists already; remove it or '
                         'name another --output-bag')
    check_outputs(
        [(f"--{name.replace('_', '-')}", getattr(options, name))
         for name in ('jsonl', 'output_bag', 'video', 'plot', 'report', 'junit')],
        [('the recording', options.recording), ('--expect', options.expect),
         ('--params-file', options.params_file), *(('the model', path) for path in models)])


def _run(options, bag, topic, values, pipeline, evaluator) -> int:
    from fer_ros.replay.image_messages import image_messages
    from fer_ros.replay.recorded_surroundings import RecordedSurroundings
    from fer_ros.replay.replayer import Replayer
    lines_to = options.jsonl or (None if options.expect else '-')
    beside = RecordedSurroundings(bag, topic, values, _tell)
    replayer = Replayer(pipeline, values, bag.problems, beside)
    summary, records, report = Summary(), [], _report(options)
    if report is not None:
        report.replayed_with(topic.name, pipeline, values, replayer.outcomes)
    started = time.perf_counter()
    with OutputSet() as outputs:
        copy = open_outputs(outputs, options, bag.topics, lines_to, values)
        with _progress(options, topic) as advance, interruptions() as interrupted:
            for image in image_messages(bag, topic, copy, beside):
                if interrupted:
                    break
                replayed = replayer.process(*image)
                advance()
                if replayed is None:
                    continue
                summary.add(replayed.record)
                evaluator.set_frame(replayed.record)
                if options.plot:
                    records.append(replayed.record)
                if report is not None:
                    report.add(replayed)
                outputs.add(replayed)
            if not summary.frames and not interrupted:
                raise BagError(
                    f"no image of {topic.name} is usable: {'; '.join(bag.problems.lines())}")
            number = interrupted[0] if interrupted else None
            lines, unwritten = outputs.end(whole=number is None)
            for line in lines:
                _tell(line)
    seconds = time.perf_counter() - started
    if number is not None:
        _tell(f'interrupted after {summary.frames} frames')
        return SIGNALLED + number
    status = _conclude(options, evaluator.results(), bag.problems, summary, records, report,
                       seconds, lines_to == '-')
    return UNWRITTEN if unwritten else status


def _conclude(options, results, problems: Problems, summary: Summary, records, report,
              seconds: float | None = None, lines_on_stdout: bool = False) -> int:
    """Print results, problems and summary, write plot and reports; return the exit status."""
    say_to = sys.stderr if lines_on_stdout else sys.stdout
    unwritten = [
        error for write in (
            lambda: _write_junit(options, results, problems.lines(), seconds or 0.0),
            lambda: _plot(options, records),
            lambda: report and report.write(results, problems.lines()))
        if (error := _fault(write)) is not None]
    for result in results:
        print(result, file=say_to)
    for line in (*problems.lines(), *map(str, unwritten)):
        _tell(line)
    if not options.quiet:
        print(summary.line(seconds), file=say_to)
    if unwritten:
        return UNWRITTEN
    if not all(result.success for result in results):
        return FAILED
    return DAMAGED if problems and not options.allow_damage else OK


def _fault(write: Callable[[], None]) -> OutputError | None:
    try:
        write()
    except OutputError as error:
        return error
    return None


def _report(options):
    if not options.report:
        return None
    from fer_ros.replay.report import Report
    return Report(options.report, options.recording, options.command, options.report_thumbnails)


def _plot(options, records) -> None:
    if options.plot:
        from fer_ros.viz.timeline import save_timeline
        save_timeline(options.plot, records, shown(Path(options.recording).name))


def _write_junit(options, results, problems, seconds: float) -> None:
    if options.junit:
        suite = Path(options.expect or options.recording).stem
        write_junit(options.junit, suite, results, problems, seconds)


@contextmanager
def _progress(options, topic):
    """Yield what is called after each image; it moves a bar where somebody can see one."""
    if options.quiet or not sys.stderr.isatty():
        yield lambda: None
        return
    try:
        from tqdm import tqdm
    except ImportError as error:
        _tell(f'no progress bar: {missing_package(error)}')
        yield lambda: None
        return
    with tqdm(total=topic.count, unit='frame', desc=shown(topic.name), file=sys.stderr) as bar:
        yield bar.update


def _tell(text: str) -> None:
    tell('fer_replay', text, _LONGEST)


if __name__ == '__main__':
    sys.exit(main())
