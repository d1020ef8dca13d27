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

"""Pages as a parser of HTML and as Chromium see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html.parser import HTMLParser
import os
from pathlib import Path
import re
import shutil
import subprocess

import pytest


class Structure(HTMLParser):
    """Elements that are opened and closed, as an HTML parser sees them; addresses; images."""

    EMPTY = {'meta', 'img'}

    def __init__(self):
        super().__init__()
        self.open, self.addresses, self.images, self.wrong = [], [], [], []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.addresses += [values[name] for name in ('src', 'href') if name in values]
        if tag == 'img':
            self.images.append(values)
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.EMPTY:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def chromium(folder: Path) -> Callable[..., str]:
    """
    Return what runs Chromium on a page and returns what it prints; skip without one.

    It fails where the page makes the browser complain.

    :param folder: for what the browser keeps.
    """
    program = next(filter(None, map(shutil.which, (
        'chromium', 'chromium-browser', 'google-chrome'))), None)
    if program is None:
        # A machine of the continuous integration may be without one, too.
        pytest.skip('needs a browser: apt install chromium')

    def run(page: Path, *arguments: str) -> str:
        ended = subprocess.run(
            [program, '--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage',
             '--enable-logging=stderr', '--v=0', f'--user-data-dir={folder / "profile"}',
             *arguments, page.as_uri()],
            capture_output=True, text=True, timeout=100, env={**os.environ, 'HOME': str(folder)})
        assert ended.returncode == 0, ended.stderr
        assert 'CONSOLE' not in ended.stderr, ended.stderr
        return ended.stdout
    return run


def with_measures(page: Path, folder: Path, measures: Mapping[str, str]) -> Path:
    """
    Return a copy of a page that leaves measures of itself in its title, as JSON.

    What it is measured with is no part of the page: its own rules let no script run.

    :param measures: expressions of JavaScript by name, in addition to `wide`, the pixels by which
        the page is wider than the window, and `text`, the number of its characters.
    """
    text = page.read_text(encoding='utf-8')
    values = ','.join(f'{name}: {value}' for name, value in {
        'wide': 'document.documentElement.scrollWidth - window.innerWidth',
        'text': 'document.body.innerText.length', **measures}.items())
    script = (f'<script>window.onload = () => {{ document.title = JSON.stringify({{{values}}}) }}'
              '</script></body>')
    open_page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', '', text)
    assert open_page != text
    measured = folder / 'measured.html'
    measured.write_text(open_page.replace('</body>', script), encoding='utf-8')
    return measured
