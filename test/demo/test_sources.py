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

"""Sources of pictures: a video, a folder, and how frames are fitted into a size."""

import itertools
import struct

import cv2
from fer_ros.bench.tracking_playback import frames_of
from fer_ros.demo import sources
from fer_ros.demo.sources import SourceError
from fer_ros.stream.deep import to_8_bits
import numpy as np
import pytest
from work import no_more_memory_than


def shade(value, height=60, width=80):
    """Return a bgr picture of one grey value."""
    return np.full((height, width, 3), value, np.uint8)


@pytest.fixture
def film(tmp_path):
    """Return a video of ten frames at 10 Hz, getting brighter."""
    path = tmp_path / 'film.avi'
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'MJPG'), 10, (80, 60))
    assert writer.isOpened()
    for number in range(10):
        writer.write(shade(20 * number))
    writer.release()
    return path


def test_video_plays_at_its_own_times(film):
    frames = list(sources.video(film))
    assert [seconds for _, seconds in frames] == pytest.approx([k / 10 for k in range(10)])
    assert [int(frame.mean()) for frame, _ in frames] == pytest.approx(
        [20 * k for k in range(10)], abs=4)


@pytest.mark.parametrize('codec', ['I420', 'FFV1', 'MJPG', 'HFYU'])
def test_frames_larger_than_images_may_be_are_refused_before_one_is_decoded(tmp_path, codec):
    path = tmp_path / 'bomb.avi'
    writer = cv2.VideoWriter(
        str(path), cv2.CAP_FFMPEG, cv2.VideoWriter_fourcc(*codec), 10, (80, 60))
    if not writer.isOpened():
        pytest.skip(f'this OpenCV does not write {codec}')
    for _ in range(3):
        writer.write(shade(9))
    writer.release()
    # What the container says of the size, and what the pictures in it say.
    path.write_bytes(path.read_bytes().replace(
        struct.pack('<II', 80, 60), struct.pack('<II', 10000, 8000)).replace(
        struct.pack('>HH', 60, 80), struct.pack('>HH', 8000, 10000)))
    # A frame takes 240 MB.
    with no_more_memory_than(60 << 20), pytest.raises(
            SourceError, match='bomb.avi has frames of 10000x8000, more than the 64 megapixels'):
        list(sources.video(path))


@pytest.mark.parametrize('rate, count', [
    # A faster camera sees frames again, a slower one misses some; the film stays as long.
    (20, 20), (10, 10), (5, 5),
])
def test_video_seen_at_another_rate(film, rate, count):
    frames = list(sources.video(film, rate))
    assert len(frames) == count
    assert frames[-1][1] == pytest.approx(1.0 - 1 / rate)


def test_folder_shows_each_picture_by_name_and_skips_what_is_none(tmp_path, capsys):
    cv2.imwrite(str(tmp_path / 'b.png'), shade(200))
    cv2.imwrite(str(tmp_path / 'a.jpg'), shade(100))
    (tmp_path / 'broken.png').write_bytes(b'no picture')
    (tmp_path / 'notes.txt').write_text('no picture')
    found = list(sources.pictures(tmp_path))
    assert [(path.name, int(picture[30, 40, 0])) for path, picture in found] == [
        ('a.jpg', 100), ('b.png', 200)]
    assert 'broken.png is left out' in capsys.readouterr().err


def test_embedded_clip_goes_on_after_its_end():
    frames = list(itertools.islice(sources.embedded(1.0, (64, 64)), 25))
    assert [seconds for _, seconds in frames] == list(range(25))
    assert np.array_equal(frames[3][0], frames[15][0])
    assert not np.array_equal(frames[0][0], frames[3][0])


@pytest.mark.parametrize('open_it, words', [
    (lambda folder: sources.video(folder / 'no.mp4'), 'no.mp4 does not exist'),
    (lambda folder: sources.video(folder / 'bad.mp4'), 'cannot be decoded'),
    (lambda folder: sources.pictures(folder / 'no'), 'is not a folder'),
    (lambda folder: sources.pictures(folder), 'holds no picture'),
    # No machine has that many cameras.
    (lambda folder: sources.camera(97, 30), 'camera 97 cannot be opened'),
])
def test_bad_sources_are_named(tmp_path, open_it, words):
    (tmp_path / 'bad.mp4').write_bytes(b'no video')
    with pytest.raises(SourceError, match=words):
        next(open_it(tmp_path))


@pytest.mark.parametrize('size, inner', [
    # Wider than the picture: bars left and right.
    ((200, 60), (slice(0, 60), slice(60, 140))),
    # Taller: bars above and below.
    ((40, 60), (slice(15, 45), slice(0, 40))),
])
def test_fit_keeps_the_shape_of_faces(size, inner):
    result = sources.fit(shade(90), size)
    assert result.shape == (size[1], size[0], 3)
    expected = np.zeros_like(result)
    expected[inner] = 90
    assert np.array_equal(result, expected)


def test_fit_leaves_what_fits_alone():
    frame = shade(1)
    assert sources.fit(frame, None) is frame
    assert sources.fit(frame, (80, 60)) is frame


