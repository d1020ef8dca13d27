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

"""The monitor's picture: rows of text for a terminal of any size."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import StringIO
import time

from fer_ros.monitor.faces import Canvas, face_rows
from fer_ros.monitor.glyphs import Glyphs, UNICODE
from fer_ros.monitor.model import Monitor
from fer_ros.monitor.reports import Status
from fer_ros.monitor.sentences import latency, Surroundings, waiting
from fer_ros.monitor.states import Event
from rich.console import Console
from rich.text import Text

#: The smallest terminal that anything can be read on.
LEAST_WIDTH, LEAST_HEIGHT = 40, 8

#: Keys and what they do.
KEYS = (('n', 'next node'), ('p', 'previous node'), ('e', 'enable or disable'),
        ('v', 'valence or confidence'), ('a', 'attention'), ('?', 'help'), ('q', 'quit'))

_LEVELS = {'OK': 'green', 'WARN': 'bold yellow', 'ERROR': 'bold red', 'STALE': 'bold magenta'}
_DIM = 'dim'

# Rich wraps text for a console; nothing is written to this one.
_CONSOLE = Console(file=StringIO(), width=80)

_HELP = (
    'Each face has its id, the shown label with its probability, and the last minute of its '
    'valence (-1 to 1) or confidence: in the colour of the label then, underlined where it '
    'changed. Below it stand the probabilities of all labels, where they fit.',
    'latency: from the stamp of the image until its answer arrived here. It is true only if the '
    'clocks of the camera and of this machine agree.',
    'camera and answered: images and answers per second; the first is what the node reports.',
    'a shows whom people attend to: an arrow where the head points, a dot where to the camera, '
    'and the level. The node places points on faces for that, which costs it time.',
    'Diagnostics are those that the node publishes, with what to do about them.',
    'e asks the node, by its service enable, to process no image, or to process them again; that '
    'holds for everybody. One that is not active is configured and activated first.')


@dataclass
class Settings:
    """
    What is shown, and how.

    :param number: of the sparklines, `valence` or `confidence`.
    :param question: shown instead of the keys; '' for none.
    """

    glyphs: Glyphs = UNICODE
    number: str = 'valence'
    attention: bool = False
    help: bool = False  # noqa: A003
    question: str = ''
    keys: bool = True
    where: Surroundings = field(default_factory=lambda: Surroundings('0', 'SUBNET', ''))


def too_small(width: int, height: int) -> str:
    """Return a sentence where a terminal is too small for the picture, else ''."""
    if width >= LEAST_WIDTH and height >= LEAST_HEIGHT:
        return ''
    return (f'This terminal has {width} by {height} characters; fer_monitor needs {LEAST_WIDTH} '
            f'by {LEAST_HEIGHT}. Enlarge it, or end with q.')


def picture(monitor: Monitor, at: float, width: int, height: int,
            settings: Settings) -> list[Text]:
    """Return exactly so many rows, none wider than the terminal."""
    small = too_small(width, height)
    if small:
        return _fit(_wrapped(Text(small), max(width, 1)), width, height)
    head, foot = _head(monitor, at, width, settings), _foot(width, settings)
    room = height - len(head) - 1
    if settings.help:
        body = [row for text in _HELP for row in (*_wrapped(Text(text), width), Text())]
    else:
        body = _body(monitor, at, width, room, settings)
    return _fit([*_fit([*head, *body], width, height - 1), foot], width, height)


def _body(monitor: Monitor, at: float, width: int, room: int, settings: Settings) -> list[Text]:
    glyphs = settings.glyphs
    wait = waiting(monitor, at, settings.where, 'the key e' if settings.keys else '')
    top = _wrapped(Text(glyphs.text(wait), 'bold yellow'), width) if wait else []
    del top[max(1, room // 2):]
    statuses = list(monitor.node.statuses.values()) if monitor.node else []
    problems = [status for status in statuses if status.level != 'OK']
    told = [_rule(_diagnostics_title(monitor, at), width, glyphs)] if statuses else []
    told += [row for status in statuses for row in _status(status, width, glyphs)]
    if monitor.node and not monitor.node.alive:
        # Its last words are not how it is now.
        told = [Text(row.plain, _DIM) for row in told]
    if len(told) > room // 2:
        told = [row for status in problems for row in _status(status, width, glyphs)]
        told = told[:max(1, room // 2)]
    canvas = Canvas(width, glyphs, settings.number, settings.attention)
    left = room - len(top) - len(told)
    shown = bool(monitor.tracks) or not wait
    faces = face_rows(monitor, at, canvas, left - 1) if shown and left > 1 else []
    if faces:
        faces.insert(0, _rule(f'faces, {settings.number} of the last minute', width, glyphs))
    left -= len(faces)
    changes = _changes(monitor, at, left - 1, glyphs) if left > 2 else []
    if changes:
        changes.insert(0, _rule('changes', width, glyphs))
    return [*top, *faces, *told, *changes]


def _diagnostics_title(monitor: Monitor, at: float) -> str:
    node = monitor.node
    if node is None or node.alive:
        return 'diagnostics'
    return f'its last diagnostics, {_ago(at - node.heard)} old'


def _head(monitor: Monitor, at: float, width: int, settings: Settings) -> list[Text]:
    glyphs, node = settings.glyphs, monitor.node
    title = Text(no_wrap=True, style='reverse')
    title.append(f" fer_monitor  {glyphs.text(monitor.chosen or monitor.topic or 'no node')} ")
    if len(monitor.here) > 1 and monitor.chosen in monitor.here:
        title.append(f' {monitor.here.index(monitor.chosen) + 1} of {len(monitor.here)} ')
    if node and node.met:
        state = 'disabled' if node.disabled else node.state or 'state unknown'
        title.append(f" {glyphs.text(state) if node.alive else 'GONE'} ", 'bold')
    clock = time.strftime('%H:%M:%S ')
    title.append(' ' * max(0, width - title.cell_len - len(clock)) + clock)
    if node is None or not node.alive:
        return [title]
    rates = Text(no_wrap=True)
    camera = node.value('camera', 'rate (Hz)') or 'unknown'
    with_unit = f'{float(camera):.1f} Hz' if _is_number(camera) else camera
    rates.append(f' camera {glyphs.text(with_unit)}   answered {monitor.arrivals.rate(at):.1f} Hz')
    took = node.value('inference', 'total (ms)')
    delay = f'latency {latency(monitor, at)}'
    itself = f' (the node itself {float(took):.1f} ms)' if _is_number(took) else ''
    if len(delay) + len(itself) + 1 <= width:
        delay += itself
    if rates.cell_len + len(delay) + 3 <= width:
        return [title, rates.append(f'   {delay}')]
    return [title, rates, *_wrapped(Text(' ' + delay), width)[:2]]


def _foot(width: int, settings: Settings) -> Text:
    if settings.question:
        return Text(f' {settings.glyphs.text(settings.question)}', 'bold reverse')
    if not settings.keys:
        return Text(' standard input is no terminal: no keys; Ctrl-C ends', _DIM)
    foot = Text(no_wrap=True)
    for key, meaning in reversed(KEYS):
        part = f' {key} {meaning} '
        if foot.cell_len + len(part) <= width:
            foot = Text.assemble((f' {key}', 'bold'), (f' {meaning} ', _DIM), foot)
    return foot


def _status(status: Status, width: int, glyphs: Glyphs) -> list[Text]:
    row = Text(' ')
    row.append(f'{status.level:<6}', _LEVELS[status.level])
    row.append(f'{status.name:<10} ', 'bold')
    indent = row.cell_len
    text = Text(glyphs.text(status.problem if status.remedy else status.message))
    rows = _wrapped(text, width - indent)[:3]
    if status.remedy:
        rows += _wrapped(Text(f'{glyphs.arrow} {glyphs.text(status.remedy)}', 'italic'),
                         width - indent)[:3]
    rows = rows or [Text()]
    return [Text.assemble(row, rows[0]),
            *(Text.assemble(' ' * indent, each) for each in rows[1:])]


def _changes(monitor: Monitor, at: float, count: int, glyphs: Glyphs) -> list[Text]:
    events = list(monitor.events)[-count:] if count > 0 else []
    return [_change(event, at, glyphs) for event in reversed(events)]


def _change(event: Event, at: float, glyphs: Glyphs) -> Text:
    values = {name: glyphs.text(str(value)) for name, value in event.values.items()}
    row = Text(f' {_ago(at - event.at):>8}  ', _DIM, no_wrap=True)
    if event.kind == 'label':
        row.append(f"{values['face']}  {values['before']} {glyphs.arrow} ", '')
        row.append(values['label'], 'bold')
    elif event.kind == 'attention':
        row.append(f"{values['face']}  {values['before']} {glyphs.arrow} ", '')
        row.append(values['level'], 'bold')
    elif event.kind == 'face':
        row.append(f"{values['face']}  ", '')
        row.append(f"is {values['is']} ({values['label']})", '')
    elif event.kind == 'status':
        row.append(values['level'], _LEVELS[event.values['level']])
        row.append(f"  {values['status']}: {values['message']}", '')
    else:
        row.append(f'{glyphs.text(event.node)} ', '')
        row.append(values.get('message') or f"is {values.get('is') or values.get('state')}", '')
    return row


def _is_number(text: str) -> bool:
    return text.replace('.', '', 1).isdecimal() and text.isascii()


def _ago(seconds: float) -> str:
    return f'{seconds:.0f} s' if seconds < 120 else f'{seconds / 60:.0f} min'


def _rule(title: str, width: int, glyphs: Glyphs) -> Text:
    return Text(f'{2 * glyphs.rule} {title} '.ljust(width, glyphs.rule), _DIM, no_wrap=True)


def _wrapped(text: Text, width: int) -> list[Text]:
    """Return text in rows of at most so many cells, broken between words where that goes."""
    return list(text.wrap(_CONSOLE, max(width, 2), overflow='fold'))


def _fit(rows: list[Text], width: int, height: int) -> list[Text]:
    """Return so many rows, cut or filled up, none wider than the terminal."""
    rows = rows[:height] + [Text() for _ in range(height - len(rows))]
    for row in rows:
        row.truncate(width)
        row.no_wrap = True
    return rows
