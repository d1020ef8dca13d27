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

"""Images that cannot be: each is refused with its reason, and the next good one is answered."""

import time

import numpy as np
import pytest
from support import CLIP, image_message, next_start, stamp_of, stamped, wait_for
from world import ERROR, WARN

REFUSED = 'the image is left out; camera ERROR says'


def case(name, what, says, words, **values):
    """Return a parameter: the row of the table, the words of the status, the image's fields."""
    return pytest.param(
        values, words, id=name, marks=pytest.mark.fault(what, f'{REFUSED} {says}'))


@pytest.mark.parametrize('values, words', [
    case('zero-width', 'image of zero width', 'its size', ['image size is 0x480'], width=0),
    case('zero-size', 'image without pixels and data', 'its size', ['image size is 0x0'],
         width=0, height=0, step=0, data=b''),
    case('no-data', 'image without data', 'how many bytes there should be',
         ['truncated: 0 bytes'], data=b''),
    case('short', 'image with too little data', 'how many bytes there are and should be',
         ['truncated: 921599 bytes'], data=bytes(640 * 480 * 3 - 1)),
    case('over-long', 'image with too much data', 'how many bytes there are and should be',
         ['over-long: 10000000 bytes'], data=bytes(10_000_000)),
    case('step-small', '`step` shorter than a row', 'the step', ['step is 100'], step=100),
    case('step-zero', '`step` 0', 'the step', ['step is 0'], step=0),
    case('step-huge', '`step` of 4 GB', 'the step or how many bytes there should be',
         ['4294967295'], step=2 ** 32 - 1),
    case('encoding', 'an encoding nobody knows', 'the encoding and which are supported',
         ["'foo64'", 'supported'], encoding='foo64'),
    case('encoding-long', 'an encoding of a million control characters',
         'the encoding, escaped and cut', ['\\x1b'], encoding='\x1b[2J' * 250_000),
    case('encoding-deep', 'an encoding that does not fit `step`', 'the step',
         ['step is 1920'], encoding='rgb16'),
    case('16k-claim', '`width` and `height` of 16384 with little data',
         'how many megapixels there may be', ['16384x16384', 'max_megapixels'],
         width=16384, height=16384, step=3 * 16384),
    case('largest-claim', '`width` and `height` of 4 billion',
         'how many megapixels there may be', ['4294967295x4294967295'],
         width=2 ** 32 - 1, height=2 ** 32 - 1, step=2 ** 32 - 1),
])
def test_unusable_image(world, values, words):
    bad = image_message(CLIP.frame(0))
    for name, value in values.items():
        setattr(bad, name, value)
    world.tell(lambda: bad, ERROR, 'images unusable', *words)


@pytest.mark.fault(
    'every second image unusable', 'the others are all answered; camera ERROR counts them')
def test_bad_images_between_good_ones(world):
    seen, stamp = world.diagnostics.count, next_start(3.0)
    good = []
    for number in range(60):
        message = image_message(CLIP.frame(number), stamp=stamp + number / 30)
        if number % 2:
            message.data = message.data[:1000]
            world.camera.publish(message)
        else:
            good.append(message)
            world.camera.publish(message)
            world.wait_answered(message)
    assert len(world.received) == len(good) + 2
    world.diagnostics.wait('fer: camera', ERROR, 'unusable', since=seen)


@pytest.mark.fault('an 8K image (7680×4320, 100 MB)', 'it is answered like any other')
def test_8k(world):
    big = image_message(np.tile(CLIP.frame(130), (9, 12, 1)), stamp=next_start(1.0))
    assert (big.width, big.height) == (7680, 4320)
    world.camera.publish(big)
    world.wait_answered(big)


@pytest.mark.fault(
    'size and encoding change with every image', 'every image is answered, boxes in its pixels')
def test_sizes_change(world):
    stamp = next_start(2.0)
    random = np.random.default_rng(8)
    for number in range(30):
        height, width = random.integers(1, 900, 2)
        encoding, channels = [('bgr8', 3), ('mono8', 1), ('rgba8', 4), ('rgb8', 3)][number % 4]
        pixels = random.integers(0, 256, (height, width, channels), np.uint8)
        message = image_message(pixels, encoding, stamp=stamp + number / 30)
        world.camera.publish(message)
        world.wait_answered(message)
        answer = world.received[-1]
        for one in answer.detections:
            assert 0 <= one.bbox.center.position.x <= width


@pytest.mark.fault(
    'a flood of 300 large images a second', 'the newest one is taken, the others are counted as '
    'dropped; inference WARN says the machine is too slow; memory stays')
def test_flood(own):
    # A fast machine sends fewer than it could process, unless each takes long.
    world = own(load_shedding=False, detection_interval=0.0, **{'detector.long_side': 1280})
    world.well()
    images = [image_message(np.tile(CLIP.frame(index), (2, 2, 1))) for index in range(20)]
    start, sent, last = next_start(0.0), 0, None
    world.received.clear()

    def flood():
        nonlocal sent, last
        for _ in range(30):
            message = images[sent % len(images)]
            # Whatever this machine can send: the stamps are those of 300 a second.
            stamped(message, start + sent / 300)
            world.camera.publish(message)
            last = stamp_of(message)
            sent += 1

    def too_slow():
        world.diagnostics.wait(
            'fer: inference', WARN, 'machine is too slow', 'frames dropped', meanwhile=flood)
    too_slow()
    before = world.usage()['mb']
    for _ in range(3):
        too_slow()
    assert world.usage()['mb'] < before + 50
    stamps = [stamp_of(one) for one in world.received]
    assert stamps == sorted(set(stamps)) and len(stamps) < sent
    # The stamps of other tests would be in the future until then.
    wait_for(lambda: time.time() > start + sent / 300, 'the time of the last stamp')
    wait_for(lambda: stamp_of(world.received[-1]) == last, 'the answer to the newest one')
    world.well(10)
