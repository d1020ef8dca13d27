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
"""What lies over a face in life: medical masks, sunglasses, hands; light from one side."""

import cv2
import numpy as np

# Where the eyes and the bridge of the nose are in a face of FER+, as shares of its side.
EYES, BRIDGE = (0.30, 0.70, 0.38), 0.50

# What a crowd says of a face whose mouth it cannot see: mostly nothing much, and anything.
COVERED = np.array([0.44, 0.08, 0.08, 0.08, 0.08, 0.08, 0.08, 0.08], np.float32)
# Share of the votes that a mask takes away.
HIDDEN = 0.75


def put_mask(face: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a uint8 [S, S] face with a medical mask of any brightness from the nose down."""
    size = face.shape[0]
    top = size * (BRIDGE + rng.uniform(-0.06, 0.14))
    left, right = size * rng.uniform(-0.05, 0.18), size * rng.uniform(0.82, 1.05)
    sag = size * rng.uniform(-0.02, 0.12)
    bottom = size * rng.uniform(0.93, 1.1)
    outline = np.array([
        (left, top + sag), (size * rng.uniform(0.35, 0.45), top),
        (size * rng.uniform(0.55, 0.65), top), (right, top + sag),
        (right - size * 0.08, bottom), (left + size * 0.08, bottom)], np.int32)
    shape = np.zeros_like(face)
    cv2.fillPoly(shape, [outline], 255, cv2.LINE_AA)
    tone = rng.uniform(20, 245)
    rows = np.linspace(rng.uniform(-25, 25), rng.uniform(-25, 25), size)[:, None]
    columns = rng.uniform(-25, 25) * np.abs(np.linspace(-1, 1, size))[None]
    cloth = tone + rows + columns
    if rng.random() < 0.5:  # pleats
        cloth = cloth + rng.uniform(3, 14) * np.sin(
            np.arange(size) * rng.uniform(0.7, 1.6) + rng.uniform(0, 6))[:, None]
    if rng.random() < 0.25:  # a printed pattern
        pattern = rng.integers(-40, 40, (rng.integers(4, 12), rng.integers(4, 12)))
        cloth = cloth + cv2.resize(pattern.astype(np.float32), (size, size))
    share = shape.astype(np.float32) / 255
    return np.clip(face * (1 - share) + cloth * share, 0, 255).astype(np.uint8)


def put_glasses(face: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a uint8 [S, S] face with glasses: dark ones, or clear ones with a rim."""
    size, face = face.shape[0], face.copy()
    tone, line = int(rng.integers(5, 90)), max(1, round(size / 40))
    radius = tuple(int(size * rng.uniform(low, high)) for low, high in ((.11, .17), (.08, .13)))
    level = size * (EYES[2] + rng.uniform(-0.05, 0.05))
    thickness = -1 if rng.random() < 0.6 else line
    for x in EYES[:2]:
        cv2.ellipse(face, (int(size * x), int(level)), radius, 0, 0, 360, tone, thickness,
                    cv2.LINE_AA)
    cv2.line(face, (int(size * 0.42), int(level)), (int(size * 0.58), int(level)), tone, line)
    return face


def light_from_the_side(face: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a uint8 [S, S] face that a lamp or a window lights from one direction."""
    size, angle = face.shape[0], rng.uniform(0, 2 * np.pi)
    ramp = np.linspace(-1, 1, size)
    across = np.cos(angle) * ramp[None] + np.sin(angle) * ramp[:, None]
    gain = np.exp(rng.uniform(0.3, 1.1) * across / 1.4)
    return np.clip(face * gain, 0, 255).astype(np.uint8)
