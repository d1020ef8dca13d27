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

"""Faces as visualization_msgs/MarkerArray for rviz: a frame in the label's colour, and words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

from fer_ros.core.camera import Camera
from fer_ros.core.display import attention_text, colour_of, gaze_colour, label_text, LAYERS
from fer_ros.core.types import Face
from fer_ros.stream.face_place import FacePlace, place_of

#: Seconds after which rviz drops a marker that is not renewed: of a node that has died.
LIFETIME = 2

#: Width of lines and height of letters, metres.
_LINE, _LETTERS = 0.006, 0.05

#: How opaque a face is that is seen, and one that is only expected there.
_SEEN, _EXPECTED = 1.0, 0.4

#: Where up is in a picture, by how far it has to be turned clockwise to be upright.
_UP = {0: (0.0, -1.0), 90: (-1.0, 0.0), 180: (0.0, 1.0), 270: (1.0, 0.0)}

#: Namespaces of the markers of a face: two always, and an arrow where it points, if that is known.
_FRAME, _TEXT, _GAZE = 'face', 'label', 'gaze'

#: Of that arrow, metres: length, width of the shaft and of the head, length of the head.
_REACH, _SHAFT, _HEAD, _POINT = 0.3, 0.012, 0.03, 0.05


@cache
def marker_types() -> SimpleNamespace:
    """Return the installed message classes that `FaceMarkers` needs, by name."""
    from builtin_interfaces.msg import Duration  # noqa: F401 (handed out by locals)
    from geometry_msgs.msg import Point, Pose, Quaternion, Vector3  # noqa: F401
    from std_msgs.msg import ColorRGBA  # noqa: F401
    from visualization_msgs.msg import Marker, MarkerArray  # noqa: F401
    return SimpleNamespace(**locals())


class FaceMarkers:
    """
    Make the markers of a stream of results, and delete those of faces that have gone.

    :param types: message classes by name, as attributes; None for those of `marker_types`.
    """

    def __init__(self, types: Any = None):
        self._types = types or marker_types()
        # rviz knows markers by number; each track has one while it is shown.
        self._numbers: dict[str, int] = {}
        # Of those that have an arrow.
        self._pointing: set[str] = set()

    def array(self, header: Any, faces: Sequence[Face], camera: Camera, rotate: int = 0,
              layers: Collection[str] = tuple(LAYERS)) -> Any:
        """
        Return the MarkerArray of a frame, in the image's optical frame (x right, y down, z ahead).

        :param header: the camera image's, passed on unchanged.
        :param faces: in pixels of the received image.
        :param camera: of the same image.
        :param rotate: degrees, clockwise, by which the image has to be turned to be upright.
        :param layers: of `fer_ros.core.display.LAYERS`; `gaze` and `attention` mean something
            here.
        """
        placed = [(face, _at_its_head(place, face)) for face in faces
                  if (place := place_of(face.box, camera, rotate)) is not None]
        pointing = {face.id for face, _ in placed if face.head_pose and 'gaze' in layers}
        shown = {face.id for face, _ in placed}
        markers = []
        markers += [self._marker(header, _GAZE, self._numbers[name], self._types.Marker.DELETE)
                    for name in sorted(self._pointing - pointing)]
        self._pointing = pointing
        for gone in [name for name in self._numbers if name not in shown]:
            number = self._numbers.pop(gone)
            markers += [self._marker(header, kind, number, self._types.Marker.DELETE)
                        for kind in (_FRAME, _TEXT)]
        for face, place in placed:
            number = self._numbers.setdefault(face.id, self._free())
            markers += [self._frame(header, number, face, place),
                        self._text(header, number, face, place, _UP[rotate],
                                   'attention' in layers)]
            if face.id in pointing:
                markers.append(self._gaze(header, number, face))
        return self._types.MarkerArray(markers=markers)

    def none(self, header: Any) -> Any:
        """Return the MarkerArray that deletes all of them."""
        self._numbers.clear()
        self._pointing.clear()
        return self._types.MarkerArray(
            markers=[self._marker(header, '', 0, self._types.Marker.DELETEALL)])

    def _free(self) -> int:
        taken = set(self._numbers.values())
        return next(number for number in range(len(taken) + 1) if number not in taken)

    def _marker(self, header: Any, kind: str, number: int, action: int, **fields: Any) -> Any:
        return self._types.Marker(header=header, ns=kind, id=number, action=action, **fields)

    def _frame(self, header: Any, number: int, face: Face, place: FacePlace) -> Any:
        types = self._types
        corners = [types.Point(x=place.x + a * place.width / 2, y=place.y + b * place.height / 2,
                               z=place.z)
                   for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]
        return self._marker(
            header, _FRAME, number, types.Marker.ADD, type=types.Marker.LINE_STRIP,
            pose=self._pose(0.0, 0.0, 0.0), scale=types.Vector3(x=_LINE, y=0.0, z=0.0),
            color=self._colour(face), lifetime=self._lifetime(), points=corners)

    def _text(self, header: Any, number: int, face: Face, place: FacePlace,
              up: tuple[float, float], attention: bool) -> Any:
        types = self._types
        # The words' middle lies above the frame, by as much as two lines need.
        x = place.x + up[0] * (place.width / 2 + 1.5 * _LETTERS)
        y = place.y + up[1] * (place.height / 2 + 1.5 * _LETTERS)
        return self._marker(
            header, _TEXT, number, types.Marker.ADD, type=types.Marker.TEXT_VIEW_FACING,
            pose=self._pose(x, y, place.z), scale=types.Vector3(x=0.0, y=0.0, z=_LETTERS),
            color=self._colour(face), lifetime=self._lifetime(),
            text='\n'.join(filter(None, (
                label_text(face), attention_text(face) if attention else '', face.id))))

    def _gaze(self, header: Any, number: int, face: Face) -> Any:
        types, pose = self._types, face.head_pose
        assert pose is not None
        ends = pose.translation, pose.translation + _REACH * pose.rotation[:, 0]
        return self._marker(
            header, _GAZE, number, types.Marker.ADD, type=types.Marker.ARROW,
            pose=self._pose(0.0, 0.0, 0.0), color=self._rgba(gaze_colour(face), _SEEN),
            scale=types.Vector3(x=_SHAFT, y=_HEAD, z=_POINT), lifetime=self._lifetime(),
            points=[types.Point(x=x, y=y, z=z) for x, y, z in (end.tolist() for end in ends)])

    def _pose(self, x: float, y: float, z: float) -> Any:
        types = self._types
        return types.Pose(position=types.Point(x=x, y=y, z=z),
                          orientation=types.Quaternion(x=0.0, y=0.0, z=0.0, w=1.0))

    def _colour(self, face: Face) -> Any:
        return self._rgba(colour_of(face.label), _SEEN if face.observed else _EXPECTED)

    def _rgba(self, colour: tuple[int, int, int], opaque: float) -> Any:
        red, green, blue = (value / 255 for value in colour)
        return self._types.ColorRGBA(r=red, g=green, b=blue, a=opaque)

    def _lifetime(self) -> Any:
        return self._types.Duration(sec=LIFETIME, nanosec=0)


def _at_its_head(place: FacePlace, face: Face) -> FacePlace:
    """Return a place at the distance of the head, where that is known better than by the box."""
    if face.head_pose is None:
        return place
    growth = float(face.head_pose.translation[2]) / place.z
    return FacePlace(*(value * growth for value in place))
