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

"""A run of fer_study: from its inputs to the tables."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from contextlib import suppress
import json
import os
from pathlib import Path
import time
from typing import Any
import uuid

from fer_ros.boundary import DAMAGED, InputError, OK, tell, UNWRITTEN
from fer_ros.core.text import counted, shown
from fer_ros.replay.parameter_files import read_parameters
from fer_ros.staged_output import write_whole
from fer_ros.stream.parameters import always_landmarks
from fer_ros.study import fingerprint, inputs, state, tables
from fer_ros.study.arguments import cores, parse
from fer_ros.study.engine import Outcome
from fer_ros.study.names import name_sources
from fer_ros.study.work import forget
from fer_ros.study.worker import versions

_COMMAND = 'fer_study'
_LONGEST = 1500

# Seconds that are spent on asking videos for their number of frames, and about how many bytes
# a frame has where that is not known.
_ASK_SECONDS, _FRAME_BYTES = 5.0, {'video': 6_000, 'bag': 150_000}


def run(args: list[str]) -> int:
    """Run the command and return its exit status."""
    options = parse(args)
    # Now, and not after an hour of work.
    import distributed  # noqa: F401
    import fer_ros.study.page  # noqa: F401
    import pyarrow.parquet  # noqa: F401
    import rosbags  # noqa: F401
    output = Path(os.path.abspath(options.output))
    values = read_parameters(options.params_file, options.param)
    settings = fingerprint.settings(values, options.topic)
    state.check_folder(output)
    sources, missing = _find(options.inputs, str(output))
    with state.locked(output):
        known = state.known_recordings(output)
        named = name_sources(sources, state.known_paths(known, sources))
        plan = state.plan(named, known, settings, options.force, str(output))
        outcome = _work(options, output, values, settings, plan)
    return _conclude(options, output, plan, outcome, missing)


def _find(texts: list[str], output: str) -> tuple[list[inputs.Source], int]:
    """Return the recordings, each once, and how many inputs mean none."""
    found: dict[str, inputs.Source] = {}
    missing = 0
    for text in texts:
        try:
            for source in inputs.find(text, os.path.realpath(output)):
                real = source.path if inputs.is_url(source.path) else os.path.realpath(source.path)
                found.setdefault(real, source)
                if len(found) > inputs.MOST:
                    raise InputError(f'more than {inputs.MOST} recordings; make several studies')
        except (InputError, OSError) as error:
            missing += 1
            tell(_COMMAND, str(error), _LONGEST)
    return without_parts(found), missing


def without_parts(sources: Mapping[str, inputs.Source]) -> list[inputs.Source]:
    """
    Return recordings without the files that belong to another one of them.

    :param sources: by real path.
    """
    parts = {f'{path}/{name}' for path, source in sources.items() for name, *_ in source.files}
    return [source for path, source in sources.items() if path not in parts]


def _work(options: argparse.Namespace, output: Path, values: Mapping[str, Any],
          settings: Mapping[str, Any], plan: state.Plan) -> Outcome:
    """Do what is to be done."""
    for line in plan.redone:
        tell(_COMMAND, line, _LONGEST)
    for name in plan.dropped:
        forget(str(output), name)
        tell(_COMMAND, f'{shown(name)} failed with other settings and is not named now; its row '
             'is removed', _LONGEST)
    if plan.done and not options.quiet:
        tell(_COMMAND, f'{counted(len(plan.done), "recording")} done already')
    tables.write_study(output, {
        'made_by': _COMMAND, 'heads': always_landmarks(values), **settings,
        'versions': versions()})
    for name in plan.done if options.csv else ():
        _add_csv(output, name)
    if not plan.to_do:
        return Outcome()
    job = output / f'{state.RUN}{uuid.uuid4().hex[:12]}'
    write_whole(job, json.dumps({
        'values': values, 'settings': settings, 'versions': versions(), 'topic': options.topic,
        'csv': options.csv}).encode())
    try:
        return _run(options, output, values, settings, plan, str(job))
    finally:
        # Tells the workers that nobody waits for them any more.
        with suppress(OSError):
            job.unlink()


def _run(options: argparse.Namespace, output: Path, values: Mapping[str, Any],
         settings: Mapping[str, Any], plan: state.Plan, job: str) -> Outcome:
    from fer_ros.study.cluster import check_workers, cluster
    from fer_ros.study.engine import run_all
    from fer_ros.study.progress import Progress
    from fer_ros.study.work import write_failure
    tasks = [{
        'name': name, 'path': source.path, 'label': source.label, 'kind': source.kind,
        'files': source.files,
        'input': fingerprint.of_input(source), 'output': str(output), 'run': job,
        'versions': versions()} for name, source in plan.to_do.items()]
    estimates = _estimates(plan.to_do)
    with cluster(options.scheduler, options.jobs or min(cores(), len(tasks))) as found:
        workers = check_workers(found.client, values, settings['models'], job)
        if not options.quiet:
            tell(_COMMAND, f'{counted(len(tasks), "recording")} with '
                 f'{counted(workers, "worker")}')
        progress = Progress(len(tasks), sum(estimates.values()), options.quiet)
        try:
            return run_all(found, tasks, estimates, progress, write_failure)
        finally:
            progress.close()
            with suppress(OSError):
                os.unlink(job)


def _estimates(sources: Mapping[str, inputs.Source]) -> dict[str, int]:
    """Return about how many frames each recording has."""
    from fer_ros.study.opening import frames_promised
    end = time.monotonic() + _ASK_SECONDS
    estimates = {}
    for name, source in sources.items():
        asked = 0
        if time.monotonic() < end and not inputs.is_url(source.path):
            asked = frames_promised(source)
        estimates[name] = asked or 1 + source.size // _FRAME_BYTES[source.kind]
    return estimates


def _add_csv(output: Path, name: str) -> None:
    """Write the CSV files that a recording of an earlier run lacks."""
    from fer_ros.study.columns import TABLES
    from fer_ros.study.csv_tables import write_csv
    for table in TABLES:
        if not tables.file_of(output, table, name, '.csv').exists():
            write_csv(output, table, name)


def _conclude(options: argparse.Namespace, output: Path, plan: state.Plan, outcome: Outcome,
              missing: int) -> int:
    """Write the page, say how it went, and return the exit status."""
    from fer_ros.study.page import write_page
    write_page(output)
    if not options.quiet:
        done = outcome.done + len(plan.done)
        print(f'{shown(str(output), 300)}: {counted(done, "recording")} in the tables, '
              f'{outcome.done} of them new with {outcome.frames} frames; '
              f'{len(outcome.failed)} failed, {len(outcome.damaged)} damaged')
    if outcome.unwritten:
        return UNWRITTEN
    damaged = outcome.damaged and not options.allow_damage
    return DAMAGED if outcome.failed or missing or damaged else OK
