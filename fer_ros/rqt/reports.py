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

"""The diagnostics at a glance: a chip for each status, and in words what is amiss."""

from __future__ import annotations

from html import escape

from fer_ros.rqt.presenter import Report, SIGNS
from fer_ros.rqt.qt import QtCore, QtWidgets

#: Ground and text of a chip, of contrast 4.5 or more; told apart by the colour-blind, too.
_SHADES = {
    'OK': ('#0b6e4f', 'white'), 'WARN': ('#f0c000', 'black'), 'ERROR': ('#b00020', 'white'),
    'STALE': ('#5a5a5a', 'white')}


class Diagnostics(QtWidgets.QWidget):
    """Show all statuses of the node."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self._chips = QtWidgets.QLabel()
        self._words = QtWidgets.QLabel()
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for label in (self._chips, self._words):
            label.setTextFormat(QtCore.Qt.RichText)
            label.setWordWrap(True)
            label.setTextInteractionFlags(QtCore.Qt.TextSelectableByMouse)
            layout.addWidget(label)

    def show_reports(self, reports: tuple[Report, ...]) -> None:
        """Show statuses, those with a problem in words below."""
        _set(self._chips, '&nbsp; '.join(_chip(each) for each in reports))
        _set(self._words, '<br>'.join(
            f'<b>{escape(each.name)}</b>: {escape(each.problem)}'
            + (f' → <i>{escape(each.remedy)}</i>' if each.remedy else '')
            for each in reports if each.level != 'OK'))
        self._words.setVisible(bool(self._words.text()))


def _chip(report: Report) -> str:
    ground, text = _SHADES[report.level]
    words = f'{SIGNS[report.level]} {report.name}'.replace(' ', '\u00a0')
    return (f'<span style="background-color:{ground}; color:{text}">&nbsp;'
            f'{escape(words)}&nbsp;</span>')


def _set(label, text: str) -> None:
    # A selection of the user's outlives what does not change.
    if label.text() != text:
        label.setText(text)
