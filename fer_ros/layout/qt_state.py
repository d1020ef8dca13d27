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

"""What Qt 5 and 6 keep of a main window in a file: its place, and a row of docks in it."""

from __future__ import annotations

from collections.abc import Mapping
import struct

#: QWidget: magic number and version of its geometry. Its screen is as much wider as rqt's own.
_GEOMETRY, _GEOMETRY_VERSION, _BESIDE = 0x1D9D0CB, (3, 0), 180

#: QMainWindow: beginning and version, docks, one of them, a row of them or the tool bars.
_BEGIN, _DOCKS, _DOCK, _ROW = b'\x00\x00\x00\xff' + bytes(4), b'\xfd', b'\xfb', b'\xfc'

#: Of a dock: that it is shown.
_SHOWN = b'\x01'

#: The area below, in numbers of QMainWindow's own; rqt has its docks there.
_BELOW = 3

#: Orientation of a row, and the largest size of a widget.
_HORIZONTAL, _ANY_SIZE = 1, 0xFFFFFF

#: Which area has each corner: left, left, right, right, in Qt's way to number them.
_CORNERS = (4, 4, 8, 8)


def geometry(left: int, top: int, width: int, height: int) -> bytes:
    """Return what QWidget.saveGeometry gives for a window, in pixels."""
    frame = (left, top, left + width - 1, top + height - 1)
    # Magic number and version; frame and normal geometry; screen, maximised, full screen; width of
    # the screen; geometry.
    return struct.pack('>IHH4i4iiBBi4i', _GEOMETRY, *_GEOMETRY_VERSION, *frame, *frame, 0, 0, 0,
                       left + width + _BESIDE, *frame)


def docks(widths: Mapping[str, int], height: int) -> bytes:
    """
    Return what QMainWindow.saveState gives for docks side by side, and for rqt's tool bar.

    :param widths: of each dock, in pixels, by the name of its widget, from left to right.
    """
    row, left = b'', 0
    for name, width in widths.items():
        row += _DOCK + _text(name) + _SHOWN + struct.pack('>4i', left, width, 0, _ANY_SIZE)
        left += width
    whole = struct.pack('>ii', left, height)
    area = struct.pack('>i', _BELOW) + whole + _ROW + struct.pack(
        '>Bi', _HORIZONTAL, len(widths)) + row
    bar = struct.pack('>ii', _BELOW, 1) + _text('MinimizedDockWidgetsToolbar') + struct.pack(
        '>Biiii', 0, 0, -1, 0, 0)
    return (_BEGIN + _DOCKS + struct.pack('>i', 1) + area + struct.pack('>ii', left, 0)
            + struct.pack('>4i', *_CORNERS) + _ROW + struct.pack('>i', 1) + bar)


def _text(text: str) -> bytes:
    encoded = text.encode('utf-16-be')
    return struct.pack('>i', len(encoded)) + encoded
