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
Heads as triangles with colours, turned and seen by a camera: pictures whose pose is known.

Two kinds of files are read: the morphable heads of ICT-FaceKit (MIT; R. Li et al., "Learning
formation of physically-based face attributes", CVPR 2020), which are made of scans of people, and
one scanned head with a photographed skin as binary glTF.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
import json
import math
from pathlib import Path
import struct
from typing import Any

import cv2
from fer_ros.core.camera import Camera
import numpy as np
from numpy.typing import NDArray

# Where light comes from, in the camera's optical frame, and how much comes from everywhere.
_LIGHT, _AMBIENT = np.array([-0.35, -0.55, -0.76]), 0.45
# Samples of a triangle lie so many pixels apart, of a picture drawn so many times as large.
_SPACING, _LARGER = 0.7, 2
# Points of ICT-FaceKit's face without the rest of the head; heights in its centimetres between
# which the foremost point of its chin is.
_FACE, _CHIN = 9409, (-7.3, -5.2)
# Where the bridge of the nose, and where the chin of a scanned head lies above and below the tip
# of its nose, in parts of the height of the scan.
_BRIDGE, _BELOW = (0.07, 0.12), (0.14, 0.19)
# Smooth noise behind the head, grey levels: its mean and its spread.
_BACKDROP = (120.0, 25.0)


@dataclass(frozen=True)
class HeadModel:
    """
    Hold a head in its own frame, as REP-155 has it: x out of the face, y left, z up, metres.

    :param points: float64 (N, 3); the sellion is the origin, and the chin lies straight below it.
    :param triangles: intp (T, 3), points of each.
    :param colours: float64 (N, 3), BGR, 0 to 255.
    """

    points: NDArray[np.float64]
    triangles: NDArray[np.intp]
    colours: NDArray[np.float64]

    def seen(self, camera: Camera, size: tuple[int, int], rotation: NDArray[np.float64],
             translation: NDArray[np.float64], seed: int = 0) -> NDArray[np.uint8]:
        """
        Return what a camera sees of it.

        :param camera: without distortion.
        :param size: (width, height) of the picture, pixels.
        :param rotation: float64 (3, 3), as `HeadPose.rotation`.
        :param translation: float64 (3,), as `HeadPose.translation`.
        :param seed: of what is behind the head.
        :return: uint8 (height, width, 3), BGR.
        """
        width, height = size[0] * _LARGER, size[1] * _LARGER
        placed = self.points @ rotation.T + translation
        flat = placed[:, :2] / placed[:, 2:] * (camera.fx, camera.fy) + (camera.cx, camera.cy)
        seen = np.column_stack([flat * _LARGER, placed[:, 2]])
        corners = seen[self.triangles]
        # Those that show their back are left out.
        towards = np.cross(corners[:, 1, :2] - corners[:, 0, :2],
                           corners[:, 2, :2] - corners[:, 0, :2]) < 0.0
        triangles, corners = self.triangles[towards], corners[towards]
        edges = np.linalg.norm(
            corners[:, :, :2] - np.roll(corners[:, :, :2], 1, axis=1), axis=2).max(axis=1)
        shown = self.colours * self._shade(placed)[:, None]
        picture = _backdrop(width, height, seed)
        parts = [_samples(corners[chosen], shown[triangles[chosen]], steps)
                 for steps, chosen in _by_size(edges)]
        spots, painted = (np.concatenate([part[index] for part in parts]) for index in (0, 1))
        x, y = np.floor(spots[:, :2]).astype(int).T
        inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
        # The furthest first: what is nearer is painted over it.
        order = np.flatnonzero(inside)[np.argsort(-spots[inside, 2], kind='stable')]
        picture[y[order], x[order]] = painted[order]
        return cv2.resize(np.clip(picture, 0, 255).astype(np.uint8), size,
                          interpolation=cv2.INTER_AREA)

    def _shade(self, placed: NDArray[np.float64]) -> NDArray[np.float64]:
        corners = placed[self.triangles]
        across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        normals = np.zeros_like(placed)
        for corner in range(3):
            np.add.at(normals, self.triangles[:, corner], across)
        normals /= np.maximum(np.linalg.norm(normals, axis=1), 1e-12)[:, None]
        return _AMBIENT + (1.0 - _AMBIENT) * np.clip(
            normals @ (_LIGHT / np.linalg.norm(_LIGHT)), 0.0, 1.0)


def _by_size(edges: NDArray[np.float64]) -> list[tuple[int, NDArray[np.intp]]]:
    """Return numbers of steps along an edge, each with the triangles that need so many."""
    steps = np.ceil(edges / _SPACING).astype(int).clip(1, 4000)
    return [(int(most), np.flatnonzero(steps == most)) for most in np.unique(steps)]


def _samples(corners: NDArray[np.float64], colours: NDArray[np.float64], steps: int,
             ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return points all over triangles (T, 3, 3), pixels and depth, and the colour of each."""
    first, second = np.meshgrid(np.arange(steps + 1), np.arange(steps + 1))
    inside = first + second <= steps
    a, b = first[inside] / steps, second[inside] / steps
    weights = np.column_stack([a, b, 1.0 - a - b])
    return (weights @ corners).reshape(-1, 3), (weights @ colours).reshape(-1, 3)


def _backdrop(width: int, height: int, seed: int) -> NDArray[np.float64]:
    generator = np.random.default_rng(seed)
    coarse = generator.normal(*_BACKDROP, (9, 12)).astype(np.float32)
    grey = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.repeat(grey[..., None].astype(np.float64), 3, axis=2)


def _framed(points: NDArray[np.float64], axes: tuple[NDArray[np.float64], ...],
            sellion: NDArray[np.float64], chin: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Return points in the head's frame, metres.

    :param axes: forwards, left and up of the model, about.
    :param sellion: in the model, metres; likewise `chin`: the line between them is upright.
    """
    forward, left = axes[0], axes[1] / np.linalg.norm(axes[1])
    up = sellion - chin
    up = up - (up @ left) * left
    up /= np.linalg.norm(up)
    ahead = np.cross(left, up)
    if ahead @ forward < 0.0:
        raise ValueError('the axes of the head are left-handed')
    return (points - sellion) @ np.column_stack([ahead, left, up])


class MorphableHead:
    """
    Make heads of ICT-FaceKit.

    :param folder: its `FaceXModel`.
    :raises OSError: a file is missing.
    """

    #: Points of the mesh, from its README: the sellion, outlines of lips and brows.
    SELLION = 978
    LIPS = (5708, 5695, 2081, 0, 4275, 6200, 6213, 6346, 6461, 5518, 5957, 5841)
    BROWS = ((268, 493, 1914, 2044, 1401), (3615, 4240, 4114, 2734, 2509))
    # Materials by name, and their colours, BGR; the others are transparent.
    _COLOURS: Mapping[str, tuple[float, float, float]] = {
        'M_Face': (125, 150, 205), 'M_BackHead': (125, 150, 205), 'M_GumsTongue': (70, 60, 130),
        'M_Teeth': (200, 215, 220), 'M_ScleraLeft': (220, 220, 225),
        'M_ScleraRight': (220, 220, 225), 'M_IrisLeft': (50, 60, 75), 'M_IrisRight': (50, 60, 75)}

    def __init__(self, folder: Path):
        self._folder = folder
        text = (folder / 'generic_neutral_mesh.obj').read_text(encoding='utf-8')
        self._neutral = _vertices(text)
        middle = np.flatnonzero(np.abs(self._neutral[:_FACE, 0]) < 1e-6)
        heights = self._neutral[middle, 1]
        self._chin = middle[(heights > _CHIN[0]) & (heights < _CHIN[1])]
        self._triangles, self._colours = self._surface(text)

    def shape(self, name: str) -> NDArray[np.float64]:
        """Return by how much a named shape moves each point, in the model's centimetres."""
        path = self._folder / f'{name}.obj'
        return _vertices(path.read_text(encoding='utf-8')) - self._neutral

    def head(self, generator: np.random.Generator, identities: int = 30) -> NDArray[np.float64]:
        """Return the points of a person at random: standard normal weights of the first shapes."""
        weights = generator.normal(size=identities)
        return self._neutral + sum(
            weight * self.shape(f'identity{number:03d}') for number, weight in enumerate(weights))

    def model(self, points: NDArray[np.float64], tone: float = 1.0,
              neutral: NDArray[np.float64] | None = None) -> HeadModel:
        """
        Return a head of points of the mesh.

        :param points: with an expression or without.
        :param tone: factor of the colours of the skin.
        :param neutral: the same person without the expression, who has the same frame.
        """
        rest = points if neutral is None else neutral
        axes = tuple(np.eye(3)[[2, 0, 1]])
        chin = rest[self._chin[np.argmax(rest[self._chin, 2])]]
        placed = _framed(points / 100.0, axes, rest[self.SELLION] / 100.0, chin / 100.0)
        colours = self._colours.copy()
        skin = colours[:, 2] == self._COLOURS['M_Face'][2]
        colours[skin] *= tone
        self._paint(colours, self._neutral, tone)
        return HeadModel(placed, self._triangles, colours)

    def _paint(self, colours: NDArray[np.float64], points: NDArray[np.float64],
               tone: float) -> None:
        """Give lips and brows the colours that the mesh has none of."""
        face = np.arange(_FACE)
        lips = points[list(self.LIPS), :2].astype(np.float32)
        for index in face[points[face, 2] > 5.0]:
            place = points[index, :2].tolist()
            if cv2.pointPolygonTest(lips, place, False) >= 0:
                colours[index] = np.array([95, 95, 175]) * tone
        for brow in self.BROWS:
            line = points[list(brow), :2]
            for start, end in zip(line, line[1:]):
                way = end - start
                along = np.clip((points[face, :2] - start) @ way / (way @ way), 0.0, 1.0)
                gap = np.linalg.norm(points[face, :2] - start - along[:, None] * way, axis=1)
                colours[face[(gap < 0.3) & (points[face, 2] > 2.0)]] = (35, 40, 50)

    def _surface(self, text: str) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        triangles, material = [], ''
        colours = np.full((len(self._neutral), 3), 128.0)
        for line in text.splitlines():
            if line.startswith('usemtl '):
                material = line.split()[1]
            elif line.startswith('f ') and material in self._COLOURS:
                corners = [int(part.split('/')[0]) - 1 for part in line.split()[1:]]
                triangles += [[corners[0], one, two] for one, two in zip(corners[1:], corners[2:])]
                colours[corners] = self._COLOURS[material]
        return np.array(triangles, np.intp), colours


def _vertices(text: str) -> NDArray[np.float64]:
    return np.array([line.split()[1:4] for line in text.splitlines() if line.startswith('v ')],
                    np.float64)


def scanned_head(path: Path, texture: Path, height: float = 0.107) -> HeadModel:
    """
    Return a scanned head.

    :param path: binary glTF with one mesh, upright, y up and z out of the face.
    :param texture: picture of its skin.
    :param height: from the chin to the sellion, metres: what sets the scale.
    :raises ValueError: that is no such file.
    """
    data = path.read_bytes()
    if data[:4] != b'glTF':
        raise ValueError(f'{path} is no binary glTF')
    length = struct.unpack_from('<I', data, 12)[0]
    about = json.loads(data[20:20 + length])
    buffer = data[20 + length + 8:]
    mesh = about['meshes'][0]['primitives'][0]

    def read(index: int) -> NDArray[Any]:
        accessor = about['accessors'][index]
        view = about['bufferViews'][accessor['bufferView']]
        kind = {5123: '<u2', 5125: '<u4', 5126: '<f4'}[accessor['componentType']]
        width = {'SCALAR': 1, 'VEC2': 2, 'VEC3': 3}[accessor['type']]
        return np.frombuffer(buffer, kind, accessor['count'] * width,
                             view.get('byteOffset', 0)).reshape(-1, width)
    points = read(mesh['attributes']['POSITION']).astype(np.float64)
    places = read(mesh['attributes']['TEXCOORD_0']).astype(np.float64)
    triangles = read(mesh['indices']).ravel().astype(np.intp).reshape(-1, 3)
    skin = cv2.imread(str(texture))
    rows, columns = skin.shape[:2]
    colours = skin[((1.0 - places[:, 1]) * rows).astype(int).clip(0, rows - 1),
                   (places[:, 0] * columns).astype(int).clip(0, columns - 1)].astype(np.float64)
    sellion, chin = _profile(points)
    scale = height / math.dist(sellion, chin)
    placed = _framed(scale * points, tuple(np.eye(3)[[2, 0, 1]]), scale * sellion, scale * chin)
    return HeadModel(placed, triangles, colours)


def _profile(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return sellion and chin, by the outline of the face in its middle."""
    middle = points[(np.abs(points[:, 0]) < 0.03) & (points[:, 2] > 0.0)]
    tip = middle[np.argmax(middle[:, 2])]
    low, high = np.ptp(points[:, 1]) * np.array(_BRIDGE)
    bridge = middle[(middle[:, 1] > tip[1] + low) & (middle[:, 1] < tip[1] + high)]
    low, high = np.ptp(points[:, 1]) * np.array(_BELOW)
    below = middle[(middle[:, 1] > tip[1] - high) & (middle[:, 1] < tip[1] - low)]
    # What lies in the middle: a scanned face is not quite even.
    sellion, chin = bridge[np.argmin(bridge[:, 2])], below[np.argmax(below[:, 2])]
    return sellion * (0, 1, 1), chin * (0, 1, 1)
