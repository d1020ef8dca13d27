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

"""Who speaks in real clips, and what that makes of the labels happy and surprised."""

from __future__ import annotations

import argparse
from pathlib import Path

from fer_ros.arguments import input_folder
from fer_ros.bench.tables import table
from fer_ros.bench.tracking_playback import clips_in, clips_named, frames_of
from fer_ros.core.pipeline import build_pipeline
from fer_ros.core.smoothing import ExpressionSmoother, SmoothingOptions
from fer_ros.core.types import Face, LABELS
import numpy as np

#: The labels that need more evidence of somebody who speaks.
SPOKEN = ('happy', 'surprised')

#: A label counts as right where it is the most probable one on the mean of the frames so many
#: seconds around; one that is so for that long, seconds, must be shown until so long after it.
AROUND, HELD, LATE = 0.5, 1.0, 0.7

#: What is summed up over people, by way: changes of the label; seconds in which happy or surprised
#: is shown; and, of the seconds of speech, those in which another label is shown than the right
#: one, in which it was not right in the `LATE` seconds before either, and in which happy or
#: surprised is shown and not right. Labels that were held and never shown.
SUMS = ('changes', 'spoken', 'wrong', 'unfounded', 'overcalled', 'lost')

#: Without and with that.
WAYS = {'without': 0.0, 'with': 1.0}


class Person:
    """Choose the labels of one person in both ways, from the same frames."""

    def __init__(self) -> None:
        self._smoothers = {name: ExpressionSmoother(SmoothingOptions(speech=weight))
                           for name, weight in WAYS.items()}
        self._stamp: float | None = None
        self._labels: dict[str, str] = {}
        self.seconds = self.speaking = 0.0
        self.changes = dict.fromkeys(WAYS, 0)
        self.spoken = dict.fromkeys(WAYS, 0.0)
        self._stamps: list[float] = []
        self._raw: list[np.ndarray] = []
        self._spoke: list[bool] = []
        self._shown: dict[str, list[int]] = {name: [] for name in WAYS}

    def add(self, face: Face, stamp: float) -> None:
        """Take what a frame shows."""
        if face.raw is None:
            return
        elapsed = 0.0 if self._stamp is None else min(stamp - self._stamp, 0.5)
        self._stamp = stamp
        speech = (face.cues.speech if face.cues else None) or 0.0
        self.seconds += elapsed
        self.speaking += elapsed * (speech > 0.5)
        for name, smoother in self._smoothers.items():
            _, index = smoother.update(face.raw.probabilities, stamp, speech)
            label = LABELS[index]
            self.changes[name] += self._labels.get(name, label) != label
            self.spoken[name] += elapsed * (label in SPOKEN)
            self._labels[name] = label
            self._shown[name].append(index)
        self._stamps.append(stamp)
        self._raw.append(face.raw.probabilities)
        self._spoke.append(speech > 0.5)

    def sums(self) -> dict:
        """Return `seconds`, `speaking`, what `judged` returns, and the others of `SUMS`."""
        return {'seconds': self.seconds, 'speaking': self.speaking, 'changes': self.changes,
                'spoken': self.spoken, **self.judged()}

    def judged(self) -> dict:
        """
        Compare what was shown with what all frames within half a second, also later ones, say.

        :return: `wrong`, `unfounded`, `overcalled` and `lost` of `SUMS`; `held`, how many labels
            held for a second; `turns`, how often the right label changed.
        """
        result: dict = {
            **{key: dict.fromkeys(WAYS, 0.0) for key in ('wrong', 'unfounded', 'overcalled')},
            'held': 0, 'turns': 0, 'lost': dict.fromkeys(WAYS, 0)}
        if not self._stamps:
            return result
        stamps, raw = np.array(self._stamps), np.array(self._raw)
        best = np.array([raw[np.abs(stamps - stamp) <= AROUND].mean(axis=0)
                         for stamp in stamps]).argmax(axis=1)
        seconds = np.diff(stamps, prepend=stamps[0]).clip(0.0, 0.5) * self._spoke
        late = np.searchsorted(stamps, stamps - LATE)
        edges = [0, *(np.flatnonzero(np.diff(best)) + 1).tolist(), len(best)]
        held = [(first, end) for first, end in zip(edges, edges[1:])
                if stamps[end - 1] - stamps[first] >= HELD]
        result['held'], result['turns'] = len(held), len(edges) - 2
        for name, labels in ((name, np.array(labels)) for name, labels in self._shown.items()):
            wrong = labels != best
            unfounded = [label not in best[first:end] for end, (first, label) in enumerate(
                zip(late, labels), start=1)]
            result['wrong'][name] = float(seconds[wrong].sum())
            result['unfounded'][name] = float(seconds[unfounded].sum())
            result['overcalled'][name] = float(
                seconds[wrong & np.isin(labels, [LABELS.index(each) for each in SPOKEN])].sum())
            for first, end in held:
                span = (stamps >= stamps[first]) & (stamps <= stamps[end - 1] + LATE)
                result['lost'][name] += not (labels[span] == best[first]).any()
        return result


