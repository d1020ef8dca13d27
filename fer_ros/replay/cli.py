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

from contextlib import contextmanager, ExitStack, suppress
import os
from pathlib import Path
import signal
import sys
import time
from typing import Protocol, TYPE_CHECKING

from fer_ros.core.packages import missing_package, tells_missing_packages
from fer_ros.core.text import shown
from fer_ros.replay.arguments import parse
from fer_ros.replay.comparison import compare
from fer_ros.replay.evaluator import ExpectationEvaluator
from fer_ros.replay.expectations import ExpectationError, load_expectations
from fer_ros.replay.junit import write_junit
from fer_ros.replay.problems import BagError, Problems
from fer_ros.replay.records import read_records, RecordError
from fer_ros.replay.summary import Summary

if TYPE_CHECKING:
    from fer_ros.replay.replayer import Replayed

#: Exit statuses; 2 and 4 end the run at once, of the others the first that applies is returned.
OK, FAILED, USAGE, DAMAGED, UNUSABLE, INTERRUPTED = 0, 1, 2, 3, 4, 130


class Sink(Protocol):
    """Something that is written as the recording is replayed."""

    def add(self, replayed: Replayed) -> None:
        """Write what a frame gave."""


class _Usage(Exception):
    """The command cannot do what it is asked to; the message says why and what to do."""


@tells_missing_packages('fer_replay')
def main(args=None) -> int:
    """Run the command and return its exit status."""
    options = parse(args)
    if options.plot:
        # Now, and not after an hour of replaying.
        import fer_ros.viz.timeline  # noqa: F401
    if options.report:
        import fer_ros.replay.report  # noqa: F401
    try:
        with suppress(BrokenPipeError):
            if options.compare:
                return _compare(options)
            if options.recording.endswith('.jsonl'):
                return _judge_records(options)
            return _replay(options)
        # The reader of the JSON lines has left; so do we, without a complaint at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except BagError as error:
        _tell(str(error))
        _write_junit(options, (), [str(error)], 0.0)
        return UNUSABLE
    except (_Usage, ExpectationError, RecordError, OSError) as error:
        _tell(str(error))
        return USAGE


def _compare(options) -> int:
    first, second = (read_records(Path(path)) for path in options.compare)
    comparison = compare(first, second)
    print('\n'.join(comparison.lines()))
    wanted = options.min_agreement
    if wanted is not None and (comparison.agreement < wanted or not comparison.frames_both):
        print(f'fer_replay: agreement {comparison.agreement:.4f} over {comparison.frames_both} '
              f'frames, wanted at least {wanted:g}', file=sys.stderr)
        return FAILED
    return OK


def _judge_records(options) -> int:
    """Judge, plot or sum up the records of an earlier replay."""
    for name in ('output_bag', 'video', 'jsonl', 'report_thumbnails'):
        if getattr(options, name):
            raise _Usage(f"--{name.replace('_', '-')} needs the recording itself, not a .jsonl")
    evaluator = _evaluator(options)
    records = list(read_records(Path(options.recording)))
    summary, report = Summary(), _report(options)
    for record in records:
        summary.add(record)
        evaluator.set_frame(record)
        if report is not None:
            report.add_record(record)
    _plot(options, records)
    if report is not None:
        report.write(options.report, report.circumstances(options.recording, options.command),
                     evaluator.results())
    return _conclude(options, evaluator.results(), Problems(), summary, None, sys.stdout)


def _replay(options) -> int:
    evaluator = _evaluator(options)
    from fer_ros.core.onnx_model import ModelError
    from fer_ros.core.track_ids import TrackIds
    from fer_ros.replay.parameter_files import ParameterError, read_parameters
    from fer_ros.replay.reading import Bag, choose_image_topic
    from fer_ros.stream.parameters import pipeline_for
    with ExitStack() as stack:
        bag = stack.enter_context(Bag(Path(options.recording)))
        for note in bag.notes:
            _tell(note)
        topic = choose_image_topic(bag.topics, options.topic)
        try:
            values = read_parameters(options.params_file, options.param)
            # Two replays name the same face alike.
            pipeline = pipeline_for(values, TrackIds(seed=0))
        except (ParameterError, ModelError) as error:
            raise _Usage(str(error)) from error
        return _run(options, stack, bag, topic, values, pipeline, evaluator)


