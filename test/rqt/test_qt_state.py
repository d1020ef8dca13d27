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

"""What a perspective says of the window, read by a main window of Qt's."""

from fer_ros.layout.qt_state import docks, geometry
import pytest

qt = pytest.importorskip(
    'fer_ros.rqt.qt', reason='needs a Qt: pip install PyQt5', exc_type=ImportError)
QtCore, QtWidgets = qt.QtCore, qt.QtWidgets


@pytest.fixture(scope='module', autouse=True)
def application():
    """Return the one application of this process."""
    return QtWidgets.QApplication.instance() or QtWidgets.QApplication([])


def window(names):
    """Return a main window as rqt's, with docks one below the other."""
    made = QtWidgets.QMainWindow()
    bar = QtWidgets.QToolBar()
    bar.setObjectName('MinimizedDockWidgetsToolbar')
    made.addToolBar(QtCore.Qt.BottomToolBarArea, bar)
    for name in names:
        dock = QtWidgets.QDockWidget(name)
        dock.setObjectName(name)
        made.addDockWidget(QtCore.Qt.BottomDockWidgetArea, dock, QtCore.Qt.Vertical)
    return made


def test_docks_are_side_by_side_as_wide_as_wanted():
    made = window(('left', 'right'))
    assert made.restoreGeometry(QtCore.QByteArray(geometry(10, 20, 600, 400)))
    made.show()
    assert made.restoreState(QtCore.QByteArray(docks({'left': 400, 'right': 200}, 400)))
    QtWidgets.QApplication.processEvents()
    assert (made.width(), made.height()) == (600, 400)
    left, right = (made.findChild(QtWidgets.QDockWidget, name) for name in ('left', 'right'))
    assert left.y() == right.y() and left.x() < right.x()
    assert abs(left.width() - 400) < 20 and abs(right.width() - 200) < 20
    made.close()


def test_a_dock_that_is_missing_leaves_its_place_to_the_other():
    made = window(('left',))
    assert made.restoreGeometry(QtCore.QByteArray(geometry(10, 20, 600, 400)))
    made.show()
    assert made.restoreState(QtCore.QByteArray(docks({'left': 400, 'right': 200}, 400)))
    QtWidgets.QApplication.processEvents()
    assert made.findChild(QtWidgets.QDockWidget, 'left').width() == 600
    made.close()
