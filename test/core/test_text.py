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

"""Text from outside: whatever it is, it stays short and on one line."""

from fer_ros.core.text import shown
import pytest


@pytest.mark.parametrize('text, wanted', [
    ('bgr8', 'bgr8'),
    ('Größe 日本', 'Größe 日本'),
    ('two\nlines\t\x00', r'two\nlines\t\x00'),
    ('\x1b[31mred', r'\x1b[31mred'),        # a terminal would obey
    ('\ud800', r'\ud800'),                  # half of a pair, not encodable
    ('\u202egpj.exe', r'\u202egpj.exe'),    # turns the direction of writing
    (7, '7'),
    ('', ''),
])
def test_shown(text, wanted):
    assert shown(text) == wanted
    shown(text).encode('utf-8')


@pytest.mark.parametrize('text', ['x' * 1_000_000, '\n' * 1_000_000])
def test_a_megabyte_is_cut_and_says_so(text):
    assert len(shown(text)) < 120 and shown(text).endswith('(1000000 characters)')
    assert shown(text[:80], 80) == shown(text, 80).split('…')[0]
