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
"""
Measure poses of heads, and action units, on rendered heads whose pose and expression are known.

The heads are those of `head_models.py`: people at random of ICT-FaceKit's `FaceXModel`, and a
scanned head. Each is turned about its own axes, 0.6 m before a camera that sees 60 degrees, and
the whole way of a still picture answers: detector, points, pose. Expressions are played to the
pipeline as a stream, at 10 Hz: two seconds without one, then half a second with it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
import json
from pathlib import Path
from typing import Any

import cv2
from fer_ros.bench import machine
from fer_ros.core.action_units import BLINK, EYES_CLOSED, JAW_DROP, LIPS_PART
from fer_ros.core.camera import Camera
from fer_ros.core.pipeline import build_pipeline, FacePipeline
from fer_ros.core.types import Frame
from fer_ros.evaluate.card_tables import replace_tables
from fer_ros.evaluate.turned_faces import head_rotation
from head_models import HeadModel, MorphableHead, scanned_head
import numpy as np

YAWS, PITCHES, STEEP = (-60, -45, -30, -15, 0, 15, 30, 45, 60), (-45, -30, -15, 0, 15, 30, 45), 15
#: Yaw and pitch up to which the mean errors count, degrees.
WITHIN = 45
DISTANCE, SIZE = 0.6, (640, 480)
#: Shapes of ICT-FaceKit that are played, by what they are called here: those that should be told,
#: and some that should not be taken for them.
EXPRESSIONS = {
    'jaw open': ('jawOpen',), 'jaw open, lips closed': ('jawOpen', 'mouthClose'),
    'eyes shut': ('eyeBlink_L', 'eyeBlink_R'), 'eyes narrowed': ('eyeSquint_L', 'eyeSquint_R'),
    'eyes wide': ('eyeWide_L', 'eyeWide_R'), 'looks down': ('eyeLookDown_L', 'eyeLookDown_R'),
    'smile': ('mouthSmile_L', 'mouthSmile_R'), 'pucker': ('mouthPucker',),
    'frown': ('browDown_L', 'browDown_R')}
WEIGHTS = (0.25, 0.5, 1.0)
UNITS = {'lips part': LIPS_PART, 'jaw drop': JAW_DROP, 'blink': BLINK, 'closed': EYES_CLOSED}
COMMAND = 'training/measure_rendered_heads.py'


def main() -> None:
    """Print the tables; write them and a results file where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--heads', type=Path, required=True, metavar='DIR',
                        help='FaceXModel of ICT-FaceKit')
    parser.add_argument('--scan', type=Path, metavar='GLB', help='a scanned head')
    parser.add_argument('--skin', type=Path, metavar='JPG', help='picture of its skin')
    parser.add_argument('--people', type=int, default=10)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--pictures', type=Path, metavar='DIR',
                        help='where pictures are kept, and taken from in the next run')
    parser.add_argument('--json', type=Path, metavar='FILE')
    parser.add_argument('--card', type=Path, metavar='MD')
    options = parser.parse_args()
    cv2.setNumThreads(1)
    morphable, gallery = MorphableHead(options.heads), Gallery(options.pictures)
    generator = np.random.default_rng(options.seed)
    people = [morphable.head(generator) for _ in range(options.people)]
    tones = generator.uniform(0.45, 1.1, options.people).tolist()
    models = [morphable.model(points, tone) for points, tone in zip(people, tones)]
    scan = scanned_head(options.scan, options.skin) if options.scan and options.skin else None
    pipeline = build_pipeline(landmarks=True)
    result: dict[str, Any] = {
        'machine': machine.describe(), 'people': options.people,
        'heads': _poses(pipeline, models, gallery, 'head'),
        'scan': _poses(pipeline, [scan], gallery, 'scan') if scan else None,
        'expressions': _expressions(morphable, list(zip(people, tones)), gallery)}
    tables = markdown(result)
    print('\n\n'.join('\n'.join(lines) for lines in tables.values()))
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + '\n', encoding='utf-8')
    if options.card:
        replace_tables(options.card, tables, COMMAND)


