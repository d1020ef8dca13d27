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

"""A whole replay in one line."""

from __future__ import annotations

from collections import Counter

from fer_ros.replay.records import FrameRecord
import numpy as np


class Summary:
    """Collect what the line says: frames, time, people, expressions, latency."""

    def __init__(self):
        self.frames = 0
        self._with_face = 0
        self._labels: Counter = Counter()
        self._ids: set[str] = set()
        self._most_faces = 0
        self._resets = 0
        self._latencies: list[float] = []
        self._recorded = 0.0
        self._last_time: float | None = None

    def add(self, record: FrameRecord) -> None:
        """Count one frame."""
        self.frames += 1
        self._with_face += bool(record.faces)
        self._ids.update(face.id for face in record.faces)
        self._labels.update(face.label for face in record.faces)
        self._most_faces = max(self._most_faces, len(record.faces))
        self._resets += record.reset
        if 'total' in record.latency_ms:
            self._latencies.append(record.latency_ms['total'])
        if self._last_time is not None:
            self._recorded += max(0.0, record.time - self._last_time)
        self._last_time = record.time

    def line(self, seconds: float | None = None) -> str:
        """
        Return the line.

        :param seconds: how long the replay took; None where nothing was replayed.
        """
        parts = [f'{self.frames} frames, {self._recorded:.1f} s']
        if seconds:
            speed = f', {self._recorded / seconds:.1f} times real time' if self._recorded else ''
            parts[0] += f' in {seconds:.1f} s ({self.frames / seconds:.1f} frames/s{speed})'
        share = 100 * self._with_face / self.frames if self.frames else 0.0
        parts.append(f'{len(self._ids)} faces, at most {self._most_faces} at once, '
                     f'{share:.0f} % of frames with one')
        total = sum(self._labels.values())
        if total:
            parts.append(', '.join(f'{label} {100 * count / total:.0f} %'
                                   for label, count in self._labels.most_common()))
        if self._latencies:
            median, high = np.percentile(self._latencies, (50, 95))
            parts.append(f'latency median {median:.1f} ms, 95 % below {high:.1f} ms')
        if self._resets:
            parts.append(f'{self._resets} resets')
        return '; '.join(parts)
