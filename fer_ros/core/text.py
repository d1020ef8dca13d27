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

"""Text from outside: made fit to be shown, and in the order people expect."""

from __future__ import annotations

from collections.abc import Iterable
import difflib
import re


def shown(text: str | bytes, limit: int = 80) -> str:
    """
    Return text from outside, escaped and cut.

    Whatever is not printable (control characters, line breaks, lone surrogates) is escaped as
    in a Python literal; what is too long ends in an ellipsis and the number of its characters.

    :param text: a string that somebody else wrote: an encoding, a topic, metadata, an error of
        a library that quotes one of those.
    :param limit: the most characters of the result, 40 or more.
    """
    length = len(text)
    head = text[:limit + 1]
    if isinstance(head, bytes):
        head = head.decode('latin-1')
    # Escapes only lengthen: what is beyond the limit now stays beyond it.
    text = escaped(head)
    if length <= limit and len(text) <= limit:
        return text
    tail = f'… ({length} characters)'
    return text[:limit - len(tail)] + tail


def did_you_mean(name: str, known: Iterable[str], otherwise: str = '') -> str:
    """
    Return `; did you mean '…'?` with the known name that is nearest.

    :param name: that is not known; letters may be large or small.
    :param known: all that would have been right.
    :param otherwise: the remedy where none is near; by default the result is empty then.
    """
    names = {one.casefold(): one for one in known}
    # The comparison's time grows with the square of the length.
    near = difflib.get_close_matches(name[:80].casefold(), names, 1)
    hint = f"did you mean '{shown(names[near[0]])}'?" if near else otherwise
    return f'; {hint}' if hint else ''


def counted(number: int, one: str, more: str = '') -> str:
    """
    Return a number of things in words, such as `1 face`, `2,000 faces`.

    :param one: what a single one is called.
    :param more: what several are called; by default that with an s.
    """
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def natural_order(name: str) -> tuple[list[int | str], str]:
    """
    Return a key that sorts names with numbers in them by the numbers: part 2 before part 10.

    :param name: of a file.
    """
    words = re.split(r'([0-9]+)', name)
    # Every other word is a number, so that like is compared with like.
    return [int(word) if index % 2 else word for index, word in enumerate(words)], name


def escaped(text: str) -> str:
    """Return text of whatever length with all that is not printable escaped."""
    return ''.join(
        each if each.isprintable() else each.encode('unicode_escape').decode('ascii')
        for each in text)
