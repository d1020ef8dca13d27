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

"""Values of command-line options: what is refused, and what is said then."""

from argparse import ArgumentTypeError
from contextlib import contextmanager
import os

from fer_ros import arguments
import pytest


@pytest.mark.parametrize('kind, text, value', [
    (arguments.whole(1), '1', 1), (arguments.whole(0, 9), '9', 9),
    (arguments.number(0.1, 2), '0.1', 0.1), (arguments.number(0), '1e9', 1e9),
    (arguments.parameter('threads'), '64', 64),
    (arguments.parameter('detection_interval'), '0', 0.0),
])
def test_what_is_in_the_range_is_taken(kind, text, value):
    assert kind(text) == value and type(kind(text)) is type(value)


@pytest.mark.parametrize('kind, text, words', [
    (arguments.whole(1), 'x', "'x' is no whole number; use 1 or more"),
    (arguments.whole(1, 1_000_000), '1.5', "'1.5' is no whole number; use 1 to 1000000"),
    (arguments.whole(1, 9), '10', '10 is out of range; use 1 to 9'),
    (arguments.number(0.1, 2), '', "'' is no number; use 0.1 to 2"),
    (arguments.number(0.1), 'nan', 'nan is out of range; use 0.1 or more'),
    (arguments.number(0.1), '-inf', '-inf is out of range'),
    (arguments.parameter('threads'), '0', '0 is out of range; use 1 to 64'),
])
def test_what_is_not_is_told(kind, text, words):
    with pytest.raises(ArgumentTypeError) as error:
        kind(text)
    assert words in str(error.value)


def test_paths(tmp_path):
    file, new = tmp_path / 'file.png', tmp_path / 'new' / 'a' / 'b.png'
    file.write_text('x')
    # All of them take what can be used, and none makes anything.
    for kind, path in (
            (arguments.input_file, file), (arguments.input_folder, tmp_path),
            (arguments.output_file, file), (arguments.output_file, tmp_path / 'b'),
            (arguments.output_folder, tmp_path), (arguments.output_folder, new),
            (arguments.made_file, new), (arguments.made_file, file),
            (arguments.plot_file, tmp_path / 'b.PDF')):
        assert kind(str(path)) == path
    assert arguments.or_standard_output(arguments.output_file)('-') == '-'
    assert [path.name for path in tmp_path.iterdir()] == ['file.png']
    for kind, path, words in (
            (arguments.input_file, tmp_path, 'is a folder'),
            (arguments.input_file, new, 'does not exist'),
            (arguments.input_folder, file, 'is a file'),
            (arguments.input_folder, new, 'does not exist'),
            (arguments.output_file, tmp_path, 'is a folder'),
            (arguments.output_file, new, f"the folder '{new.parent}' does not exist"),
            (arguments.output_folder, file, 'is a file'),
            (arguments.output_folder, file / 'a', 'is a file'),
            (arguments.made_file, file / 'a', 'is a file'),
            (arguments.made_file, tmp_path, 'is a folder'),
            (arguments.plot_file, tmp_path / 'b.txt', 'does not end in .png, .svg, .pdf')):
        with pytest.raises(ArgumentTypeError) as error:
            kind(str(path))
        assert words in str(error.value)


@contextmanager
def as_nobody():
    """Be asked for permissions as a user who has none; root may do everything."""
    if os.getuid() != 0:
        yield
        return
    # `os.access` asks for the real user; the effective one stays, so that it can be taken back.
    os.setreuid(65534, 0)
    try:
        yield
    finally:
        os.setreuid(0, 0)


def test_what_may_not_be_used(tmp_path):
    file = tmp_path / 'file'
    file.write_text('x')
    file.chmod(0)
    tmp_path.chmod(0o555)
    with as_nobody():
        for kind, path, words in (
                (arguments.input_file, file, 'may not be read'),
                (arguments.output_file, file, 'may not be written'),
                (arguments.output_folder, tmp_path / 'new', 'may not be written'),
                (arguments.made_file, tmp_path / 'new' / 'file', 'may not be written')):
            with pytest.raises(ArgumentTypeError, match=words):
                kind(str(path))
    tmp_path.chmod(0o755)
