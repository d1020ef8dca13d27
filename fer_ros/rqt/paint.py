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

"""How the window draws a face: its label, its distribution, its last minute."""

from __future__ import annotations

from fer_ros.core.display import colour_of
from fer_ros.core.types import LABELS
from fer_ros.rqt.presenter import Card, per_cent
from fer_ros.rqt.qt import QtCore, QtGui, QtWidgets

_MARGIN = 8


def colour(label: str):
    """Return the QColor of a label: the one of the annotated pictures."""
    return QtGui.QColor(*colour_of(label))


class FaceCard(QtWidgets.QWidget):
    """Show one face; its size follows the font."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self._card: Card | None = None
        self.setSizePolicy(QtWidgets.QSizePolicy.Expanding, QtWidgets.QSizePolicy.Fixed)
        self.setMinimumWidth(self._line * 14)
        self.setFixedHeight(self._line * (2 + len(LABELS)) + 3 * _MARGIN + self._line)

    @property
    def _line(self) -> int:
        """Return the height of a line of text, pixels."""
        return self.fontMetrics().height()

    def show_card(self, card: Card) -> None:
        """Show a face in its present state."""
        self._card = card
        self.setAccessibleName(f'{card.id}: {card.label} {card.sure}')
        self.update()

    def paintEvent(self, event) -> None:  # noqa: N802 - Qt's name
        """Draw all of it."""
        card = self._card
        if card is None:
            return
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.Antialiasing)
        palette = self.palette()
        painter.setPen(QtCore.Qt.NoPen)
        painter.setBrush(palette.brush(QtGui.QPalette.Base))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 5, 5)
        if card.gone is not None:
            painter.setOpacity(0.45)
        painter.fillRect(1, 6, 5, self.height() - 12, colour(card.label))
        top = self._heading(painter, card, _MARGIN)
        top = self._bars(painter, card, top + 4)
        self._timeline(painter, card, top + 6)
        painter.end()

    def _heading(self, painter, card: Card, top: int) -> int:
        """Draw id, label and confidence; return where the next goes."""
        line = self._line
        left, wide = 2 * _MARGIN, self.width() - 3 * _MARGIN
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(self.palette().color(QtGui.QPalette.Text))
        words = f'{card.label}  {card.sure}'
        flags = QtCore.Qt.AlignVCenter | QtCore.Qt.TextSingleLine
        painter.drawText(left, top, wide, line, flags | QtCore.Qt.AlignLeft, words)
        used = painter.fontMetrics().boundingRect(words).width() + 10
        font.setBold(False)
        painter.setFont(font)
        note = card.id
        if card.gone is not None:
            note = f'{card.id}, gone {card.gone:.0f} s'
        elif card.before:
            note = f'was {card.before}   {card.id}'
        note = painter.fontMetrics().elidedText(note, QtCore.Qt.ElideLeft, max(0, wide - used))
        painter.drawText(left, top, wide, line, flags | QtCore.Qt.AlignRight, note)
        return top + line

    def _bars(self, painter, card: Card, top: int) -> int:
        """Draw the distribution, each label at its own place."""
        line = self._line
        names = max(painter.fontMetrics().boundingRect(label).width() for label in LABELS) + 8
        left, wide = 2 * _MARGIN, self.width() - 3 * _MARGIN
        figures = painter.fontMetrics().boundingRect('100 %').width() + 8
        room = max(0, wide - names - figures)
        text = self.palette().color(QtGui.QPalette.Text)
        for row, (label, share) in enumerate(zip(LABELS, card.probabilities)):
            y = top + row * line
            painter.setPen(text)
            painter.drawText(left, y, names, line, QtCore.Qt.AlignVCenter, label)
            painter.drawText(
                left + wide - figures, y, figures, line,
                QtCore.Qt.AlignVCenter | QtCore.Qt.AlignRight, per_cent(share))
            track = QtCore.QRectF(left + names, y + 3, room, line - 6)
            painter.fillRect(track, self.palette().brush(QtGui.QPalette.AlternateBase))
            track.setWidth(room * (share or 0.0))
            painter.fillRect(track, colour(label))
        return top + len(LABELS) * line

    def _timeline(self, painter, card: Card, top: int) -> None:
        """Draw the last minute: a band in the colours of the labels, valence as a line in it."""
        left, wide, tall = 2 * _MARGIN, self.width() - 3 * _MARGIN, int(1.5 * self._line)
        painter.fillRect(
            left, top, wide, tall, self.palette().brush(QtGui.QPalette.AlternateBase))
        columns = card.timeline
        step = wide / max(1, len(columns))
        line = QtGui.QPainterPath()
        drawing = False
        for place, column in enumerate(columns):
            if not column.label:
                drawing = False
                continue
            shade = colour(column.label)
            # On whole pixels, or a pale band would have stripes where its columns overlap.
            start, end = round(left + place * step), round(left + (place + 1) * step)
            painter.fillRect(start, top, end - start, tall, shade)
            if column.value is None:
                drawing = False
                continue
            point = QtCore.QPointF(
                left + (place + 0.5) * step, top + (1.0 - column.value) / 2 * (tall - 2) + 1)
            line.lineTo(point) if drawing else line.moveTo(point)
            drawing = True
        # White under black: seen on every colour.
        painter.setBrush(QtCore.Qt.NoBrush)
        for shade, width in ((QtCore.Qt.white, 3.0), (QtCore.Qt.black, 1.2)):
            painter.setPen(QtGui.QPen(QtGui.QColor(shade), width))
            painter.drawPath(line)


class Picture(QtWidgets.QWidget):
    """Show the latest picture, as large as fits; where there is none, a sentence."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.image = None
        self._words = ''
        self.setMinimumSize(240, 180)
        self.setSizePolicy(QtWidgets.QSizePolicy.Expanding, QtWidgets.QSizePolicy.Expanding)

    def show_pixels(self, bgr) -> None:
        """Show a picture, uint8 (H, W, 3), bgr."""
        height, width = bgr.shape[:2]
        # A copy: Qt looks into the memory that it is given.
        self.image = QtGui.QImage(
            bgr.tobytes(), width, height, 3 * width, QtGui.QImage.Format_RGB888).rgbSwapped()
        self._words = ''
        self.update()

    def show_words(self, words: str) -> None:
        """Show why there is no picture."""
        if words != self._words or self.image is not None:
            self._words, self.image = words, None
            self.update()

    def show_old(self, words: str) -> None:
        """Keep the picture, darkened, with words over it."""
        self._words = words
        self.update()

    def paintEvent(self, event) -> None:  # noqa: N802 - Qt's name
        """Draw the picture or the words."""
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.SmoothPixmapTransform)
        painter.fillRect(self.rect(), QtGui.QColor(24, 24, 24))
        if self.image is not None:
            size = self.image.size().scaled(self.size(), QtCore.Qt.KeepAspectRatio)
            painter.drawImage(
                QtCore.QRect((self.width() - size.width()) // 2,
                             (self.height() - size.height()) // 2,
                             size.width(), size.height()), self.image)
        if self._words:
            painter.fillRect(self.rect(), QtGui.QColor(24, 24, 24, 160))
            painter.setPen(QtGui.QColor(220, 220, 220))
            painter.drawText(
                self.rect().adjusted(20, 20, -20, -20),
                QtCore.Qt.AlignCenter | QtCore.Qt.TextWordWrap, self._words)
        painter.end()
