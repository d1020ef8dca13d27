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

"""Compressed images that are larger than they look: refused from their header, cheaply."""

import array
from pathlib import Path
import struct
import zlib

import cv2
import numpy as np
import pytest
from sensor_msgs.msg import CompressedImage
from support import CLIP, next_start, play, stamp_of, stamped
from world import ERROR, World


#: 20 MB of what a JPEG may hold between its parts, as many as it likes.
FILL = b'\xff' * 20_000_000


def message(data: bytes, name: str = 'jpeg') -> CompressedImage:
    """Return a compressed image without a stamp."""
    return CompressedImage(format=name, data=array.array('B', data))


def jpeg(pixels, stamp: float = 0.0) -> CompressedImage:
    """Return a picture as JPEG."""
    return stamped(message(cv2.imencode('.jpg', pixels)[1].tobytes()), stamp)


def claimed_jpeg(width: int, height: int, marker: int = 0xC0) -> bytes:
    """Return a small JPEG whose header says another size; 0xC2 is a progressive one's marker."""
    flags = (cv2.IMWRITE_JPEG_PROGRESSIVE, int(marker == 0xC2))
    data = bytearray(cv2.imencode('.jpg', np.zeros((16, 16, 3), np.uint8), flags)[1].tobytes())
    place = data.index(bytes((0xFF, marker)))
    data[place + 5:place + 9] = struct.pack('>HH', height, width)
    return bytes(data)


def png(width: int, height: int) -> bytes:
    """Return a black PNG of a size, as small as zlib makes it."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (struct.pack('>I', len(data)) + kind + data
                + struct.pack('>I', zlib.crc32(kind + data)))
    packer = zlib.compressobj(9)
    row = b'\0' * (1 + 3 * width)
    packed = b''.join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', header) + chunk(b'IDAT', packed)
            + chunk(b'IEND', b''))


@pytest.fixture(scope='module')
def compressed(shared):
    """Give a world whose node takes compressed images."""
    shared.close()
    world = World(make=jpeg, image_transport='compressed')
    yield world
    world.close()


def case(name, what, make, *words):
    """Return a parameter."""
    return pytest.param(make, words, id=name, marks=pytest.mark.fault(
        what, 'refused before it is decoded, in a bounded time and memory; camera ERROR says why'))


@pytest.mark.parametrize('make, words', [
    case('jpeg', 'a JPEG of 1 kB whose header says 30000×30000',
         lambda: claimed_jpeg(30000, 30000), '30000x30000'),
    case('progressive', 'the same, progressive',
         lambda: claimed_jpeg(30000, 30000, 0xC2), '30000x30000'),
    case('largest', 'a JPEG whose header says 65500×65500',
         lambda: claimed_jpeg(65500, 65500), '65500x65500'),
    case('png', 'a whole PNG of 300 kB with 10000×10000 pixels',
         lambda: png(10000, 10000), '10000x10000'),
    case('fill', '20 MB of 0xFF after the start of a JPEG',
         lambda: b'\xff\xd8' + FILL, 'truncated'),
    case('text', '5 MB of text', lambda: b'<html>' * 800_000, 'neither JPEG nor PNG'),
])
def test_bomb(compressed, make, words):
    world = compressed
    world.well()
    bomb = message(make())
    proc = Path(f'/proc/{world.process.pid}')
    (proc / 'clear_refs').write_text('5')  # the peak starts anew
    before = peak_bytes(proc)
    world.tell(lambda: bomb, ERROR, 'images unusable', *words)
    world.well()
    # A few copies of what was sent; not the gigabytes that it says it has.
    assert peak_bytes(proc) - before < 12 * len(bomb.data) + 100e6


@pytest.mark.fault('20 MB of 0xFF between the parts of a whole JPEG, which are allowed there',
                   'it is answered, in a bounded time and memory')
def test_fill_within(compressed):
    world = compressed
    world.well()
    data = cv2.imencode('.jpg', CLIP.frame(0))[1].tobytes()
    padded = stamped(message(data[:20] + FILL + data[20:]), next_start(1.0))
    world.camera.publish(padded)
    world.wait_answered(padded)
    world.well()


def peak_bytes(proc: Path) -> int:
    """Return the most memory that a process had, resident, since the peak was reset."""
    line = next(one for one in (proc / 'status').read_text().splitlines() if 'VmHWM' in one)
    return int(line.split()[1]) * 1024


@pytest.mark.fault('JPEGs that are damaged in their midst',
                   'used as far as libjpeg makes something of them; a line every 5 s says so')
def test_damaged_jpegs(compressed):
    def damaged(pixels, stamp):
        made = jpeg(pixels, stamp)
        made.data[len(made.data) // 2] ^= 0x55
        return made
    world, count = compressed, 20
    world.well()
    world.received.clear()
    stamps = play(world.camera, world.received, range(count), make=damaged)
    assert [stamp_of(one) for one in world.received] == stamps
    told = [line for line in world.process.log.splitlines() if 'Corrupt JPEG' in line]
    assert 0 < len(told) < count / 2
    assert all("of format 'jpeg' is damaged, but used: " in line for line in told)