class Gallery:
    """
    Draw heads, each picture once.

    :param folder: where pictures are kept; None: nowhere.
    """

    def __init__(self, folder: Path | None):
        self._folder = folder
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def seen(self, name: str, model: Callable[[], HeadModel], yaw: float = 0.0,
             pitch: float = 0.0, seed: int = 0) -> np.ndarray:
        """Return the picture of a head, by its name."""
        path = self._folder / f'{name}.png' if self._folder else None
        kept = cv2.imread(str(path)) if path is not None and path.is_file() else None
        if kept is not None:
            return kept
        picture = model().seen(Camera.guessed(*SIZE), SIZE, head_rotation(yaw, pitch, 0.0),
                               np.array([0.0, 0.0, DISTANCE]), seed)
        if path is not None:
            cv2.imwrite(str(path), picture)
        return picture


def _poses(pipeline: FacePipeline, models: list[HeadModel], gallery: Gallery, kind: str,
           ) -> dict[str, Any]:
    def picture(number: int, yaw: int, pitch: int) -> np.ndarray:
        return gallery.seen(f'{kind}_{number}_{yaw:+d}_{pitch:+d}', lambda: models[number], yaw,
                            pitch, number)
    table = np.array([[*_told(pipeline, picture(number, yaw, pitch), yaw, pitch), number]
                      for number in range(len(models)) for yaw in YAWS for pitch in PITCHES
                      if abs(yaw) <= STEEP or abs(pitch) <= STEEP], float)
    level = np.abs(table[:, 1]) <= STEEP
    ahead = np.abs(table[:, 0]) <= STEEP
    within = np.abs(table[:, :2]).max(axis=1) <= WITHIN
    return {
        'heads': len(models), 'yaw': {
            f'{yaw:+d}': _errors(table[level & (table[:, 0] == yaw)]) for yaw in YAWS},
        'pitch': {
            f'{pitch:+d}': _errors(table[ahead & (table[:, 1] == pitch)]) for pitch in PITCHES},
        'within': _errors(table[within]), 'within_own_level': _errors(_own_level(table[within]))}


def _told(pipeline: FacePipeline, picture: np.ndarray, yaw: int, pitch: int) -> list[float]:
    """Return yaw, pitch, the errors of yaw, pitch, roll and distance, and the confidence."""
    found = pipeline.process_still(Frame(picture), landmarks=True).faces
    pose = found[0].head_pose if found else None
    if pose is None:
        return [yaw, pitch, *[np.nan] * 5]
    return [yaw, pitch, pose.yaw - yaw, pose.pitch - pitch, pose.roll,
            float(pose.translation[2]) / DISTANCE - 1.0, pose.confidence]


def _own_level(table: np.ndarray) -> np.ndarray:
    """Return the errors where a person's pitch of 0 is what is told of them when level."""
    table = table.copy()
    for number in np.unique(table[:, 7]):
        own = table[:, 7] == number
        level = own & (table[:, 0] == 0) & (table[:, 1] == 0)
        table[own, 3] -= np.nan_to_num(table[level, 3].mean())
    return table


def _errors(rows: np.ndarray) -> dict[str, float]:
    told = rows[~np.isnan(rows[:, 2])]
    result: dict[str, float] = {'pictures': len(rows), 'not_told': len(rows) - len(told)}
    if len(told):
        result |= {name: round(float(np.abs(told[:, place]).mean()), 2)
                   for name, place in (('yaw', 2), ('pitch', 3), ('roll', 4))}
        result |= {f'{name}_bias': round(float(told[:, place].mean()), 2)
                   for name, place in (('yaw', 2), ('pitch', 3))}
        result['distance'] = round(float(np.abs(told[:, 5]).mean()), 3)
        result['confidence'] = round(float(told[:, 6].mean()), 2)
    return result