def _run(options, stack: ExitStack, bag, topic, values, pipeline, evaluator) -> int:
    from fer_ros.replay.image_messages import image_messages
    from fer_ros.replay.replayer import Replayer
    lines_to = options.jsonl or (None if options.expect else '-')
    sinks, faces_bag = _sinks(options, stack, bag, lines_to, values)
    report = _report(options)
    if report is not None:
        sinks.append(report)
    copy = faces_bag.copy if faces_bag is not None and not options.results_only else None
    replayer = Replayer(pipeline, values, bag.problems)
    summary, records = Summary(), []
    started = time.perf_counter()
    with _progress(options, topic) as advance, _interruptions() as interrupted:
        for message, log_time in image_messages(bag, topic, copy):
            if interrupted:
                break
            replayed = replayer.process(message, log_time)
            advance()
            if replayed is None:
                continue
            summary.add(replayed.record)
            evaluator.set_frame(replayed.record)
            if options.plot:
                records.append(replayed.record)
            for sink in sinks:
                sink.add(replayed)
    seconds = time.perf_counter() - started
    if not summary.frames and not interrupted:
        raise BagError(f"no image of {topic.name} is usable: {'; '.join(bag.problems.lines())}")
    for note in faces_bag.notes if faces_bag is not None else ():
        _tell(note)
    _plot(options, records)
    if report is not None:
        report.write(options.report, report.circumstances(
            options.recording, options.command, topic.name, pipeline, values, replayer.outcomes,
            bag.problems.lines(), interrupted=bool(interrupted)), evaluator.results())
    say_to = sys.stderr if lines_to == '-' else sys.stdout
    status = _conclude(options, evaluator.results(), bag.problems, summary, seconds, say_to)
    return INTERRUPTED if interrupted else status


def _sinks(options, stack: ExitStack, bag, lines_to: str | None, values):
    """Open what is to be written; return all of it and, of it, the recording or None."""
    from fer_ros.replay.outputs import JsonLines, Video
    sinks: list[Sink] = []
    faces_bag = None
    if options.output_bag:
        from fer_ros.replay.writing import FacesBag
        faces_bag = stack.enter_context(FacesBag(Path(options.output_bag), bag.topics))
        sinks.append(faces_bag)
    if lines_to:
        lines = JsonLines(lines_to, not options.no_latency)
        stack.callback(lines.close)
        sinks.append(lines)
    if options.video:
        video = Video(options.video, values)
        stack.callback(video.close)
        sinks.append(video)
    return sinks, faces_bag


def _conclude(options, results, problems: Problems, summary: Summary, seconds, say_to) -> int:
    """Print results, problems and summary; return the exit status."""
    for result in results:
        print(result, file=say_to)
    for line in problems.lines():
        _tell(line)
    if not options.quiet:
        print(summary.line(seconds), file=say_to)
    _write_junit(options, results, problems.lines(), seconds or 0.0)
    if not all(result.success for result in results):
        return FAILED
    return DAMAGED if problems and not options.allow_damage else OK


def _evaluator(options) -> ExpectationEvaluator:
    return ExpectationEvaluator(load_expectations(options.expect) if options.expect else ())


def _write_junit(options, results, problems, seconds: float) -> None:
    if options.junit:
        suite = Path(options.expect or options.recording or 'fer_replay').stem
        write_junit(options.junit, suite, results, problems, seconds)


def _plot(options, records) -> None:
    if options.plot:
        from fer_ros.viz.timeline import save_timeline
        save_timeline(options.plot, records, Path(options.recording).name)


def _report(options):
    if not options.report:
        return None
    from fer_ros.replay.report import Report
    return Report(options.report_thumbnails)


@contextmanager
def _interruptions():
    """Collect interruptions instead of raising in the middle of a file being written."""
    seen = []
    before = signal.signal(signal.SIGINT, lambda *_: seen.append(True))
    try:
        yield seen
    finally:
        signal.signal(signal.SIGINT, before)


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
    # Names in it may come from the recording.
    print(f'fer_replay: {shown(text, 4000)}', file=sys.stderr)


if __name__ == '__main__':
    sys.exit(main())
