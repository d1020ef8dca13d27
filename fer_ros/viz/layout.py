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

"""Where things go on a picture: inside it, and on nothing else that is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias


class Rect(NamedTuple):
    """Whole pixels from (left, top) up to, and without, (right, bottom)."""

    left: int
    top: int
    right: int
    bottom: int

    def cut(self, width: int, height: int) -> Rect:
        """Return the part of it in a picture of this size; empty where there is none."""
        left, top = min(max(self.left, 0), width), min(max(self.top, 0), height)
        return Rect(left, top, max(min(self.right, width), left),
                    max(min(self.bottom, height), top))


class Layout:
    """
    The places of one picture that are taken.

    :param width: of the picture, pixels; likewise `height`.
    """

    def __init__(self, width: int, height: int):
        self.width, self.height = width, height
        self.taken: list[Rect] = []

    def take(self, rect: Rect) -> None:
        """Keep everything else off a place."""
        self.taken.append(rect)

    def place(self, size: tuple[int, int], spots: Iterable[tuple[int, int]],
              on: Rect | None = None) -> Rect | None:
        """
        Take the first spot that lies in the picture and is free.

        :param size: (width, height) of what is to be placed.
        :param spots: where its top left corner may go, the best first.
        :param on: what it may lie on though it is taken: the box it belongs to.
        :return: where it goes; None where it does not fit.
        """
        width, height = size
        others = [rect for rect in self.taken if rect is not on]
        for x, y in spots:
            end, foot = x + width, y + height
            if x < 0 or y < 0 or end > self.width or foot > self.height:
                continue
            # The innermost of all loops, so no calls.
            for left, top, right, bottom in others:
                if x < right and left < end and y < bottom and top < foot:
                    break
            else:
                rect = Rect(x, y, end, foot)
                self.taken.append(rect)
                return rect
        return None


Spots: TypeAlias = Iterator[tuple[int, int]]


def above(box: Rect, size: tuple[int, int], gap: int = 0) -> Spots:
    """Go through the spots above a box: flush left, in the middle, flush right."""
    return _along(box, size, box.top - gap - size[1])


def below(box: Rect, size: tuple[int, int], gap: int = 0) -> Spots:
    """Go through the spots below a box, in the same order."""
    return _along(box, size, box.bottom + gap)


def _along(box: Rect, size: tuple[int, int], y: int) -> Spots:
    for x in (box.left, (box.left + box.right - size[0]) // 2, box.right - size[0]):
        yield x, y


def within(box: Rect, size: tuple[int, int]) -> Spots:
    """Go through the corners inside a box, the upper ones first."""
    for y in (box.top, box.bottom - size[1]):
        for x in (box.left, box.right - size[0]):
            yield x, y


def beside(box: Rect, size: tuple[int, int], gap: int) -> Spots:
    """Go through the spots to the right and the left of a box: at its top, its foot, midway."""
    for x in (box.right + gap, box.left - gap - size[0]):
        for y in (box.top, box.bottom - size[1], (box.top + box.bottom - size[1]) // 2):
            yield x, y
