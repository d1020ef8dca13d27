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

"""How well poses of heads are told, on photographs turned by known angles; accuracy by yaw."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fer_ros.core.alignment import rough_yaw
from fer_ros.core.camera import Camera
from fer_ros.core.head import HeadPose
from fer_ros.core.pipeline import build_pipeline, FacePipeline
from fer_ros.core.types import Frame
from fer_ros.demo.sources import PICTURES
from fer_ros.evaluate import photographs, picture_files
from fer_ros.evaluate.csv_table import DataError
from fer_ros.evaluate.turned_faces import head_rotation, similarity, TurnableFace
from fer_ros.output_check import files_in
import numpy as np

#: Angles in degrees that faces are turned by; those beyond the first to both sides only level.
YAWS, PITCHES, STEEP = (-60, -45, -30, -15, 0, 15, 30, 45, 60), (-30, -15, 0, 15, 30), 15
#: Yaw and pitch up to which the mean errors count, degrees.
WITHIN = 45
#: The turned faces stand so far before the camera, metres, in pictures of this size.
DISTANCE, SIZE = 0.6, (640, 480)
#: Photographs whose face is turned less than this are turned, degrees, the first so many.
FRONTAL, MOST = 10.0, 30
#: Edges of the groups of yaw by which accuracy is counted, degrees.
GROUPS = (0, 10, 20, 30, 40, 50, 90)


def measure(
        folder: Path, labels: Path | None, threads: int,
        progress: Callable[[int, int], None] | None = None) -> dict[str, Any]:
    """
    Turn the faces of a folder of photographs, and compare what is told with what was done.

    :param folder: of pictures, of which those with a face about ahead are used.
    :param labels: table of their expressions, for the accuracy by yaw; None: without.
    :param threads: of ONNX Runtime.
    :return: for JSON.
    :raises DataError: no picture shows a face that looks ahead.
    """
    pipeline = build_pipeline(landmarks=True, threads=threads)
    rows, faces = [], 0
    paths = sorted(files_in(folder, PICTURES))
    for path in paths:
        turnable = _turnable(pipeline, path)
        if turnable is None:
            continue
        faces += 1
        rows += [_told(pipeline, turnable, yaw, pitch) for yaw in YAWS for pitch in PITCHES
                 if abs(yaw) <= STEEP or abs(pitch) <= STEEP]
        if progress:
            progress(faces, MOST)
        if faces == MOST:
            break
    if not rows:
        raise DataError(f'no picture in {folder} shows a face that looks ahead')
    table = np.array(rows, float)
    result: dict[str, Any] = {
        'data': str(folder), 'turned_faces': faces, 'pictures': len(rows),
        'by_angle': {'yaw': _by(table, 0), 'pitch': _by(table, 1)},
        'within': {'degrees': WITHIN, **_errors(table[np.abs(table[:, :2]).max(1) <= WITHIN])}}
    if labels is not None:
        result |= _of_photographs(pipeline, folder, labels)
    return result


def _turnable(pipeline: FacePipeline, path: Path) -> TurnableFace | None:
    try:
        frame = picture_files.read(path)
    except picture_files.UnreadableError:
        return None
    found = pipeline.process_still(frame, landmarks=True).faces
    mean_face = pipeline.landmarker.metadata.mean_face if pipeline.landmarker else None
    if not found or found[0].mesh is None or mean_face is None:
        return None
    points = found[0].mesh.points
    _, rotation, _ = similarity(points.astype(np.float64), mean_face)
    pose = HeadPose(rotation.T, np.array([0.0, 0.0, 1.0]), 1.0)
    if max(abs(pose.yaw), abs(pose.pitch)) > FRONTAL or found[0].mesh.confidence < 0.99:
        return None
    return TurnableFace.of(frame, points, mean_face)


def _told(pipeline: FacePipeline, face: TurnableFace, yaw: float, pitch: float) -> list[float]:
    """Return yaw, pitch, the errors of yaw, pitch, roll and distance, and the confidence."""
    picture = face.seen(Camera.guessed(*SIZE), SIZE, head_rotation(yaw, pitch, 0.0),
                        np.array([0.0, 0.0, DISTANCE]))
    found = pipeline.process_still(Frame(picture), landmarks=True).faces
    pose = found[0].head_pose if found else None
    if pose is None:
        return [yaw, pitch, *[np.nan] * 5]
    return [yaw, pitch, pose.yaw - yaw, pose.pitch - pitch, pose.roll,
            float(pose.translation[2]) - DISTANCE, pose.confidence]


def _by(table: np.ndarray, column: int) -> dict[str, dict[str, float]]:
    """Return the errors by one angle; of yaw where the pitch is 0, of pitch up to 15 of yaw."""
    other = np.abs(table[:, 1 - column]) <= (0 if column == 0 else STEEP)
    return {f'{angle:+.0f}': _errors(table[other & (table[:, column] == angle)])
            for angle in np.unique(table[:, column]).tolist()}


def _errors(rows: np.ndarray) -> dict[str, float]:
    told = rows[~np.isnan(rows[:, 2])]
    result: dict[str, float] = {
        'pictures': len(rows), 'not_told': len(rows) - len(told)}
    if len(told):
        result |= {name: round(float(np.abs(told[:, place]).mean()), 2) for name, place in (
            ('yaw', 2), ('pitch', 3), ('roll', 4))}
        result |= {f'{name}_bias': round(float(told[:, place].mean()), 2) for name, place in (
            ('yaw', 2), ('pitch', 3))}
        result['distance'] = round(float(np.abs(told[:, 5]).mean()) / DISTANCE, 3)
        result['confidence'] = round(float(told[:, 6].mean()), 2)
    return result


def _of_photographs(pipeline: FacePipeline, folder: Path, labels: Path) -> dict[str, Any]:
    """Return the accuracy by yaw, and how far the yaw by the detector's points is from it."""
    rows, off = [], []
    for name, label in photographs.read_labels(labels).rows:
        try:
            frame = picture_files.read(folder / name)
        except picture_files.UnreadableError:
            continue
        found = pipeline.process_still(frame, landmarks=True).faces
        if found and found[0].head_pose is not None:
            right = int(np.argmax(found[0].expression.probabilities)) == label
            rows.append((abs(found[0].head_pose.yaw), right))
            off.append(rough_yaw(found[0].box, found[0].landmarks) - found[0].head_pose.yaw)
    table = np.array(rows, float).reshape(-1, 2)
    groups = []
    for low, high in zip(GROUPS, GROUPS[1:]):
        right = table[(table[:, 0] >= low) & (table[:, 0] < high), 1]
        groups.append({'from': low, 'to': high, 'faces': len(right),
                       'accuracy': round(float(right.mean()), 3) if len(right) else None})
    return {'accuracy_by_yaw': groups, 'rough_yaw': {
        'faces': len(off), 'spread': round(float(np.std(off)), 2) if off else None,
        'bias': round(float(np.mean(off)), 2) if off else None}}


