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

"""Faces as foxglove_msgs/ImageAnnotations: boxes and labels to lie over the raw image."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

from fer_ros.core.display import (
    attention_text, colour_of, gaze_colour, is_dark, label_text, LAYERS, paled)
from fer_ros.core.gaze_arrow import gaze_arrow, GazeArrow
from fer_ros.core.types import Face
import numpy as np


@cache
def annotation_types() -> SimpleNamespace:
    """Return the installed message classes that `image_annotations` needs, by name."""
    from foxglove_msgs.msg import (  # noqa: F401 (handed out by locals)
        Color, ImageAnnotations, Point2, PointsAnnotation, TextAnnotation)
    return SimpleNamespace(**locals())


def image_annotations(
        header: Any, faces: Sequence[Face], layers: Collection[str] = tuple(LAYERS),
        types: Any = None) -> Any:
    """
    Return the foxglove_msgs/ImageAnnotations of a frame; without a face it is empty.

    A box has the colour of the face's label, a pale and thin one while the face is not seen.

    :param header: the camera image's; its stamp ties the annotations to the image.
    :param faces: in pixels of the received image.
    :param layers: of `fer_ros.core.display.LAYERS`; `boxes`, `gaze`, `labels` and, with these,
        `attention` mean something here.
    :param types: as in `fer_ros.stream.messages.detection_array`; None for `annotation_types`.
    """
    types = types or annotation_types()
    fields: dict[str, Any] = {'circles': [], 'points': [], 'texts': []}
    if 'boxes' in layers:
        fields['points'] += [_box(header.stamp, face, types) for face in faces]
    if 'gaze' in layers:
        fields['points'] += [_arrow(header.stamp, face, arrow, types) for face in faces
                             if (arrow := gaze_arrow(face)) is not None]
    if 'labels' in layers:
        fields['texts'] = [
            _text(header.stamp, face, types, 'attention' in layers) for face in faces]
    return _made(types.ImageAnnotations, header.stamp, fields)


def _box(stamp: Any, face: Face, types: Any) -> Any:
    x, y, width, height = map(float, face.box)
    line = max(1.0, height / 60)
    return _made(types.PointsAnnotation, stamp, {
        'type': types.PointsAnnotation.LINE_LOOP,
        'points': [types.Point2(x=x + a * width, y=y + b * height)
                   for a, b in ((0, 0), (1, 0), (1, 1), (0, 1))],
        'outline_color': _colour(_shown(face), types), 'outline_colors': [],
        'fill_color': types.Color(r=0.0, g=0.0, b=0.0, a=0.0),
        'thickness': line if face.observed else line / 2})


def _arrow(stamp: Any, face: Face, arrow: GazeArrow, types: Any) -> Any:
    """Return a shaft and two barbs, in the colour of the level of attention."""
    reach = arrow.tip - arrow.foot
    across = np.array([-reach[1], reach[0]])
    ends = (arrow.foot, *(arrow.tip - 0.3 * reach + side * across for side in (0.18, -0.18)))
    return _made(types.PointsAnnotation, stamp, {
        'type': types.PointsAnnotation.LINE_LIST,
        'points': [types.Point2(x=float(x), y=float(y))
                   for end in ends for x, y in (end, arrow.tip)],
        'outline_color': _colour(gaze_colour(face), types), 'outline_colors': [],
        'fill_color': types.Color(r=0.0, g=0.0, b=0.0, a=0.0),
        'thickness': max(2.0, float(face.box.height) / 40)})


def _text(stamp: Any, face: Face, types: Any, attention: bool) -> Any:
    ground = _shown(face)
    size = max(10.0, float(face.box.height) / 8)
    # Above the box where the picture has room, else at its top.
    y = float(face.box.y) if face.box.y >= 1.3 * size else float(face.box.y) + 1.3 * size
    return _made(types.TextAnnotation, stamp, {
        'position': types.Point2(x=max(0.0, float(face.box.x)), y=y),
        'text': ' '.join(filter(None, (
            label_text(face), attention_text(face) if attention else '', face.id))),
        'font_size': size,
        'text_color': _colour((255,) * 3 if is_dark(ground) else (0,) * 3, types),
        'background_color': _colour(ground, types)})


def _made(kind: Any, stamp: Any, fields: dict[str, Any]) -> Any:
    # foxglove_msgs has the stamp of the whole, and metadata, since 3.2.5.
    known = kind.get_fields_and_field_types() if hasattr(
        kind, 'get_fields_and_field_types') else kind.__dataclass_fields__
    later = {'timestamp': stamp, 'metadata': []}
    return kind(**fields, **{name: value for name, value in later.items() if name in known})


def _shown(face: Face) -> tuple[int, int, int]:
    colour = colour_of(face.label)
    return colour if face.observed else paled(colour)


def _colour(rgb: tuple[int, ...], types: Any) -> Any:
    red, green, blue = (value / 255 for value in rgb)
    return types.Color(r=red, g=green, b=blue, a=1.0)
