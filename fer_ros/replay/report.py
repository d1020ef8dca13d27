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
import os
from pathlib import Path
from typing import Any

from fer_ros.core.pipeline import FacePipeline
from fer_ros.replay.records import FrameRecord
from fer_ros.replay.replayer import Replayed
from fer_ros.replay.report_data import ReportData
from fer_ros.replay.report_faces import Thumbnails
from fer_ros.replay.report_page import Circumstances, page
from fer_ros.stream.parameters import TABLE

#: The name of the page in the folder that is named.
PAGE = 'report.html'


class Report:
    """
    Take frames, then write the page.

    :param thumbnails: whether the page has pictures of the faces.
    """

    def __init__(self, thumbnails: bool = False):
        self.data = ReportData()
        self._thumbnails = Thumbnails() if thumbnails else None

    def add(self, replayed: Replayed) -> None:
        """Take what a frame gave."""
        changed = self.add_record(replayed.record)
        if self._thumbnails is not None and changed:
            self._thumbnails.add(replayed.record, changed, *replayed.result.turned())

    def add_record(self, record: FrameRecord) -> list:
        """Take the record of a frame; return the faces that are new or changed their label."""
        return self.data.add(record)

    @staticmethod
    def circumstances(
            recording: str, command: str, topic: str = '', pipeline: FacePipeline | None = None,
            values: Mapping[str, Any] | None = None, outcomes: Mapping[str, int] | None = None,
            problems: Sequence[str] = (), interrupted: bool = False) -> Circumstances:
        """Return what the recording was replayed with; without a pipeline, it was not."""
        note = 'interrupted: this is about the part before' if interrupted else ''
        return Circumstances(
            name=Path(recording).resolve().name, command=command, topic=topic,
            models={} if pipeline is None else _models(pipeline),
            parameters={} if values is None else {
                spec.name: (values[spec.name], spec.default) for spec in TABLE},
            outcomes=outcomes or {}, problems=problems, note=note)

    def write(self, folder: Path, about: Circumstances, results: Iterable) -> Path:
        """
        Write the page and return where it is.

        :param results: of the expectations.
        :raises OSError: it cannot be written; a page that was there before stays as it is.
        """
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / PAGE
        beside = folder / f'.{PAGE}.partial'
        try:
            beside.write_text(page(self.data, about, results, self._thumbnails), encoding='utf-8')
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)
        return path


def _models(pipeline: FacePipeline) -> dict[str, str]:
    """Return which networks answer."""
    metadata = pipeline.classifier.metadata
    return {
        'expression model': f'{metadata.name} {metadata.version}',
        'its SHA-256': str(metadata.sha256), 'face detector': pipeline.detector.family,
        'execution provider': pipeline.classifier.provider}
