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

"""What holds for image messages whatever stands in them."""

from types import SimpleNamespace

import cv2
from fer_ros.core.types import Box, Frame
from fer_ros.stream import encodings, images
from fer_ros.stream.deep import to_8_bits
from fer_ros.stream.rotation import box_before, points_before, rotate, ROTATIONS
from hypothesis import assume, example, given, strategies as st
from hypothesis.extra import numpy as st_np
import numpy as np
import pytest

#: Every encoding by name: bytes that a pixel takes in its row.
BYTES = {
    **{name: channels for name, (_, channels) in encodings.VIEWS.items()},
    **{name: 2 for name in encodings.PACKED_YUV},
    **{name: 1 for name in (*encodings.PLANAR_YUV, *encodings.BAYER)},
    **{name: channels * np.dtype(kind).itemsize
       for name, (_, channels, kind) in encodings.DEEP.items()},
}
SIDES = st.integers(1, 24)
U32 = st.integers(0, 2 ** 32 - 1)
PIXELS = st_np.arrays(np.uint8, st.tuples(SIDES, SIDES, st.just(3)))


def message(encoding, width, height, step, data, is_bigendian=0):
    """Return what has the fields of a sensor_msgs/Image."""
    return SimpleNamespace(
        encoding=encoding, width=width, height=height, step=step, data=data,
        is_bigendian=is_bigendian)


def compressed(data, named='jpeg'):
    """Return what has the fields of a sensor_msgs/CompressedImage."""
    return SimpleNamespace(format=named, data=bytes(data))


@st.composite
def whole_messages(draw, names=tuple(BYTES)):
    """Return a strategy of messages in which everything fits."""
    encoding = draw(st.sampled_from(names))
    width, height = draw(SIDES), draw(SIDES)
    if encoding in (*encodings.PACKED_YUV, *encodings.PLANAR_YUV):
        width += width % 2
    if encoding in encodings.PLANAR_YUV:
        height += height % 2
    step = width * BYTES[encoding] + draw(st.integers(0, 9))
    rows = height * 3 // 2 if encoding in encodings.PLANAR_YUV else height
    data = draw(st.binary(min_size=step * rows, max_size=step * rows))
    return message(encoding, width, height, step, data, draw(st.integers(0, 1)))


def refusal(call, *arguments, **named):
    """Return the text of the ImageError, or the frame where there is none."""
    try:
        return call(*arguments, **named)
    except images.ImageError as error:
        text = str(error)
        assert 20 < len(text) < 2000 and text.isprintable()
        return text


@given(st.sampled_from(images.SUPPORTED) | st.text(), U32 | SIDES, U32 | SIDES, U32 | SIDES,
       st.binary(max_size=300), st.integers(0, 255))
def test_any_image_becomes_a_frame_of_its_size_or_is_refused(
        encoding, width, height, step, data, is_bigendian):
    found = refusal(images.to_frame, message(encoding, width, height, step, data, is_bigendian))
    assert isinstance(found, str) or (found.width, found.height) == (width, height)


@given(whole_messages())
def test_an_image_in_which_everything_fits_is_taken_and_its_padding_ignored(whole):
    frame = images.to_frame(whole)
    assert (frame.width, frame.height) == (whole.width, whole.height)
    rows = np.frombuffer(whole.data, np.uint8).reshape(-1, whole.step)
    tight = rows[:, :whole.width * BYTES[whole.encoding]]
    without = images.to_frame(message(
        whole.encoding, whole.width, whole.height, tight.shape[1], tight.tobytes(),
        whole.is_bigendian))
    assert without.color == frame.color and np.array_equal(without.pixels, frame.pixels)


@given(whole_messages(), st.integers(-5, 5).filter(bool))
def test_an_image_of_which_bytes_are_missing_or_too_many_is_refused(whole, more):
    data = whole.data + bytes(more) if more > 0 else whole.data[:more]
    assert isinstance(refusal(images.to_frame, message(
        whole.encoding, whole.width, whole.height, whole.step, data)), str)


@given(whole_messages(tuple(encodings.DEEP)))
def test_byte_order_is_only_how_it_is_written(whole):
    size = np.dtype(encodings.DEEP[whole.encoding][2]).itemsize
    assume(whole.step % size == 0)
    swapped = np.frombuffer(whole.data, f'u{size}').byteswap().tobytes()
    other = message(whole.encoding, whole.width, whole.height, whole.step, swapped,
                    1 - whole.is_bigendian)
    assert np.array_equal(images.to_frame(whole).pixels, images.to_frame(other).pixels)


@given(st_np.arrays(
    st.sampled_from([np.uint8, np.uint16, np.int16, np.int32, np.uint32, np.float32, np.float64]),
    st_np.array_shapes(min_dims=2, max_dims=2, max_side=30)))
