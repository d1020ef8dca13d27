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

"""The window: what is to be seen of a node and what can be asked of it."""

from __future__ import annotations

from pathlib import Path
import time

from fer_ros.boundary import OutputError, reason
from fer_ros.monitor.model import Monitor, SILENCE
from fer_ros.monitor.sentences import Surroundings
from fer_ros.rqt.paint import FaceCard, Picture
from fer_ros.rqt.presenter import snapshot, View, view
from fer_ros.rqt.qt import QtCore, QtWidgets
from fer_ros.rqt.reports import Diagnostics
from fer_ros.rqt.snapshots import write_snapshot

#: Milliseconds between two looks at what came: of the picture, and of all else.
PICTURE_PERIOD, PERIOD = 40, 200

#: Topic of a node's annotated pictures, after its name; takes the least of a network.
ANNOTATED = '/image_annotated/compressed'


class FerWidget(QtWidgets.QWidget):
    """
    Show a node of those that are there.

    All that is ROS happens in the threads of `listener` and `feed`; here only what they have
    heard is fetched, by timers, so that the window never waits.

    :param monitor: the state, changed by `listener.tell`.
    :param listener: as `fer_ros.monitor.listener.Listener`.
    :param feed: as `PictureFeed`.
    """

    def __init__(self, monitor: Monitor, listener, feed, where: Surroundings, parent=None):
        super().__init__(parent)
        self._monitor, self._listener, self._feed = monitor, listener, feed
        self._where = where
        #: Where snapshots go.
        self.folder = Path.home() / 'fer_snapshots'
        self._topic = ''
        self._pixels, self._came = None, 0.0
        self._view: View | None = None
        self.setObjectName('FerWidget')
        self.setWindowTitle('Facial expressions')
        self._make_parts()
        self._lay_out()
        self._timers = []
        for period, work in ((PICTURE_PERIOD, self._refresh_picture), (PERIOD, self.refresh)):
            timer = QtCore.QTimer(self)
            timer.timeout.connect(work)
            timer.start(period)
            self._timers.append(timer)
        self.refresh()

    @property
    def topic(self) -> str:
        """Return the topic of pictures that was chosen; '' for the node's annotated ones."""
        return self._topic

    def choose_topic(self, topic: str) -> None:
        """Show the pictures of a topic; '' for the node's annotated ones."""
        self._topic = topic
        self._pixels = None
        self.picture.show_words('waiting for a picture')
        self._refresh_topics()

    def stop(self) -> None:
        """Look no more; the threads may end now."""
        for timer in self._timers:
            timer.stop()

    def refresh(self) -> None:
        """Show the present state of everything but the picture."""
        at = time.monotonic()
        self._listener.tell(self._monitor)
        self._monitor.tick(at)
        for event in self._monitor.take_events():
            if event.kind == 'switch':
                self.told.setText(f"{event.node}: {event.values['message']}")
        self._listener.listen(self._monitor.topic)
        shown = self._view = view(self._monitor, at, self._where)
        _offer(self.nodes, list(shown.nodes) or [''], shown.chosen)
        self.sentence.setText(shown.sentence)
        self.sentence.setVisible(bool(shown.sentence))
        self.figures.setText(shown.figures)
        self.enable.setEnabled(shown.active is not None)
        self.enable.setText('Disable' if shown.active else 'Enable')
        self.diagnostics.show_reports(shown.reports)
        self._show_cards(shown)
        self._refresh_topics()
        self.told.setVisible(bool(self.told.text()))

    def take_snapshot(self) -> list[Path]:
        """Write what is shown now; return the files, none where that failed."""
        shown = self._view
        if shown is None:
            return []
        try:
            written = write_snapshot(
                self.folder, snapshot(self._monitor, time.time(), shown), self._pixels)
        except (OSError, OutputError) as error:
            self.told.setText(
                f'no snapshot in {self.folder}: {reason(error)}; choose another folder')
            return []
        self.told.setText('written: ' + ', '.join(str(path) for path in written))
        return written

    def _make_parts(self) -> None:
        self.nodes = QtWidgets.QComboBox()
        self.nodes.setToolTip('the node on show')
        self.topics = QtWidgets.QComboBox()
        self.topics.setToolTip('topic of the picture')
        for box, characters in ((self.nodes, 8), (self.topics, 16)):
            box.setMinimumContentsLength(characters)
            box.setSizeAdjustPolicy(QtWidgets.QComboBox.AdjustToMinimumContentsLengthWithIcon)
            box.setSizePolicy(QtWidgets.QSizePolicy.Expanding, QtWidgets.QSizePolicy.Fixed)
        self.enable = QtWidgets.QPushButton('Enable')
        self.enable.setToolTip('process images, or none (its service enable); for everybody')
        self.snapshot = QtWidgets.QPushButton('Snapshot')
        self.snapshot.setToolTip('write the picture (PNG) and what the node says of it (JSON)')
        self.choose = QtWidgets.QToolButton()
        self.choose.setText('…')
        self.choose.setToolTip('choose the folder for snapshots')
        self.sentence, self.figures, self.told = (
            QtWidgets.QLabel(), QtWidgets.QLabel(), QtWidgets.QLabel())
        for label in (self.sentence, self.figures, self.told):
            label.setTextFormat(QtCore.Qt.PlainText)
            label.setWordWrap(True)
            label.setTextInteractionFlags(QtCore.Qt.TextSelectableByMouse)
        self.picture = Picture()
        self.picture.show_words('waiting for a picture')
        self.diagnostics = Diagnostics()
        self._cards: list[FaceCard] = []
        self._nobody = QtWidgets.QLabel('nobody')
        self.nodes.activated.connect(
            lambda _: self._monitor.choose(time.monotonic(), self.nodes.currentText()))
        self.topics.activated.connect(lambda _: self.choose_topic(self.topics.currentText()))
        self.enable.clicked.connect(lambda *_: self._toggle())
        self.snapshot.clicked.connect(lambda *_: self.take_snapshot())
        self.choose.clicked.connect(lambda *_: self._choose_folder())

    def _lay_out(self) -> None:
        bar = QtWidgets.QHBoxLayout()
        for part in (QtWidgets.QLabel('Node'), self.nodes, QtWidgets.QLabel('Picture'),
                     self.topics, self.enable, self.snapshot, self.choose):
            bar.addWidget(part)
        bar.setStretchFactor(self.nodes, 1)
        bar.setStretchFactor(self.topics, 3)
        faces = QtWidgets.QWidget()
        self._faces = QtWidgets.QVBoxLayout(faces)
        self._faces.addWidget(self._nobody)
        self._faces.addStretch(1)
        scroll = QtWidgets.QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(faces)
        scroll.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarAlwaysOff)
        # Wide enough for a card beside the scroll bar.
        scroll.setMinimumWidth(FaceCard().minimumWidth() + 48)
        split = QtWidgets.QSplitter(QtCore.Qt.Horizontal)
        split.addWidget(self.picture)
        split.addWidget(scroll)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        whole = QtWidgets.QVBoxLayout(self)
        whole.addLayout(bar)
        whole.addWidget(self.sentence)
        whole.addWidget(split, 1)
        for part in (self.diagnostics, self.figures, self.told):
            whole.addWidget(part)

    def _show_cards(self, shown: View) -> None:
        while len(self._cards) < len(shown.cards):
            card = FaceCard()
            self._cards.append(card)
            self._faces.insertWidget(self._faces.count() - 1, card)
        while len(self._cards) > len(shown.cards):
            card = self._cards.pop()
            self._faces.removeWidget(card)
            card.deleteLater()
        for widget, face in zip(self._cards, shown.cards):
            widget.show_card(face)
        # While no answers come, nothing is known of anybody.
        self._nobody.setVisible(not (shown.cards or shown.sentence))

    def _refresh_topics(self) -> None:
        own = self._monitor.chosen and self._monitor.chosen + ANNOTATED
        chosen = self._topic or own
        _offer(self.topics, sorted({*self._feed.topics, *filter(None, [chosen])}) or [''], chosen)
        self._feed.follow(chosen)

    def _refresh_picture(self) -> None:
        pixels, problem = self._feed.take()
        if pixels is not None:
            self._pixels, self._came = pixels, time.monotonic()
            self.picture.show_pixels(pixels)
        elif problem:
            self._pixels = None
            self.picture.show_words(problem)
        elif self._pixels is not None and time.monotonic() - self._came > SILENCE:
            # It is neither live nor fit for a snapshot any more.
            self._pixels = None
            self.picture.show_old('no new picture')

    def _toggle(self) -> None:
        if self._view is not None and self._view.active is not None:
            self.told.setText('asked')
            self._listener.enable(self._view.chosen, not self._view.active)

    def _choose_folder(self) -> None:
        folder = QtWidgets.QFileDialog.getExistingDirectory(
            self, 'Folder for snapshots', str(self.folder))
        if folder:
            self.folder = Path(folder)


def _offer(box, names: list[str], chosen: str) -> None:
    """Fill a combo box where that changes it, but not under the user's hand."""
    if box.view().isVisible():
        return
    if [box.itemText(place) for place in range(box.count())] != names:
        box.clear()
        box.addItems(names)
    if chosen in names:
        box.setCurrentIndex(names.index(chosen))
