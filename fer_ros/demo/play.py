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

"""What the people of the embedded clip do with their faces, and when."""

from __future__ import annotations

from fer_ros.demo.expressions import PHOTOGRAPHED, Shape

#: Seconds from one expression to the next.
CHANGE = 0.35

#: How the photographs themselves are meant.
OWN = {'collins': 'happy', 'hopper': 'neutral'}

#: The other expressions of each: moved until they look like it, and tuned until the network that
#: comes with the package says so, too.
SHAPES = {
    'collins': {
        'surprised': Shape(
            inner=0.13, outer=0.09, corners=-0.15, wide=-0.21, open=0.44),
        'sad': Shape(inner=0.18, outer=-0.07, squeeze=0.12, corners=-0.23, open=-0.15),
    },
    'hopper': {
        'surprised': Shape(inner=0.02, outer=0.05, wide=-0.12, open=0.3),
        'sad': Shape(inner=0.04, corners=-0.17, wide=-0.03, open=-0.02),
        'happy': Shape(corners=0.21, wide=0.05, open=0.1),
    },
}

#: Who begins to look how: (seconds of the clip, expression).
PLAY = {
    'collins': ((0.0, 'happy'), (2.8, 'surprised'), (5.6, 'sad'), (8.3, 'happy')),
    'hopper': ((0.0, 'neutral'), (3.9, 'happy'), (5.8, 'surprised'), (7.6, 'sad')),
}


def intended(name: str, seconds: float) -> str | None:
    """Return the expression that somebody has, or is about to have, in the clip; None: no part."""
    return next((label for start, label in reversed(PLAY.get(name, ())) if start <= seconds), None)


def shape_at(name: str, seconds: float) -> Shape:
    """Return the shape of somebody's face at a time of the clip, seconds."""
    before = shape = PHOTOGRAPHED
    since = 0.0
    for start, label in PLAY.get(name, ()):
        if start > seconds:
            break
        before, shape, since = shape, SHAPES[name].get(label, PHOTOGRAPHED), seconds - start
    share = min(since / CHANGE, 1.0)
    return before.towards(shape, share * share * (3 - 2 * share))
