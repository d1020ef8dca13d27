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

"""One recording of a study, from its first image to its tables; what a worker runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import lru_cache
import json
import os
import time
from typing import Any

from fer_ros.boundary import InputError, OutputError, reason
from fer_ros.core.text import shown
from fer_ros.replay.problems import BagError
from fer_ros.study import rows, tables
from fer_ros.study.columns import TABLES
from fer_ros.study.opening import opened
from fer_ros.study.table_writer import TableWriter, write_table

#: Seconds between two looks at whether the run goes on, which is told how far it is.
LOOK_SECONDS = 0.5

#: Takes images done and images in all, 0 where that is not known.
Report = Callable[[int, int], None]


class Ended(Exception):
    """The run that wanted the recording has ended."""


def process(task: Mapping[str, Any], report: Report | None = None) -> dict[str, Any]:
    """
    Make the tables of a recording; never raises because of what the recording holds.

    :param task: `name`, `path`, `label` (the path as text), `kind`, `files`, `input` (their
        fingerprint), `output` (folder of the study), and `run`: the file that says what all
        recordings have in common, which is there as long as the run goes on.
    :param report: is told how far it is.
    :return: name, images, frames, error and problems ('' for none); whether the output could not
        be written, and whether the run had ended.
    """
    started = time.perf_counter()
    status: dict[str, Any] = {'name': task['name'], 'images': 0, 'frames': 0, 'error': '',
                              'problems': '', 'unwritten': False, 'ended': False}
    try:
        try:
            status.update(_tables(task, report or (lambda done, total: None), started))
        except (BagError, InputError, OSError, ValueError, MemoryError) as error:
            status['error'] = shown(_told(task, error), 500)
            write_failure(task, status['error'], time.perf_counter() - started)
    except Ended:
        status['ended'] = True
    except OutputError as error:
        status.update(error=shown(str(error), 500), unwritten=True)
    except Exception as error:  # noqa: B902 - no recording may end the study
        status['error'] = shown(f'{type(error).__name__}: {reason(error)}; this is a mistake of '
                                'fer_ros: please report it', 500)
    return status


def _told(task: Mapping[str, Any], error: Exception) -> str:
    """Return what an error says, without the path, which whoever tells it has said."""
    if isinstance(error, MemoryError):
        return 'more memory is needed than there is'
    text = str(error) if isinstance(error, (BagError, InputError, ValueError)) else reason(error)
    return text.removeprefix(task['path']).lstrip(': ') or type(error).__name__


def _tables(task: Mapping[str, Any], report: Report, started: float) -> dict[str, Any]:
    import cv2
    from fer_ros.core.track_ids import TrackIds
    from fer_ros.replay.replayer import Replayer
    from fer_ros.stream.parameters import always_landmarks, pipeline_for, track_ids
    job = _job(task)
    cv2.setNumThreads(1)
    values = job['values']
    heads = always_landmarks(values)
    name, totals = task['name'], rows.Totals(task['name'])
    # As fer_replay has it: two runs name the same face alike.
    pipeline = pipeline_for(
        values, track_ids(values) if values['id_seed'] else TrackIds(seed=0))
    with ExitStack() as stack:
        recording = stack.enter_context(opened(
            task, job['topic'], lambda: _require_run(task)))
        replayer = Replayer(pipeline, values, recording.problems)
        output = stack.enter_context(_Output(task, job, heads))
        images, looked = 0, time.monotonic()
        report(0, recording.images)
        for message, log_time in recording.messages:
            replayed = replayer.process(message, log_time)
            images += 1
            if time.monotonic() - looked > LOOK_SECONDS:
                looked = time.monotonic()
                _require_run(task)
                report(images, recording.images)
            if replayed is None:
                continue
            record = replace(replayed.record, stamp=replayed.record.stamp - recording.start)
            totals.add(record)
            output.frames.add(*rows.frame_row(name, record))
            for place in range(len(record.faces)):
                output.faces.add(*rows.face_row(name, record, place, heads))
        problems = '; '.join(recording.problems.lines())
        if not totals.frames:
            raise InputError(f"no image of {recording.topic or 'the video'} is usable: {problems}")
        for row in totals.people_rows():
            output.people.add(*row)
        output.recordings.add(
            name, task['label'], task['kind'], recording.topic, totals.seconds, images,
            totals.frames, totals.rate, totals.gaps, totals.longest_gap, totals.faces,
            totals.people, time.perf_counter() - started, shown(problems, 2000) or None, None)
        _require_run(task)
        output.commit()
    return {'images': images, 'frames': totals.frames, 'problems': shown(problems, 500)}


class _Output:
    """The four tables of a recording, one attribute each; removed again if not committed."""

    faces: TableWriter
    frames: TableWriter
    people: TableWriter
    recordings: TableWriter

    def __init__(self, task: Mapping[str, Any], job: Mapping[str, Any], heads: bool):
        self._task, self._csv, self._open = task, job['csv'], {}
        about = metadata_of(task, job)
        try:
            for table in TABLES:
                writer = TableWriter(
                    tables.file_of(task['output'], table, task['name']),
                    tables.arrow_schema(table, heads, about))
                self._open[table] = writer
                setattr(self, table, writer)
        except BaseException:
            self.__exit__()
            raise

    def commit(self) -> None:
        """Put the files in their places, that of the recording, which says it is whole, last."""
        for writer in self._open.values():
            writer.finish()
        output, name = self._task['output'], self._task['name']
        forget(output, name, ('recordings',))
        for table in list(self._open):
            self._open[table].commit()
            # Also that of an earlier run which wrote them, where this one does not.
            forget(output, name, (table,), ('.csv',))
            if self._csv:
                from fer_ros.study.csv_tables import write_csv
                write_csv(output, table, name)
            del self._open[table]

    def __enter__(self) -> _Output:
        return self

    def __exit__(self, *_: object) -> None:
        for writer in self._open.values():
            writer.discard()


def metadata_of(task: Mapping[str, Any], job: Mapping[str, Any]) -> dict[str, str]:
    """Return what each file of a recording says of how it was made."""
    return {'settings': json.dumps(job['settings']), 'input': task['input'],
            'path': task['label'], 'versions': json.dumps(job['versions'])}


def forget(output: str, name: str, of: tuple[str, ...] = tuple(TABLES),
           suffixes: tuple[str, ...] = ('.parquet', '.csv')) -> None:
    """
    Remove the files of a recording.

    :raises OutputError: one cannot be removed.
    """
    for table in of:
        for suffix in suffixes:
            place = tables.file_of(output, table, name, suffix)
            try:
                place.unlink(missing_ok=True)
            except OSError as error:
                raise OutputError(
                    f'{shown(str(place), 200)} cannot be removed: {reason(error)}') from error


def write_failure(task: Mapping[str, Any], error: str, seconds: float | None = None) -> None:
    """
    Write the one row of a recording that could not be used.

    :param seconds: that were spent on it.
    :raises OutputError: it cannot be written.
    """
    job = _job(task)
    forget(task['output'], task['name'])
    lacking = len(TABLES['recordings']) - 3
    row = [task['name'], task['label'], task['kind'], *[None] * lacking]
    row[-3], row[-1] = seconds, error
    write_table(
        tables.file_of(task['output'], 'recordings', task['name']),
        tables.arrow_schema('recordings', False, metadata_of(task, job)), [row])
    if job['csv']:
        from fer_ros.study.csv_tables import write_csv
        write_csv(task['output'], 'recordings', task['name'])


def _job(task: Mapping[str, Any]) -> Mapping[str, Any]:
    """
    Return what all recordings of the run have in common.

    :raises Ended: there is no such run any more.
    """
    _require_run(task)
    return _read_job(task['run'])


@lru_cache(2)
def _read_job(path: str) -> Mapping[str, Any]:
    with open(path, encoding='utf-8') as file:
        return json.load(file)


def _require_run(task: Mapping[str, Any]) -> None:
    if not os.path.exists(task['run']):
        raise Ended(task['run'])
