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

"""Bombs between good frames, and large inputs: the node lives, says why, and memory stays low."""

import array
from pathlib import Path
import struct
import zlib

import cv2
from diagnostic_msgs.msg import DiagnosticStatus
from fer_ros.core.input_sizes import WINDOW
import numpy as np
import pytest
from rcl_interfaces.srv import SetParametersAtomically
from rclpy.parameter import Parameter
from sensor_msgs.msg import CompressedImage
from support import CLIP, FerProcess, image_message, Peer, play, running, stamp_of, stamped

SMALL = np.full((48, 64, 3), 90, np.uint8)


def compressed(data, stamp):
    """Return a compressed image message of some bytes."""
    message = CompressedImage(format='jpeg')
    message.data = array.array('B', data)
    return stamped(message, stamp, 'camera')


def encoded(suffix, *options):
    """Return the bytes of a small picture."""
    return cv2.imencode(suffix, SMALL, list(options))[1].tobytes()


def jpeg(width, height, scans=0):
    """Return a small progressive JPEG that says another size, its last scan repeated."""
    data = encoded('.jpg', cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
    last = data[data.rindex(b'\xff\xda'):-2]
    at = data.index(b'\xff\xc2') + 5
    return (data[:at] + struct.pack('>HH', height, width) + data[at + 4:-2] + last * scans
            + b'\xff\xd9')


def chunk(name, content):
    """Return a chunk of a PNG."""
    return struct.pack('>I', len(content)) + name + content + struct.pack(
        '>I', zlib.crc32(name + content))


def png(width, height):
    """Return a small PNG that says another size."""
    data = encoded('.png')
    header = struct.pack('>II', width, height) + data[24:29]
    return data[:8] + chunk(b'IHDR', header) + data[33:]


TIFF = b'II*\0' + struct.pack(
    '<IHHHIIHHIII', 8, 2, 256, 4, 1, 30000, 257, 4, 1, 30000, 0)

BOMBS = {
    'a progressive JPEG': (jpeg(30000, 30000), '30000x30000, 900.0 megapixels'),
    'passes over a large JPEG': (jpeg(8000, 8000, 80), '8000x8000 has 90 scans'),
    'a TIFF': (TIFF, '30000x30000, 900.0 megapixels'),
    'no markers': (b'\xff\xd8' + b'\xff' * 500_000, 'truncated'),
    'a size that overflows': (png(2**31 - 1, 2**31 - 1), '2147483647x2147483647'),
    'another format': (encoded('.gif') if cv2.haveImageWriter('a.gif') else b'GIF89a', '47494638'),
}


def memory_of(process):
    """Return what a process has in memory, MB."""
    return int(Path(f'/proc/{process.pid}/statm').read_text().split()[1]) * 4096 / 1e6


@pytest.mark.timeout(300)
def test_good_frames_around_bombs_are_all_answered():
    texts = encoded('.png')
    texts = texts[:33] + chunk(
        b'zTXt', b'key\0\0' + zlib.compress(bytes(7_000_000), 9)) * 100 + texts[33:]
    with running(FerProcess(image_transport='compressed'), Peer()) as (process, peer):
        received, diagnostics = peer.expressions(), peer.diagnostics()

        def good(pixels, stamp):
            return compressed(cv2.imencode('.jpg', pixels)[1].tobytes(), stamp)
        camera = peer.camera(received, '/image/compressed', CompressedImage, make=good)
        start = 100.0
        play(camera, received, range(3), start, good)
        before_all = memory_of(process)
        for data, words in BOMBS.values():
            before = diagnostics.count
            camera.publish(compressed(data, start + 0.5))
            diagnostics.wait(
                'fer: camera', DiagnosticStatus.ERROR, 'images unusable', words, since=before)
            start += 1.0
            play(camera, received, range(2), start, good)
        # Metadata of 700 MB are no fault: they are not looked at.
        camera.publish(compressed(texts, start + 0.5))
        stamps = play(camera, received, range(2), start + 1.0, good)
        assert {stamp_of(one) for one in received} > set(stamps)
        assert process.running and memory_of(process) < before_all + 100


@pytest.mark.parametrize('fault, words', [
    ({'width': 4_000_000_000}, '4000000000x480'),
    ({'width': 2**32 - 1, 'height': 2**32 - 1, 'step': 2**32 - 1}, '4294967295x4294967295'),
    ({'width': 9000, 'height': 9000, 'step': 27000}, '81.0 megapixels, more than the 64'),
    ({'width': 8000, 'height': 8000, 'step': 24000}, 'truncated'),
])
def test_raw_images_are_measured_before_memory_is_taken(fault, words, raw):
    process, diagnostics, camera, received = raw
    before = diagnostics.count, memory_of(process)
    bomb = image_message(CLIP.frame(0), stamp=5.0)
    for name, value in fault.items():
        setattr(bomb, name, value)
    received.clear()
    camera.publish(bomb)
    diagnostics.wait(
        'fer: camera', DiagnosticStatus.ERROR, 'images unusable', words, since=before[0])
    play(camera, received, range(2), start=6.0)
    assert process.running and memory_of(process) < before[1] + 100


@pytest.fixture(scope='module')
def raw():
    """Return a node with a raw camera, whose detector looks at every frame."""
    with running(FerProcess(detection_interval=0.0, load_shedding=False), Peer()) as (
            process, peer):
        received = peer.expressions()
        camera = peer.camera(received)
        process.peer = peer
        yield process, peer.diagnostics(), camera, received


def test_memory_comes_back_when_the_detectors_input_is_small_again(raw):
    process, _, camera, received = raw
    used, start = [], 100.0
    # Each frame is looked at in two sizes.
    for side, count in (
            (320, 5), (1280, 3), (320, WINDOW + 5), (1280, 3), (320, WINDOW + 5)):
        request = SetParametersAtomically.Request(
            parameters=[Parameter('detector.long_side', value=side).to_parameter_msg()])
        assert process.peer.call(
            SetParametersAtomically, '/fer/set_parameters_atomically', request).result.successful
        play(camera, received, [1] * count, start)
        start += 100.0
        used.append(memory_of(process))
    taken = used[1] - used[0]
    assert taken > 30
    assert used[2] - used[0] < 0.5 * taken and used[4] - used[0] < 0.5 * taken, used