def test_brighter_does_not_become_darker(pixels):
    seen = to_8_bits(pixels)
    assert seen.dtype == np.uint8 and seen.shape == pixels.shape
    assert not seen[np.isnan(pixels)].any()
    finite = np.isfinite(pixels)
    order = np.argsort(pixels[finite], kind='stable')
    # OpenCV rounds a half up or down by where the pixel lies.
    assert (np.diff(seen[finite][order].astype(int)) >= -1).all()


@given(st_np.arrays(np.int16, st_np.array_shapes(min_dims=2, max_dims=2, max_side=30),
                    elements=st.integers(-2000, 2000)),
       st.integers(-8, 8), st.integers(-4000, 4000))
def test_unit_and_zero_of_the_values_do_not_matter(pixels, exponent, offset):
    plain = to_8_bits(pixels.astype(np.float64))
    other = to_8_bits((pixels + float(offset)) * 2.0 ** exponent)
    assert np.abs(plain.astype(int) - other).max() <= 1


@given(PIXELS, st.sampled_from(['.jpg', '.png', '.tiff']), st.integers(0, 3))
def test_compressed_pictures_come_out_as_they_went_in(pixels, ending, eighths):
    height, width = pixels.shape[:2]
    data = cv2.imencode(ending, pixels)[1]
    wanted = max(1, max(width, height) // 2 ** eighths)
    frame, factor = images.decode(compressed(data), wanted)
    assert factor in (1, 2, 4, 8) and max(width, height) >= factor * wanted
    assert (frame.width, frame.height) == (-(-width // factor), -(-height // factor))
    if ending != '.jpg':
        assert np.array_equal(images.to_bgr(frame), pixels)


@given(PIXELS, st.sampled_from(['.jpg', '.png']), st.data())
def test_a_picture_that_was_cut_off_is_refused(pixels, ending, data):
    whole = cv2.imencode(ending, pixels)[1].tobytes()
    cut = whole[:data.draw(st.integers(0, len(whole) - 1))]
    found = refusal(images.decode, compressed(cut))
    if not isinstance(found, str):
        assert np.array_equal(images.to_bgr(found[0]), images.to_bgr(
            images.decode(compressed(whole))[0]))


@given(PIXELS, st.sampled_from(['.jpg', '.png', '.tiff']),
       st.lists(st.tuples(st.integers(0, 10 ** 6), st.integers(0, 255)), max_size=6))
def test_a_damaged_picture_is_a_frame_or_refused(pixels, ending, damages):
    data = cv2.imencode(ending, pixels)[1]
    for place, value in damages:
        data[place % data.size] = value
    found = refusal(images.decode, compressed(data))
    assert isinstance(found, str) or isinstance(found[0], Frame)


@given(st.sampled_from([b'', b'\xff\xd8\xff', b'\x89PNG\r\n\x1a\n', b'II*\0', b'MM\0*']),
       st.binary(max_size=100), st.text(max_size=20))
@example(b'\xff\xd8\xff', b'\xff' * 64, 'jpeg')
# A last chunk that is a gigabyte long, says the file; a scan's header, and nothing behind it.
@example(b'\x89PNG\r\n\x1a\n', b'\0\0\0\rIHDR\0\0\0\x08\0\0\0\x08\x08\0\0\0\0\xe1\x64\xe1\x57'
         b'\x40\0\0\0IEND\xae\x42\x60\x82', 'png')
@example(b'\xff\xd8\xff', b'\xc0\0\x0b\x08\0\x08\0\x08\1\1\x11\0\xff\xda\0\x08', 'jpeg')
def test_anything_is_no_picture(start, rest, named):
    found = refusal(images.decode, compressed(start + rest, named))
    assert isinstance(found, str) or isinstance(found[0], Frame)


@given(PIXELS, st.sampled_from(tuple(ROTATIONS)), st.data())
def test_what_is_found_in_a_turned_picture_lies_where_it_lay_before(pixels, degrees, data):
    height, width = pixels.shape[:2]
    turned = rotate(Frame(pixels), degrees)
    x, y = (data.draw(st.integers(0, side - 1)) for side in (turned.width, turned.height))
    (before_x, before_y), = points_before(
        np.array([[x + 0.5, y + 0.5]]), degrees, width, height).astype(int)
    assert (turned.pixels[y, x] == pixels[before_y, before_x]).all()
    box = box_before(Box(float(x), float(y), 1.0, 1.0), degrees, width, height)
    assert box == pytest.approx((before_x, before_y, 1.0, 1.0))


@given(PIXELS, st.sampled_from(tuple(ROTATIONS)))
def test_four_turns_are_none(pixels, degrees):
    frame = Frame(pixels)
    for _ in range(4):
        frame = rotate(frame, degrees)
    assert np.array_equal(frame.pixels, pixels)
