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

"""Emotion words of other people's tables and their place among the labels."""

from __future__ import annotations

from fer_ros.core.types import FERPLUS_LABELS, LABELS

#: Further words of the same expressions.
_SYNONYMS = {
    'joy': 'happy', 'joyful': 'happy', 'smile': 'happy', 'smiling': 'happy',
    'fearful': 'scared', 'afraid': 'scared', 'contemptuous': 'contempt'}

#: Every accepted word, lower case, with its index in `LABELS`.
WORDS = {
    **{word: index for index, word in enumerate(FERPLUS_LABELS)},
    **{word: index for index, word in enumerate(LABELS)},
    **{word: LABELS.index(label) for word, label in _SYNONYMS.items()}}


def label_index(word: str) -> int:
    """
    Return the index in `LABELS` of a ROS4HRI or FER+ word, in any case, spaces around it.

    :raises ValueError: the word is not known.
    """
    index = WORDS.get(word.strip().lower())
    if index is None:
        raise ValueError(
            f"emotion '{word}' is not known; use one of: {', '.join(sorted(WORDS))}")
    return index
