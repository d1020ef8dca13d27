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

import ctypes
import os
import subprocess
import sys
import threading
import time

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


def complain(word):
    """Write to standard error as libraries of C do."""
    ctypes.CDLL(None).perror(word.encode())


def test_nobody_elses_words_are_lost(capfd):
    with decoder_complaints.COMPLAINTS.heard() as words:
        print('Python', file=sys.stderr, flush=True)
        os.write(2, b'descriptor\n')
        complain('library')
        # Another thread that decodes at the same time is not held up.
        thread = threading.Thread(target=decode, args=(cv2.imencode('.png', NOISE)[1],))
        thread.start()
        thread.join(60.0)
        assert not thread.is_alive()
    assert not words
    said = capfd.readouterr().err.splitlines()
    assert [line.split(':')[0] for line in said] == ['Python', 'descriptor', 'library']


@pytest.mark.fault('other libraries write to standard error while a damaged picture is decoded',
                   'what they say is handed on; no picture is blamed for it')
def test_threads_that_decode_at_once_blame_no_picture_of_another(capfd, monkeypatch):
    monkeypatch.setattr(decoder_complaints, 'PERIOD', 0.0)
    good, broken = cv2.imencode('.png', NOISE)[1], damaged('.png', 0)
    faults, ended = [], threading.Event()

    def decode_good():
        while not ended.is_set():
            try:
                decode(good)
            except ImageError as error:
                faults.append(error)

    def decode_damaged():
        for _ in range(300):
            with pytest.raises(ImageError) as refusal:
                decode(broken)
            if 'library' in str(refusal.value):
                faults.append(refusal.value)

    def others():
        for _ in range(300):
            complain('library')
            time.sleep(0)

    threads = [threading.Thread(target=each) for each in (
        decode_good, decode_damaged, decode_damaged, others)]
    for thread in threads:
        thread.start()
    for thread in threads[1:]:
        thread.join(60.0)
    ended.set()
    threads[0].join(60.0)
    lines = capfd.readouterr().err.splitlines()
    assert not faults
    assert not [line for line in lines if 'library' not in line]
    # libpng ends its lines by a second write: what comes between the two is taken for its own.
    assert 290 <= sum(line.count('library') for line in lines) <= 300
    # All is as it was before.
    with pytest.raises(ImageError, match='libpng error: IDAT'):
        decode(broken)


def test_more_complaints_than_are_kept_are_one_line(capfd, monkeypatch):
    monkeypatch.setattr(decoder_complaints, 'PERIOD', 0.0)
    # A test before this one may have had a line told, after which there is none for five seconds.
    monkeypatch.setattr(decoder_complaints.COMPLAINTS, '_due', 0.0)
    png = cv2.imencode('.png', NOISE)[1].tobytes()
    # A palette of a length that none has, once more and once more.
    chunk = b'\0\0\0\x05PLTE12345\0\0\0\0'
    decode(np.frombuffer(png[:33] + 50_000 * chunk + png[33:], np.uint8))
    line, = capfd.readouterr().err.splitlines()
    assert line.startswith('the image is damaged, but used: libpng') and len(line) < 250


def test_it_goes_on_without_a_descriptor(monkeypatch, capfd):
    def no_descriptor():
        raise OSError(24, 'Too many open files')
    monkeypatch.setattr(os, 'pipe', no_descriptor)
    complaints = decoder_complaints.Complaints()
    with complaints.heard() as words:
        cv2.imdecode(damaged('.png', 0), cv2.IMREAD_COLOR)
    assert words == [] and 'libpng error' in capfd.readouterr().err


@pytest.mark.parametrize('redirection', ['2>&-', '2>/dev/full', '<&- >&- 2>&-'])
def test_where_nobody_hears_it_pictures_are_decoded(redirection):
    code = ("import test_decoder_complaints as test; test.decode(test.damaged('.jpg', 3)); "
            "test.complain('library')")
    subprocess.run(
        ['sh', '-c', f'exec "$0" -c "$1" {redirection}', sys.executable, code], timeout=120,
        check=True, env={**os.environ, 'PYTHONPATH': os.pathsep.join(
            (os.path.dirname(__file__), os.getcwd()))})


def test_an_error_leaves_standard_error_as_it_was(capfd):
    with pytest.raises(ZeroDivisionError):
        with decoder_complaints.COMPLAINTS.heard():
            raise ZeroDivisionError
    decoder_complaints._make_ear()
    cv2.imdecode(damaged('.png', 0), cv2.IMREAD_COLOR)
    assert 'libpng error' in capfd.readouterr().err
