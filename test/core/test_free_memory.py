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

"""The C library's heap: one for all threads, and given back when it is free."""

import json
import platform
import subprocess
import sys

from fer_ros.core import free_memory
import pytest

# In a process of its own, as it cannot be undone.
CODE = """
import ctypes, json, sys, threading
from fer_ros.core.free_memory import keep_heap_together, return_free_memory

def heaps():
    library = ctypes.CDLL(None)
    library.open_memstream.restype = ctypes.c_void_p
    text, size = ctypes.c_char_p(), ctypes.c_size_t()
    stream = ctypes.c_void_p(library.open_memstream(ctypes.byref(text), ctypes.byref(size)))
    library.malloc_info(0, stream)
    library.fclose(stream)
    return text.value.count(b'<heap ')

def resident():
    with open('/proc/self/statm') as statm:
        return int(statm.read().split()[1]) / 256

if sys.argv[1] == 'together':
    keep_heap_together()
start = threading.Barrier(6)
blocks = []

def work():
    start.wait()
    # What stays lies between what goes.
    blocks.extend([bytearray(900_000), bytearray(2_000)] for _ in range(20))

threads = [threading.Thread(target=work) for _ in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
full = resident()
for pair in blocks:
    del pair[0]
return_free_memory()
print(json.dumps([heaps(), full, resident()]))
"""


def run(way):
    """Return the number of heaps, and megabytes before and after memory was given back."""
    done = subprocess.run(
        [sys.executable, '-c', CODE, way], capture_output=True, text=True, timeout=120)
    assert not done.returncode, done.stderr
    return json.loads(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != 'glibc', reason='only glibc has several heaps')
def test_threads_share_one_heap():
    assert run('as ever')[0] > 1
    assert run('together')[0] == 1


@pytest.mark.parametrize('way', ['as ever', 'together'])
def test_what_is_free_goes_back(way):
    _, full, left = run(way)
    # 108 MB were taken for a while.
    assert full - left > 90


def test_without_the_calls_nothing_happens(monkeypatch):
    # musl has neither, and gives memory back by itself.
    monkeypatch.setattr(free_memory, '_MALLOPT', None)
    monkeypatch.setattr(free_memory, '_TRIM', None)
    free_memory.keep_heap_together()
    free_memory.return_free_memory()


@pytest.mark.skipif(platform.libc_ver()[0] != 'glibc', reason='only glibc has several heaps')
def test_it_is_given_back_while_others_take_and_large_ones_come_and_go():
    done = subprocess.run([sys.executable, '-c', BESIDE], capture_output=True, text=True,
                          timeout=120)
    assert not done.returncode, done.stderr
    before, after = json.loads(done.stdout)
    assert after < before + 20


# Threads have taken memory already when the heap is put together, as where somebody imports this
# into a program of theirs; pictures of 100 MB come and go meanwhile.
BESIDE = CODE[:CODE.index('if sys.argv')] + """
ended = threading.Event()

def work():
    kept = []
    while not ended.is_set():
        kept = [bytearray(2_000), bytearray(300_000), *kept[:50]]

threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
keep_heap_together()
looks = []
for _ in range(20):
    large = bytearray(100_000_000)
    del large
    return_free_memory()
    looks.append(resident())
ended.set()
for thread in threads:
    thread.join()
print(json.dumps([looks[5], looks[-1]]))
"""
