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
"""The window, drawn into memory: real Qt, a state that is given."""

from dataclasses import replace
import itertools
import time

from fer_ros.core.types import LABELS
from fer_ros.monitor.history import Column
from fer_ros.monitor.model import Monitor, SILENCE
from fer_ros.monitor.reports import Answer, FaceReport, Status
from fer_ros.monitor.sentences import Surroundings
from fer_ros.rqt.presenter import COLUMNS
import numpy as np
import pytest

qt = pytest.importorskip(
    'fer_ros.rqt.qt', reason='needs a Qt: pip install PyQt5', exc_type=ImportError)
from fer_ros.rqt.paint import colour  # noqa: E402, I100
from fer_ros.rqt.widget import ANNOTATED, FerWidget  # noqa: E402


class Heard:
    """What a listener would have heard; keeps what it is asked for."""

    def __init__(self):
        self.calls, self.topic, self.asked = [], '', []

    def tell(self, monitor):
        while self.calls:
            self.calls.pop(0)(monitor)

    def listen(self, topic):
        self.topic = topic

    def enable(self, node, on):
        self.asked.append((node, on))


class Pictures:
    """A picture that came."""

    topics = ('/camera/image_raw',)

    def __init__(self):
        self.latest, self.problem, self.followed = None, '', ''

    def follow(self, topic):
        self.followed = topic

    def take(self):
        latest, self.latest = self.latest, None
        return latest, self.problem


@pytest.fixture(scope='module')
def application():
    yield qt.QtWidgets.QApplication.instance() or qt.QtWidgets.QApplication([])


@pytest.fixture
def parts(application):
    monitor, heard, pictures = Monitor(), Heard(), Pictures()
    window = FerWidget(monitor, heard, pictures, Surroundings('0', 'SUBNET', 'rmw'))
    # The test says when.
    window.stop()
    window.resize(1000, 700)
    window.show()
    yield window, heard, pictures
    window.close()
    window.deleteLater()
    application.processEvents()


def hear(heard, *faces, state='active', message='fine', level='OK'):
    at = time.monotonic()
    heard.calls += [
        lambda monitor: monitor.graph(at, {'/fer/expression': ['/fer']}),
        lambda monitor: monitor.report(at, [
            Status('/fer', 'camera', level, message),
            Status('/fer', 'model', 'OK', 'x', {'state': state})]),
        lambda monitor: monitor.answer(at, Answer(tuple(faces), 0.03, 'camera'))]


def face(name='f1', label='happy'):
    return FaceReport(name, label, 0.9, {
        one: 0.9 if one == label else 0.1 / 7 for one in LABELS})


def pixels_of(widget, application):
    """Return a grabbed widget as uint8 (H, W, 3), rgb."""
    application.processEvents()
    image = widget.grab().toImage().convertToFormat(qt.QtGui.QImage.Format_RGB888)
    data = image.constBits()
    if hasattr(data, 'setsize'):
        data.setsize(image.bytesPerLine() * image.height())
    rows = np.frombuffer(bytes(data), np.uint8)[:image.bytesPerLine() * image.height()]
    rows = rows.reshape(image.height(), image.bytesPerLine())
    return rows[:, :3 * image.width()].reshape(image.height(), image.width(), 3)


def count(pixels, label):
    """Return how many pixels have the colour of a label."""
    shade = colour(label)
    return int((pixels == (shade.red(), shade.green(), shade.blue())).all(axis=2).sum())


def test_it_says_what_it_waits_for(parts):
    window, heard, _ = parts
    window.refresh()
    assert 'waiting for a fer node' in window.sentence.text()
    assert not window.enable.isEnabled()
    assert heard.topic == ''


def test_a_face_is_a_card_in_the_colour_of_its_label(parts, application):
    window, heard, _ = parts
    hear(heard, face('f1', 'happy'), face('f2', 'sad'))
    window.refresh()
    assert heard.topic == '/fer/expression'
    pixels = pixels_of(window, application)
    for label in ('happy', 'sad'):
        assert count(pixels, label) > 500, label
    names = {one.accessibleName() for one in window.findChildren(qt.QtWidgets.QWidget)}
    assert {'f1: happy 90 %', 'f2: sad 90 %'} <= names
    hear(heard)
    window.refresh()
    assert window.sentence.text() == ''


def test_a_face_without_probabilities_is_drawn(parts, application):
    window, heard, _ = parts
    hear(heard, FaceReport('f1', 'happy', None))
    window.refresh()
    assert count(pixels_of(window, application), 'happy') > 100
    names = {one.accessibleName() for one in window.findChildren(qt.QtWidgets.QWidget)}
    assert 'f1: happy ?' in names


def test_the_picture_keeps_its_colours_and_shape(parts, application):
    window, _, pictures = parts
    pictures.latest = np.full((60, 120, 3), (200, 30, 10), np.uint8)
    window._refresh_picture()
    drawn = (pixels_of(window.picture, application) == (10, 30, 200)).all(axis=2)
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    assert drawn.sum() > 10000
    assert len(columns) / len(rows) == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize('height, width', [(1, 1), (7, 5), (480, 641), (2, 999)])
def test_any_size_of_picture_is_drawn(parts, application, height, width):
    window, _, pictures = parts
    pictures.latest = np.full((height, width, 3), 255, np.uint8)
    window._refresh_picture()
    assert (pixels_of(window.picture, application) == 255).all(axis=2).any()


def test_a_picture_that_cannot_be_decoded_is_told(parts, application):
    window, _, pictures = parts
    pictures.latest = np.full((60, 120, 3), 255, np.uint8)
    window._refresh_picture()
    pictures.problem = 'encoding is not supported'
    window._refresh_picture()
    assert window.picture.image is None
    pictures.problem, pictures.latest = '', np.full((60, 120, 3), 255, np.uint8)
    window._refresh_picture()
    assert window.picture.image is not None


