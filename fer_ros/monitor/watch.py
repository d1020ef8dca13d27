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

"""The monitor on a terminal: pictures, keys, and the terminal as it was when it ends."""

from __future__ import annotations

import os
import select
import signal
import time

from fer_ros.interruptions import ENDING, Stopped
from fer_ros.monitor.glyphs import ASCII, UNICODE
from fer_ros.monitor.keys import CLOSED, Keyboard
from fer_ros.monitor.model import Monitor
from fer_ros.monitor.sentences import Surroundings
from fer_ros.monitor.terminal import Screen
from fer_ros.monitor.view import picture, Settings

#: What ends the monitor, what stops it for a while, and what only wakes it.
_ENDS, _STOPS, _WAKES = ENDING, (signal.SIGTSTP,), (signal.SIGWINCH,)


class Session:
    """
    What the keys do.

    :param listener: takes the topic to listen to, and switches nodes.
    """

    def __init__(self, monitor: Monitor, listener, settings: Settings):
        self._monitor, self._listener, self.settings = monitor, listener, settings
        self.ended = False
        self._asked = ''

    def press(self, key: str) -> None:
        """Do what a key is for."""
        settings = self.settings
        if settings.question:
            settings.question = ''
            if key in ('y', 'Y'):
                self._listener.enable(self._asked, False)
        elif key in ('q', 'Q', CLOSED, '\x04'):
            self.ended = True
        elif key in ('n', 'tab', 'right', 'down', 'p', 'back tab', 'left', 'up'):
            step = 1 if key in ('n', 'tab', 'right', 'down') else -1
            self._monitor.choose(time.monotonic(), self._monitor.neighbour(step))
        elif key == 'e':
            self._enable()
        elif key == 'v':
            settings.number = 'confidence' if settings.number == 'valence' else 'valence'
        elif key == 'a':
            settings.attention = not settings.attention
            self._listener.attention = settings.attention
        elif key in ('?', 'h'):
            settings.help = not settings.help
        elif key == 'escape':
            settings.help = False

    def _enable(self) -> None:
        node = self._monitor.node
        if node is None or not node.alive:
            self._monitor.switched(
                time.monotonic(), self._monitor.chosen, 'no node is there to be enabled')
        elif node.answering:
            self._asked = node.name
            self.settings.question = f'disable {node.name} for everybody? y / n'
        else:
            self._listener.enable(node.name, True)


class _Signals:
    """Collect signals as bytes of a pipe that can be waited for; put handlers back at the end."""

    def __enter__(self) -> _Signals:
        self.file, write = os.pipe()
        os.set_blocking(write, False)
        os.set_blocking(self.file, False)
        self._write = write
        self._wakeup = signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, lambda *_: None)
                        for number in (*_ENDS, *_STOPS, *_WAKES)}
        return self

    def __exit__(self, *_) -> None:
        signal.set_wakeup_fd(self._wakeup)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self.file)
        os.close(self._write)

    def taken(self) -> set[int]:
        """Return the numbers of the signals that came since the last call."""
        try:
            return set(os.read(self.file, 512))
        except BlockingIOError:
            return set()


def watch(monitor: Monitor, listener, where: Surroundings, unicode: bool, screen: Screen,
          period: float) -> int:
    """
    Draw until q is pressed or a signal comes, and return the exit status.

    :param period: seconds between two pictures.
    """
    with Keyboard() as keyboard, _Signals() as signals:
        session = Session(monitor, listener, Settings(
            UNICODE if unicode else ASCII, attention=listener.attention,
            keys=keyboard.file is not None, where=where))
        screen.start()
        try:
            return _draw(monitor, listener, session, screen, keyboard, signals, period)
        finally:
            screen.stop()


def _draw(monitor, listener, session, screen, keyboard, signals, period) -> int:
    due = 0.0
    files = [signals.file, *([] if keyboard.file is None else [keyboard.file])]
    while not session.ended:
        listener.tell(monitor)
        at = time.monotonic()
        monitor.tick(at)
        monitor.take_events()
        listener.listen(monitor.topic)
        if at >= due:
            width, height = screen.size
            screen.draw(picture(monitor, at, width, height, session.settings))
            due = at + period
        ready = select.select(files, [], [], max(0.0, due - time.monotonic()))[0]
        came = signals.taken() if signals.file in ready else set()
        for number in came & set(_ENDS):
            raise Stopped(number)
        if came & set(_STOPS):
            _stop(screen, keyboard)
        for key in keyboard.pressed():
            session.press(key)
        if ready:
            due = 0.0
    return 0


def _stop(screen: Screen, keyboard: Keyboard) -> None:
    """Give the terminal back while the process is stopped by Ctrl-Z."""
    screen.stop()
    keyboard.stop()
    os.kill(os.getpid(), signal.SIGSTOP)
    keyboard.start()
    screen.start()
