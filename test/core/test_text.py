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

"""Text from outside as it is shown."""

from fer_ros.core.text import counted, did_you_mean, natural_order, shown
import pytest


@pytest.mark.parametrize('text, wanted', [
    ('bgr8', 'bgr8'),
    ('', ''),
    ('Kamera Süd, 前', 'Kamera Süd, 前'),  # letters of any language are printable
    ('a\nb\tc\x1b[31m\0', r'a\nb\tc\x1b[31m\x00'),  # no line, colour or bell reaches a log
    ('\u202etxt.exe', r'\u202etxt.exe'),  # nor a change of direction
    ('\ud800', r'\ud800'),  # a lone surrogate cannot be written to a file
    (b'\xff\xd8jpeg', 'ÿØjpeg'),
    (b'\x89PNG\r\n', r'\x89PNG\r\n'),
    ('x' * 80, 'x' * 80),
    ('x' * 81, 'x' * 63 + '… (81 characters)'),
])
def test_shown(text, wanted):
    assert shown(text) == wanted


@pytest.mark.parametrize('text', [
    'e' * 1_000_000, '\n' * 1_000_000, b'\0' * 1_000_000, '\U000e0001' * 79, '😀' * 80])
@pytest.mark.parametrize('limit', [40, 80, 200])
def test_nothing_is_longer_than_the_limit(text, limit):
    result = shown(text, limit)
    assert len(result) <= limit
    assert result.isprintable() and len(text) <= limit or f'({len(text)} characters)' in result


def test_names_are_in_the_order_of_their_numbers():
    names = ['10.png', 'a2', 'a10', '2.png', 'a1b20', 'a1b3', '²', 'x', '02.png', '1']
    assert sorted(names, key=natural_order) == [
        '1', '02.png', '2.png', '10.png', 'a1b3', 'a1b20', 'a2', 'a10', 'x', '²']


@pytest.mark.parametrize('name, otherwise, wanted', [
    ('hapy', '', "; did you mean 'happy'?"),
    ('HAPPY', 'look it up', "; did you mean 'happy'?"),
    ('ärgr', '', "; did you mean 'Ärger'?"),
    ('x', '', ''),
    ('x' * 1_000_000, 'look it up', '; look it up'),
])
def test_the_nearest_known_name_is_asked_for(name, otherwise, wanted):
    assert did_you_mean(name, iter(['happy', 'sad', 'Ärger']), otherwise) == wanted
    assert did_you_mean(name, ()) == ''


@pytest.mark.parametrize('number, words, wanted', [
    (0, ('face',), '0 faces'), (1, ('face',), '1 face'), (2, ('face',), '2 faces'),
    (10_000, ('face',), '10,000 faces'), (1, ('person', 'people'), '1 person'),
    (3, ('person', 'people'), '3 people')])
def test_things_are_counted_in_words(number, words, wanted):
    assert counted(number, *words) == wanted
