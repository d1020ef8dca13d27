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

"""Damaged pictures do not flood standard error, and nobody else's words are lost meanwhile."""

import os
import subprocess
import sys
import threading

import cv2
from fer_ros.stream import decoder_complaints
from fer_ros.stream.compressed import decode_picture, IN_MESSAGES
from fer_ros.stream.image_limits import ImageError
import numpy as np
import pytest

NOISE = np.random.default_rng(1).integers(0, 256, (60, 80, 3)).astype(np.uint8)


def damaged(suffix, number):
    """Return the bytes of a picture, one of those in its middle changed."""
    data = cv2.imencode(suffix, NOISE)[1].copy()
    data[len(data) // 2 + number] ^= 0x55
    return data


def decode(data):
    return decode_picture(data, wanted_long_side=0, max_pixels=1 << 20, formats=IN_MESSAGES,
                          oriented=False, what='image')


def flood(suffix):
    """Decode a hundred damaged pictures; print how many were used."""
    used = 0
    for number in range(100):
        try:
            decode(damaged(suffix, number))
            used += 1
        except ImageError:
            pass
    print(used)


@pytest.mark.parametrize('suffix', ['.jpg', '.png', '.tiff'])
def test_a_hundred_damaged_pictures_are_a_line_each_period(suffix):
    code = ('import test_decoder_complaints as test; '
            f'test.decoder_complaints.PERIOD = 1e9; test.flood({suffix!r})')
    done = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, timeout=120, check=True,
        env={**os.environ, 'PYTHONPATH': os.pathsep.join(
            (os.path.dirname(__file__), os.getcwd()))})
    lines = done.stderr.splitlines()
    if suffix == '.jpg':
        # libjpeg makes something of most, and says so of each.
        assert int(done.stdout) > 50
        assert len(lines) == 1 and 'the image is damaged, but used: Corrupt JPEG' in lines[0]
    else:
        assert not lines


def test_what_libpng_says_is_in_the_error():
    with pytest.raises(ImageError, match='libpng error: IDAT'):
        decode(damaged('.png', 0))


def test_lines_that_were_passed_over_are_counted(capfd, monkeypatch):
    complaints = decoder_complaints.Complaints()
    monkeypatch.setattr(decoder_complaints, 'PERIOD', 0.0)
    complaints.tell(['one'], 'image')
    monkeypatch.setattr(complaints, '_due', float('inf'))
    for _ in range(3):
        complaints.tell(['two'], 'image')
    monkeypatch.setattr(complaints, '_due', 0.0)
    complaints.tell([], 'image')
    complaints.tell(['three'], 'image')
    assert capfd.readouterr().err.splitlines() == [
        'the image is damaged, but used: one',
        'the image is damaged, but used: three (3 more since)']


def test_nobody_elses_words_are_lost(capfd):
    with decoder_complaints.COMPLAINTS.heard() as words:
        print('Python', file=sys.stderr, flush=True)
        os.write(2, b'descriptor\n')
        # Another thread that decodes at the same time is not held up.
        thread = threading.Thread(target=decode, args=(cv2.imencode('.png', NOISE)[1],))
        thread.start()
        thread.join(60.0)
        assert not thread.is_alive()
    assert not words and capfd.readouterr().err.split() == ['Python', 'descriptor']


def test_it_goes_on_without_a_file_in_memory(monkeypatch):
    def no_descriptor(*_):
        raise OSError(24, 'Too many open files')
    monkeypatch.setattr(os, 'memfd_create', no_descriptor)
    with decoder_complaints.Complaints().heard() as words:
        pass
    assert words == []


def test_an_error_leaves_standard_error_as_it_was(capfd):
    with pytest.raises(ZeroDivisionError):
        with decoder_complaints.COMPLAINTS.heard():
            raise ZeroDivisionError
    decoder_complaints._make_ear()
    cv2.imdecode(damaged('.png', 0), cv2.IMREAD_COLOR)
    assert 'libpng error' in capfd.readouterr().err
