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

"""All that a replay writes along the way, taken together."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fer_ros.boundary import OutputError
from fer_ros.core.text import shown
from fer_ros.replay.output import Output
from fer_ros.replay.replayer import Replayed
from fer_ros.replay.storage import RawMessage, Topic


class OutputSet:
    """Hold the outputs of a replay; as a context manager, remove what was not ended."""

    def __init__(self) -> None:
        self._outputs: list[Output] = []

    def open(self, output: Output) -> None:  # noqa: A003
        """Take an output that has just been opened."""
        self._outputs.append(output)

    def add(self, replayed: Replayed) -> None:
        """
        Write what a frame gave.

        :raises OutputError: one cannot be written.
        """
        for output in self._outputs:
            output.add(replayed)

    def end(self, whole: bool) -> tuple[list[str], bool]:
        """
        Put the outputs in their places, or keep what an interruption left of them.

        :return: what there is to tell, and whether one could not be written.
        """
        lines, failed = [], False
        while self._outputs:
            output = self._outputs[0]
            lines += output.notes
            try:
                kept = None
                if whole:
                    output.complete()
                else:
                    kept = output.keep()
            except OutputError as error:
                failed = True
                lines.append(str(error))
            else:
                if kept is not None:
                    lines.append(f'what was written so far is in {shown(str(kept), 200)}')
            # An exception that is none of writing leaves it, to be removed.
            del self._outputs[0]
        return lines, failed

    def __enter__(self) -> OutputSet:
        return self

    def __exit__(self, *_: object) -> None:
        for output in self._outputs:
            output.discard()


def open_outputs(
        outputs: OutputSet, options: argparse.Namespace, topics: Mapping[str, Topic],
        lines_to: str | None, values: Mapping[str, Any] | None = None,
) -> Callable[[RawMessage], None] | None:
    """
    Open what the options ask for.

    :param topics: of the recording.
    :param lines_to: file of the JSON lines, `-` or None.
    :param values: the node's parameters by name, which say what a video shows; None for all.
    :return: what copies a message of the recording, where that is wanted.
    :raises OutputError: one cannot be opened.
    """
    copy = None
    if options.output_bag:
        from fer_ros.replay.writing import FacesBag
        bag = FacesBag(Path(options.output_bag), topics)
        outputs.open(bag)
        copy = None if options.results_only else bag.copy
    if lines_to:
        from fer_ros.replay.outputs import JsonLines
        outputs.open(JsonLines(lines_to, not options.no_latency))
    if options.video:
        from fer_ros.replay.outputs import Video
        outputs.open(Video(options.video, values))
    return copy
