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
"""Training augmentation: what cameras and face boxes do to a face, on uint8 images."""

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class AugmentConfig:
    """Ranges and probabilities; `strength` is set by the run, from 0 (only flips) to 1."""

    rotation_deg: float = 18.0  # standard deviation is a half; hard limit is 1.4 times
    scale: float = 0.15
    shift: float = 0.08  # of the face's side
    aspect: float = 0.06
    geometry: float = 0.9
    light: float = 0.6
    dark: float = 0.1
    low_resolution: float = 0.12
    blur: float = 0.1
    noise: float = 0.1
    jpeg: float = 0.1
    cutout: float = 0.5
    cutout_side: tuple = (0.15, 0.4)


class Augment:
    """Turn a face into another picture of the same face; deterministic for a given generator."""

    def __init__(self, config: AugmentConfig, rng: np.random.Generator) -> None:
        self.config = config
        self.rng = rng

    def __call__(self, face: np.ndarray) -> np.ndarray:
        """Return a new uint8 [S, S] picture of a uint8 [S, S] face."""
        config, chance = self.config, self.rng.random(10)
        if chance[0] < 0.5:
            face = face[:, ::-1]
        face = np.ascontiguousarray(face)
        if chance[1] < config.geometry:
            face = self._warp(face)
        # In the order of a camera: light, lens, sensor size, sensor noise, transport.
        if chance[2] < config.light:
            face = self._light(face)
        if chance[3] < config.dark:
            face = self._darken(face)
        if chance[4] < config.blur:
            face = cv2.GaussianBlur(face, (0, 0), self.rng.uniform(0.5, 1.6))
        if chance[5] < config.low_resolution:
            face = self._shrink(face)
        if chance[6] < config.noise:
            face = self._noise(face)
        if chance[7] < config.jpeg:
            quality = int(self.rng.integers(12, 60))
            _, data = cv2.imencode('.jpg', face, [cv2.IMWRITE_JPEG_QUALITY, quality])
            face = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
        if chance[8] < config.cutout:
            face = self._cutout(face)
        return face

    def finish(self, face: np.ndarray) -> np.ndarray:
        """Flip and cut out only, for a face whose other augmentation was done beforehand."""
        if self.rng.random() < 0.5:
            face = np.ascontiguousarray(face[:, ::-1])
        if self.rng.random() < self.config.cutout:
            face = self._cutout(face)
        return face

    def _warp(self, face: np.ndarray) -> np.ndarray:
        config, rng, size = self.config, self.rng, face.shape[0]
        angle = np.clip(rng.normal(0.0, config.rotation_deg / 2), -1.4 * config.rotation_deg,
                        1.4 * config.rotation_deg)
        scale = np.exp(rng.uniform(-config.scale, config.scale))
        aspect = np.exp(rng.uniform(-config.aspect, config.aspect) / 2)
        shift = rng.uniform(-config.shift, config.shift, 2) * size
        cos, sin = np.cos(np.deg2rad(angle)) * scale, np.sin(np.deg2rad(angle)) * scale
        matrix = np.array([[cos * aspect, -sin * aspect], [sin / aspect, cos / aspect]])
        centre = np.array([(size - 1) / 2, (size - 1) / 2])
        offset = centre + shift - matrix @ centre
        border = cv2.BORDER_REPLICATE if rng.random() < 0.6 else cv2.BORDER_CONSTANT
        return cv2.warpAffine(face, np.column_stack([matrix, offset]), (size, size),
                              flags=cv2.INTER_LINEAR, borderMode=border)

    def _light(self, face: np.ndarray) -> np.ndarray:
        rng = self.rng
        gamma = np.exp(rng.uniform(-0.5, 0.5))
        contrast, brightness = np.exp(rng.uniform(-0.4, 0.4)), rng.uniform(-35, 35)
        levels = np.arange(256, dtype=np.float32)
        levels = 255 * (levels / 255) ** gamma
        levels = (levels - 128) * contrast + 128 + brightness
        return cv2.LUT(face, np.clip(levels, 0, 255).astype(np.uint8))

    def _darken(self, face: np.ndarray) -> np.ndarray:
        gain = self.rng.uniform(0.12, 0.6)
        return cv2.LUT(face, (np.arange(256) * gain).astype(np.uint8))

    def _shrink(self, face: np.ndarray) -> np.ndarray:
        size = face.shape[0]
        small = int(self.rng.integers(size // 3, int(size * 0.75)))
        face = cv2.resize(face, (small, small), interpolation=cv2.INTER_AREA)
        return cv2.resize(face, (size, size), interpolation=cv2.INTER_LINEAR)

    def _noise(self, face: np.ndarray) -> np.ndarray:
        sigma = self.rng.uniform(3, 20)
        noise = self.rng.normal(0, sigma, face.shape).astype(np.float32)
        return np.clip(face + noise, 0, 255).astype(np.uint8)

    def _cutout(self, face: np.ndarray) -> np.ndarray:
        rng, size = self.rng, face.shape[0]
        height, width = (rng.uniform(*self.config.cutout_side, 2) * size).astype(int)
        top, left = rng.integers(0, size - height + 1), rng.integers(0, size - width + 1)
        face = face.copy()
        face[top:top + height, left:left + width] = rng.integers(0, 256)
        return face