def markdown(result: dict[str, Any]) -> dict[str, list[str]]:
    """Return the lines of the tables by name."""
    within = result['within']
    lines = [
        '| turned by | pictures | without an answer | yaw off | pitch off | roll off | yaw bias '
        '| pitch bias | distance off | confidence |', '|' + '---|' * 10]
    parts = [(f'yaw {angle}°', each) for angle, each in result['by_angle']['yaw'].items()]
    parts += [(f'pitch {angle}°', each) for angle, each in result['by_angle']['pitch'].items()]
    parts.append((f"all within ±{within['degrees']}°", within))
    for name, each in parts:
        told = [f'{each[key]:.1f}°' for key in ('yaw', 'pitch', 'roll')] + [
            f'{each[key]:+.1f}°' for key in ('yaw_bias', 'pitch_bias')] + [
            f"{100 * each['distance']:.0f} %", f"{each['confidence']:.2f}"] if 'yaw' in each else (
            ['–'] * 7)
        cells = [name, str(each['pictures']), str(each['not_told']), *told]
        lines.append(f"| {' | '.join(cells)} |")
    tables = {'head pose': [
        f"{result['turned_faces']} faces, {result['pictures']} pictures; mean absolute errors.",
        '',
        *lines]}
    if 'accuracy_by_yaw' in result:
        rows = ['| yaw | faces | right |', '|---|---|---|']
        rows += [f"| {each['from']}° to {each['to']}° | {each['faces']} | "
                 + ('–' if each['accuracy'] is None else f"{100 * each['accuracy']:.1f} %") + ' |'
                 for each in result['accuracy_by_yaw']]
        rough = result['rough_yaw']
        if rough['faces']:
            rows += ['', f"The yaw by the detector's own points, by which `max_yaw` is told, "
                     f"differs from it by {rough['spread']:.1f}° (standard deviation) and "
                     f"{rough['bias']:+.1f}° on the whole."]
        tables['accuracy by yaw'] = rows
    return tables


def text(result: dict[str, Any]) -> str:
    """Return the tables for people."""
    return '\n\n'.join('\n'.join(lines) for lines in markdown(result).values())