def measure_clip(path: Path) -> dict:
    """Play one clip from its beginning; return its sums over people, for JSON."""
    pipeline, people = build_pipeline(landmarks=True), dict[str, Person]()
    for frame, stamp in frames_of(path):
        for face in pipeline.process(frame, stamp, landmarks=True).faces:
            people.setdefault(face.id, Person()).add(face, stamp)
    return {'clip': Path(path).name, **_sums([one.sums() for one in people.values()])}


def measure_speech(folder: Path, talking: str = '') -> dict:
    """
    Play every clip of a folder.

    :param talking: patterns of the names of clips in which people talk, separated by commas:
        they get a total of their own; empty for none.
    :return: for JSON: `clips`, the last of them totals; seconds are those of people seen.
    :raises ValueError: the folder has no clips, none fits, or one cannot be decoded.
    """
    paths = clips_in(folder)
    people = clips_named(paths, talking)
    clips = [measure_clip(path) for path in paths]
    chosen = [clip for path, clip in zip(paths, clips) if path in people]
    totals = [{'clip': 'people talking', **_sums(chosen)}] if chosen else []
    return {'clips': [*clips, *totals, {'clip': 'all', **_sums(clips)}]}


def _sums(parts: list[dict]) -> dict:
    return {**{key: sum(part[key] for part in parts)
               for key in ('seconds', 'speaking', 'held', 'turns')},
            **{key: {way: sum(part[key][way] for part in parts) for way in WAYS} for key in SUMS}}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `fer_benchmark speech` to its parser."""
    parser.add_argument(
        'folder', type=input_folder, metavar='DIR', help='folder of video files')
    parser.add_argument(
        '--talking', default='', metavar='PATTERNS',
        help="name patterns of clips in which people talk, such as 'lp_*,hill.mp4': these get a "
             'total of their own')


def run(options: argparse.Namespace) -> tuple[dict, str]:
    """
    Return the figures for JSON and as a table.

    :raises ValueError: a clip cannot be used.
    """
    result = measure_speech(options.folder, options.talking)
    return {'benchmark': 'speech', **result}, text(result)


def text(result: dict) -> str:
    """Return the table of what was measured."""
    rows = []
    for clip in result['clips']:
        seconds = max(clip['seconds'], 1e-9)
        rows.append([
            clip['clip'], round(clip['seconds'], 1), f"{100 * clip['speaking'] / seconds:.0f} %",
            *(f"{100 * clip['spoken'][way] / seconds:.1f} %" for way in WAYS),
            *(f"{60 * clip['changes'][way] / seconds:.1f}" for way in WAYS),
            *(f"{100 * clip[key][way] / max(clip['speaking'], 1e-9):.1f} %"
              for key in ('wrong', 'unfounded', 'overcalled') for way in WAYS),
            *(f"{clip['lost'][way]} of {clip['held']}" for way in WAYS)])
    return table(['clip', 'seconds', 'speaking', *(f'happy or surprised, {way}' for way in WAYS),
                  *(f'changes a minute, {way}' for way in WAYS),
                  *(f'{key} while speaking, {way}'
                    for key in ('wrong', 'unfounded', 'overcalled') for way in WAYS),
                  *(f'lost that held a second, {way}' for way in WAYS)], rows)