#: When the frames of a telephone's video came, milliseconds.
VARYING = (0, 33, 66, 500, 1000, 1033, 3000, 3050, 5000)


def element(name, content):
    """Return an element of a Matroska file; whole numbers take eight bytes."""
    if isinstance(content, int):
        content = content.to_bytes(8, 'big')
    return bytes.fromhex(name) + ((1 << 56) | len(content)).to_bytes(8, 'big') + content


def matroska(times):
    """Return a Matroska file of MJPEG frames at these milliseconds, getting brighter."""
    blocks = b''.join(
        element('A3', b'\x81' + milliseconds.to_bytes(2, 'big') + b'\x80'
                + cv2.imencode('.jpg', shade(20 * number))[1].tobytes())
        for number, milliseconds in enumerate(times))
    track = (element('D7', 1) + element('73C5', 1) + element('83', 1)
             + element('86', b'V_MJPEG') + element('E0', element('B0', 80) + element('BA', 60)))
    return element('1A45DFA3', element('4282', b'matroska')) + element('18538067', (
        element('1549A966', element('2AD7B1', 1_000_000))
        + element('1654AE6B', element('AE', track))
        + element('1F43B675', element('E7', 0) + blocks)))


def test_a_video_of_varying_rate_lasts_as_long_as_it_took(tmp_path):
    (tmp_path / 'varying.mkv').write_bytes(matroska(VARYING))
    frames = list(sources.video(tmp_path / 'varying.mkv'))
    assert [seconds for _, seconds in frames] == pytest.approx(
        [milliseconds / 1000 for milliseconds in VARYING])
    assert [int(frame.mean()) for frame, _ in frames] == pytest.approx(
        [20 * k for k in range(9)], abs=4)
    # Clips of the benchmark are played by the same times.
    assert [(int(frame.pixels.mean()), seconds) for frame, seconds in frames_of(
        tmp_path / 'varying.mkv')] == [(int(frame.mean()), seconds) for frame, seconds in frames]


def test_a_camera_sees_of_it_what_was_there_at_its_times(tmp_path):
    (tmp_path / 'varying.mkv').write_bytes(matroska(VARYING))
    frames = list(sources.video(tmp_path / 'varying.mkv', rate=2))
    # The last frame stands for as long as the others do on average, 0.625 s.
    assert [seconds for _, seconds in frames] == pytest.approx([k / 2 for k in range(12)])
    numbers = [round(frame.mean() / 20) for frame, _ in frames]
    assert numbers == [0, 3, 4, 5, 5, 5, 6, 7, 7, 7, 8, 8]


def test_a_deep_video_is_scaled_as_raw_images_are(tmp_path):
    path = str(tmp_path / 'thermal.mkv')
    writer = cv2.VideoWriter(
        path, cv2.CAP_FFMPEG, cv2.VideoWriter_fourcc(*'FFV1'), 10, (80, 60),
        [cv2.VIDEOWRITER_PROP_DEPTH, cv2.CV_16U, cv2.VIDEOWRITER_PROP_IS_COLOR, 0])
    if not writer.isOpened():
        pytest.skip('this OpenCV writes no FFV1')
    ramp = np.linspace(7200, 7900, 60 * 80).reshape(60, 80).astype(np.uint16)
    for _ in range(3):
        writer.write(ramp)
    writer.release()
    frames = [frame for frame, _ in sources.video(path)]
    assert len(frames) == 3
    assert np.array_equal(frames[0][..., 0], to_8_bits(ramp))
    assert frames[0].max() == 255 and frames[0].min() == 0


def test_a_folder_is_in_the_order_of_numbers_without_what_is_cut(tmp_path, capsys):
    for number in (10, 2, 1):
        cv2.imwrite(str(tmp_path / f'{number}.png'), shade(20 * number))
    data = cv2.imencode('.jpg', shade(100))[1].tobytes()
    (tmp_path / '3.jpg').write_bytes(data[:len(data) // 2] + b'\xff\xd9')
    found = list(sources.pictures(tmp_path))
    assert [path.name for path, _ in found] == ['1.png', '2.png', '10.png']
    assert [int(picture[0, 0, 0]) for _, picture in found] == [20, 40, 200]
    assert '3.jpg is left out: JPEG' in capsys.readouterr().err


def test_a_camera_is_read_as_it_sees_until_it_is_unplugged(film):
    # OpenCV reads a file by the same call: a camera that is gone after ten pictures.
    frames = sources.camera(str(film), 10, (40, 30))
    seen = [next(frames) for _ in range(10)]
    assert all(picture.shape[:2] == (30, 40) for picture, _ in seen)
    times = [seconds for _, seconds in seen]
    assert times == sorted(times) and times[0] >= 0.0
    with pytest.raises(SourceError, match='unplugged'):
        next(frames)


def test_a_video_whose_name_is_not_utf8_is_refused(film):
    # OpenCV ends the process that gives it such a name.
    other = film.with_name('\udcff.avi')
    film.rename(other)
    with pytest.raises((SourceError, OSError), match='UTF-8'):
        next(iter(sources.own_rate(other) and frames_of(other)))