def test_problems_stand_in_words_and_nothing_is_taken_for_markup(parts):
    window, heard, _ = parts
    hear(heard, level='WARN', message='old <b>stamps</b>; hint: set <i>the clock</i>')
    window.refresh()
    text = window.diagnostics._words.text()
    assert 'old &lt;b&gt;stamps&lt;/b&gt;' in text and '&lt;i&gt;the clock' in text
    hear(heard)
    window.refresh()
    assert not window.diagnostics._words.isVisible()


@pytest.mark.parametrize('state, word, asked', [
    ('active', 'Disable', False), ('inactive', 'Enable', True)])
def test_the_button_asks_for_the_other_state(parts, state, word, asked):
    window, heard, _ = parts
    hear(heard, state=state)
    window.refresh()
    assert window.enable.text() == word
    window.enable.click()
    assert heard.asked == [('/fer', asked)]


def test_what_became_of_it_is_told(parts):
    window, heard, _ = parts
    hear(heard)
    heard.calls.append(lambda monitor: monitor.switched(time.monotonic(), '/fer', 'enabled'))
    window.refresh()
    assert window.told.text() == '/fer: enabled'


def test_the_nodes_annotated_picture_is_shown_until_another_is_chosen(parts):
    window, heard, pictures = parts
    hear(heard)
    window.refresh()
    assert pictures.followed == '/fer' + ANNOTATED
    window.topics.setCurrentText('/camera/image_raw')
    window.topics.activated.emit(window.topics.currentIndex())
    assert pictures.followed == window.topic == '/camera/image_raw'
    window.refresh()
    assert window.topics.currentText() == '/camera/image_raw'


def test_snapshot_of_what_is_shown(parts, tmp_path):
    window, heard, pictures = parts
    hear(heard, face())
    pictures.latest = np.full((60, 120, 3), 255, np.uint8)
    window._refresh_picture()
    window.refresh()
    window.folder = tmp_path / 'new'
    window.snapshot.click()
    assert sorted(one.suffix for one in window.folder.iterdir()) == ['.json', '.png']
    assert all(str(one) in window.told.text() for one in window.folder.iterdir())


def test_an_old_picture_is_not_taken_for_live(parts, application, tmp_path):
    window, heard, pictures = parts
    hear(heard, face())
    pictures.latest = np.full((60, 120, 3), 255, np.uint8)
    window.refresh()
    window._refresh_picture()
    window.folder = tmp_path
    live = pixels_of(window.picture, application).max()
    window._came -= SILENCE + 1.0
    window._refresh_picture()
    words = pixels_of(window.picture, application)
    assert live == 255 and np.median(words[words.shape[0] // 2]) < 150
    assert [path.suffix for path in window.take_snapshot()] == ['.json']
    pictures.latest = np.full((60, 120, 3), 255, np.uint8)
    window._refresh_picture()
    assert np.median(pixels_of(window.picture, application)[window.picture.height() // 2]) == 255


def test_nobody_is_there_only_while_answers_come(parts):
    window, heard, _ = parts
    window.refresh()
    assert window._nobody.isHidden()
    hear(heard)
    window.refresh()
    assert not window._nobody.isHidden()


def test_the_minute_of_a_face_that_went_has_no_stripes(parts, application):
    window, heard, _ = parts
    hear(heard, face())
    window.refresh()
    card, = window._cards
    columns = (Column(0.9, 'happy'),) * COLUMNS
    card.resize(331, card.height())
    card.show_card(replace(window._view.cards[0], gone=2.0, timeline=columns))
    bottom = pixels_of(card, application)[-12, 20:-20]
    assert len(np.unique(bottom, axis=0)) == 1


def test_snapshot_that_cannot_be_written(parts, tmp_path):
    window, heard, _ = parts
    hear(heard, face())
    window.refresh()
    (tmp_path / 'file').write_text('')
    window.folder = tmp_path / 'file'
    assert window.take_snapshot() == []
    assert 'no snapshot' in window.told.text() and 'another folder' in window.told.text()


def test_faces_come_and_go_without_end(parts):
    window, heard, _ = parts
    for start in range(0, 300, 10):
        hear(heard, *(face(f'f{start + one}') for one in range(10)))
        window.refresh()
    assert len(window._cards) <= 64
    assert not [one for one in itertools.chain(window._cards) if one.parent() is None]


@pytest.mark.parametrize('size', [(250, 200), (640, 480), (1900, 1000)])
def test_any_size_of_window(parts, application, size):
    window, heard, _ = parts
    hear(heard, face())
    window.refresh()
    window.resize(*size)
    assert count(pixels_of(window, application), 'happy') > 100
    # Fonts differ between machines; a window that fits no small screen is none of ours.
    assert window.width() <= max(size[0], 900)


@pytest.mark.parametrize('answer', ['chosen', ''])
def test_the_folder_of_snapshots_is_chosen_in_a_dialog(parts, tmp_path, monkeypatch, answer):
    window, _, _ = parts
    before = window.folder
    chosen = str(tmp_path) if answer else ''
    monkeypatch.setattr(qt.QtWidgets.QFileDialog, 'getExistingDirectory', lambda *_: chosen)
    window.choose.click()
    assert window.folder == (tmp_path if answer else before)


def test_nothing_is_written_before_anything_is_shown(parts, monkeypatch):
    window, _, _ = parts
    monkeypatch.setattr(window, '_view', None)
    window._toggle()
    assert window.take_snapshot() == [] and window.told.text() == ''