def _expressions(morphable: MorphableHead, people: list[tuple[np.ndarray, float]],
                 gallery: Gallery) -> list[dict[str, Any]]:
    """Return what is told of each expression and weight: means of intensities and confidence."""
    rows = []
    for name, shapes in EXPRESSIONS.items():
        moved = sum(morphable.shape(shape) for shape in shapes)
        told: dict[float, list[dict[str, tuple[float, float]]]] = {one: [] for one in WEIGHTS}
        for number, (points, tone) in enumerate(people):
            rest = gallery.seen(
                f'rest_{number}', lambda: morphable.model(points, tone), seed=number)
            for weight in WEIGHTS:
                face = gallery.seen(
                    f"{name.replace(' ', '_')}_{number}_{weight}",
                    lambda: morphable.model(points + weight * moved, tone, points), seed=number)
                units = _played(rest, face)
                if units is not None:
                    told[weight].append(units)
        rows += [{
            'expression': name, 'weight': weight, 'faces': len(each),
            **{unit: round(float(np.mean([one[unit][0] for one in each])), 2) for unit in UNITS},
            'confidence': round(float(np.mean([one['lips part'][1] for one in each])), 2)}
            for weight, each in told.items() if each]
    return rows


def _played(rest: np.ndarray, face: np.ndarray) -> dict[str, tuple[float, float]] | None:
    """Return intensity and confidence of the units half a second into an expression."""
    pipeline, seen = _stream(), None
    for number in range(25):
        picture = Frame(rest if number < 20 else face)
        faces = pipeline.process(picture, number / 10.0, landmarks=True).faces
        seen = faces[0].cues if faces else None
    if seen is None:
        return None
    return {name: (seen.action_units[unit].intensity, seen.action_units[unit].confidence)
            for name, unit in UNITS.items()}


def _stream(models: list[FacePipeline] = []) -> FacePipeline:  # noqa: B006 (loaded once)
    if not models:
        models.append(build_pipeline(landmarks=True))
    models[0].reset()
    return models[0]


def markdown(result: dict[str, Any]) -> dict[str, list[str]]:
    """Return the lines of the tables by name."""
    tables = {'rendered heads': list(_pose_lines(result, 'heads'))}
    if result['scan']:
        tables['scanned head'] = list(_pose_lines(result, 'scan'))
    lines = [
        f"| expression | weight | {' | '.join(UNITS)} |", '|---' * (2 + len(UNITS)) + '|']
    lines += [f"| {row['expression']} | {row['weight']:g} | "
              + ' | '.join(f'{row[unit]:.2f}' for unit in UNITS) + ' |'
              for row in result['expressions']]
    return tables | {'action units': lines}


def _pose_lines(result: dict[str, Any], key: str) -> Iterator[str]:
    found = result[key]
    yield ('| turned by | pictures | without an answer | yaw off | pitch off | roll off '
           '| yaw bias | pitch bias | distance off | confidence |')
    yield '|' + '---|' * 10
    rows: list[tuple[str, dict[str, float]]] = [
        (f'yaw {angle}°', each) for angle, each in found['yaw'].items()]
    rows += [(f'pitch {angle}°', each) for angle, each in found['pitch'].items()]
    rows += [(f'all within ±{WITHIN}°', found['within']),
             ("likewise, from each head's own level", found['within_own_level'])]
    degrees: Callable[[float], str] = '{:.1f}°'.format
    for name, each in rows:
        told = [*(degrees(each[one]) for one in ('yaw', 'pitch', 'roll')),
                *(f'{each[one]:+.1f}°' for one in ('yaw_bias', 'pitch_bias')),
                f"{100 * each['distance']:.0f} %", f"{each['confidence']:.2f}",
                ] if 'yaw' in each else ['–'] * 7
        yield f"| {name} | {each['pictures']} | {each['not_told']} | {' | '.join(told)} |"


if __name__ == '__main__':
    main()
