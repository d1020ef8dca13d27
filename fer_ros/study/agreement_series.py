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
"""What a study says of a person over the frames of a recording, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fer_ros.core.types import LABELS
from fer_ros.study.agreement_map import IN_FRONT
from fer_ros.study.recording_tables import read_columns
import numpy as np

#: Index of `unsure`, and of any word that is none of ours, behind those of the labels.
UNSURE_INDEX = len(LABELS)

_FACES = ('frame', 'seconds', 'id', 'in_front', 'label', *LABELS, 'valence')


@dataclass(frozen=True, eq=False)
class Series:
    """
    What is said of a person, frame by frame, in the order of time.

    :param seconds: float (N,), of the frames in which the person was seen.
    :param labels: int (N,), index in `LABELS`, or `UNSURE_INDEX`.
    :param likeliest: int (N,), index in `LABELS` of the most probable one.
    :param valence: float (N,), -1 to 1.
    :param elsewhere: float (M,), seconds of the frames in which the person was not seen.
    :param doubled: frames with two of the ids at once, of which the larger face counts.
    """

    seconds: np.ndarray
    labels: np.ndarray
    likeliest: np.ndarray
    valence: np.ndarray
    elsewhere: np.ndarray
    doubled: int = 0


class Recording:
    """
    The faces and frames of a recording of a study.

    :param folder: of the study.
    :param name: of the recording.
    :raises InputError: a table cannot be read.
    """

    def __init__(self, folder: Path, name: str):
        self.name = name
        faces = read_columns(folder, 'faces', name, _FACES)
        frames = read_columns(folder, 'frames', name, ('frame', 'seconds'))
        self._frames = frames['frame'], frames['seconds'].astype(float)
        self._frame, self._seconds = faces['frame'], faces['seconds'].astype(float)
        self._ids, self._in_front = faces['id'], faces['in_front'].astype(bool)
        index = {label: number for number, label in enumerate(LABELS)}
        self._labels = np.array(
            [index.get(label, UNSURE_INDEX) for label in faces['label']], int)
        self._likeliest = np.stack([faces[label] for label in LABELS], axis=-1).reshape(
            -1, len(LABELS)).argmax(axis=1)
        self._valence = faces['valence'].astype(float)
        self.ids = frozenset(self._ids.tolist())
        steps = np.diff(self._frames[1])
        steps = steps[steps > 0]
        #: Seconds from frame to frame, usually; 0 for a single frame.
        self.step = float(np.median(steps)) if len(steps) else 0.0
        #: Seconds of the last frame.
        self.end = float(self._frames[1].max(initial=0.0))

    def series(self, ids: Sequence[str]) -> Series:
        """
        Return what is said of a person.

        :param ids: that the person has, or `IN_FRONT` alone.
        """
        chosen = self._in_front if tuple(ids) == (IN_FRONT,) else np.isin(
            self._ids, np.array(list(ids), object))
        rows = np.flatnonzero(chosen)
        # Rows of a frame follow each other, the largest face first.
        _, first = np.unique(self._frame[rows], return_index=True)
        kept = rows[np.sort(first)]
        kept = kept[np.argsort(self._seconds[kept], kind='stable')]
        elsewhere = self._frames[1][~np.isin(self._frames[0], self._frame[kept])]
        return Series(
            self._seconds[kept], self._labels[kept], self._likeliest[kept], self._valence[kept],
            np.sort(elsewhere), len(rows) - len(kept))
