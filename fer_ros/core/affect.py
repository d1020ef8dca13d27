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
Valence and arousal from an expression distribution.

An estimate, not a measurement: each expression word has a fixed place on the plane of
pleasantness and activation, and the answer is the mean place under the distribution. So it
says what an observer would expect of such a face, not what the person feels; it cannot leave
the hull of the eight places (there is no calm or tired corner); it cannot tell a faint smile
from a broad one except through the probability; and a face between two expressions may get a
place that fits neither.
"""

from __future__ import annotations

from typing import Any

from fer_ros.core.types import LABELS
import numpy as np
from numpy.typing import NDArray


#: (valence, arousal) of each label, -1 to 1: mean pleasure and arousal ratings of the words
#: "happy", "surprised", "sad", "angry", "disgusted" and "fearful" in J. A. Russell and
#: A. Mehrabian, "Evidence for a three-factor theory of emotions", Journal of Research in
#: Personality 11 (1977), 273-294, doi:10.1016/0092-6566(77)90037-X. Two places are ours:
#: neutral is the origin of both scales; contempt lies midway between angry and disgusted, its
#: neighbours among the hostile emotions.
COORDINATES = {
    'neutral': (0.0, 0.0),
    'happy': (0.81, 0.51),
    'surprised': (0.40, 0.67),
    'sad': (-0.63, -0.27),
    'angry': (-0.51, 0.59),
    'disgusted': (-0.60, 0.35),
    'scared': (-0.64, 0.60),
    'contempt': (-0.555, 0.47),
}

_TABLE = np.array([COORDINATES[label] for label in LABELS])


def valence_arousal(
        probabilities: NDArray[np.floating[Any]],
) -> tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]:
    """
    Return the expected valence and arousal of one or many distributions.

    :param probabilities: (8,) or (N, 8), in the order of `LABELS`, each row summing to 1.
    :return: valence and arousal, float64, () or (N,), each from -1 to 1.
    """
    mean = np.asarray(probabilities, np.float64) @ _TABLE
    return mean[..., 0], mean[..., 1]
