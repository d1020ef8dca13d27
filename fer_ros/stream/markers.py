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

from collections.abc import Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

from fer_ros.core.camera import Camera
from fer_ros.core.display import colour_of, label_text
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

#: Namespaces of the two markers of a face.
_FRAME, _TEXT = 'face', 'label'


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

    def array(self, header: Any, faces: Sequence[Face], camera: Camera, rotate: int = 0) -> Any:
        """
        Return the MarkerArray of a frame, in the image's optical frame (x right, y down, z ahead).

        :param header: the camera image's, passed on unchanged.
        :param faces: in pixels of the received image.
        :param camera: of the same image.
        :param rotate: degrees, clockwise, by which the image has to be turned to be upright.
        """
        placed = [(face, place) for face in faces
                  if (place := place_of(face.box, camera, rotate)) is not None]
        shown = {face.id for face, _ in placed}
        markers = []
        for gone in [name for name in self._numbers if name not in shown]:
            number = self._numbers.pop(gone)
            markers += [self._marker(header, kind, number, self._types.Marker.DELETE)
                        for kind in (_FRAME, _TEXT)]
        for face, place in placed:
            number = self._numbers.setdefault(face.id, self._free())
            markers += [self._frame(header, number, face, place),
                        self._text(header, number, face, place, _UP[rotate])]
        return self._types.MarkerArray(markers=markers)

    def none(self, header: Any) -> Any:
        """Return the MarkerArray that deletes all of them."""
        self._numbers.clear()
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
              up: tuple[float, float]) -> Any:
        types = self._types
        # The words' middle lies above the frame, by as much as two lines need.
        x = place.x + up[0] * (place.width / 2 + 1.5 * _LETTERS)
        y = place.y + up[1] * (place.height / 2 + 1.5 * _LETTERS)
        return self._marker(
            header, _TEXT, number, types.Marker.ADD, type=types.Marker.TEXT_VIEW_FACING,
            pose=self._pose(x, y, place.z), scale=types.Vector3(x=0.0, y=0.0, z=_LETTERS),
            color=self._colour(face), lifetime=self._lifetime(),
            text=f'{label_text(face)}\n{face.id}')

    def _pose(self, x: float, y: float, z: float) -> Any:
        types = self._types
        return types.Pose(position=types.Point(x=x, y=y, z=z),
                          orientation=types.Quaternion(x=0.0, y=0.0, z=0.0, w=1.0))

    def _colour(self, face: Face) -> Any:
        red, green, blue = (value / 255 for value in colour_of(face.label))
        return self._types.ColorRGBA(
            r=red, g=green, b=blue, a=_SEEN if face.observed else _EXPECTED)

    def _lifetime(self) -> Any:
        return self._types.Duration(sec=LIFETIME, nanosec=0)
