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

"""The report of a replay: gathered as the recording is replayed, written as one page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from fer_ros.boundary import OutputError, reason
from fer_ros.core.pipeline import FacePipeline
from fer_ros.core.text import shown
from fer_ros.replay.evaluator import Result
from fer_ros.replay.records import FaceRecord, FrameRecord
from fer_ros.replay.replayer import Replayed
from fer_ros.replay.report_data import ReportData
from fer_ros.replay.report_faces import Thumbnails
from fer_ros.replay.report_page import Circumstances, page
from fer_ros.staged_output import write_whole
from fer_ros.stream.parameters import TABLE


class Report:
    """
    Take frames, then write the page.

    :param place: of the page; its folder is made if needed.
    :param recording: its path, for people.
    :param command: the line that was written.
    :param thumbnails: whether the page has pictures of the faces.
    """

    def __init__(self, place: Path, recording: str, command: str = '', thumbnails: bool = False):
        self.data = ReportData()
        self._place = place
        self._about = Circumstances(Path(recording).resolve().name, command)
        self._thumbnails = Thumbnails() if thumbnails else None

    def replayed_with(self, topic: str, pipeline: FacePipeline, values: Mapping[str, Any],
                      outcomes: Mapping[str, int]) -> None:
        """
        Take what the recording is replayed with.

        :param values: the node's parameters by name.
        :param outcomes: images by what became of them; read at the end.
        """
        self._about = replace(
            self._about, topic=topic, outcomes=outcomes, models=_models(pipeline),
            parameters={spec.name: (values[spec.name], spec.default) for spec in TABLE})

    def add(self, replayed: Replayed) -> None:
        """Take what a frame gave."""
        changed = self.add_record(replayed.record)
        if self._thumbnails is not None and changed:
            self._thumbnails.add(replayed.record, changed, *replayed.result.turned())

    def add_record(self, record: FrameRecord) -> list[FaceRecord]:
        """Take the record of a frame; return the faces that are new or changed their label."""
        return self.data.add(record)

    def write(self, results: Iterable[Result], problems: Sequence[str]) -> None:
        """
        Write the page.

        :param results: of the expectations.
        :param problems: of the recording, as lines.
        :raises OutputError: it cannot be written; a page that was there before stays as it is.
        """
        text = page(self.data, replace(self._about, problems=problems), results, self._thumbnails)
        try:
            self._place.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f'the folder {shown(str(self._place.parent), 200)} cannot be made: '
                f'{reason(error)}; name another place') from error
        write_whole(self._place, text.encode('utf-8'))


def _models(pipeline: FacePipeline) -> dict[str, str]:
    """Return which networks answer."""
    metadata = pipeline.classifier.metadata
    return {
        'expression model': f'{metadata.name} {metadata.version}',
        'its SHA-256': str(metadata.sha256), 'face detector': pipeline.detector.family,
        'execution provider': pipeline.classifier.provider}
