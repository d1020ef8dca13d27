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

"""Videos that hold fewer frames than they promise: which are damaged, and which are not."""

import struct

import pytest
from study_support import sample_pictures, write_video
from fer_ros.boundary import InputError  # noqa: I100
from fer_ros.replay.problems import Problems
from fer_ros.study import videos


def problems_of(path):
    """Return how many frames a video has, and what is said to be wrong with it."""
    problems = Problems()
    frames = list(videos.video_messages(path, problems, videos.promise_of(path)))
    return len(frames), problems.lines()


@pytest.fixture(scope='module')
def pictures():
    """Return 30 pictures."""
    return sample_pictures(every=4)


def stretched(path, at, seconds):
    """Let the frames of a Matroska file from a cluster on come later, as varying rates do."""
    content = bytearray(path.read_bytes())
    marks, place = [], 0
    # Clusters begin with their time: element 0xe7, of so many bytes, in ms.
    while (place := content.find(b'\x1f\x43\xb6\x75', place + 1)) > 0:
        mark = content.find(b'\xe7', place, place + 24)
        marks.append((mark + 2, content[mark + 1] & 0x7f))
    assert len(marks) > at
    for start, length in marks[at:]:
        time = int.from_bytes(content[start:start + length], 'big') + round(1000 * seconds)
        content[start:start + length] = time.to_bytes(length, 'big')
    # The length of the whole: element 0x4489, a float of 8 bytes.
    start = content.find(b'\x44\x89\x88') + 3
    length = struct.unpack('>d', content[start:start + 8])[0] + 1000 * seconds
    content[start:start + 8] = struct.pack('>d', length)
    path.write_bytes(content)


def test_a_video_whose_rate_varies_is_not_damaged(pictures, tmp_path):
    path = write_video(tmp_path / 'in.mkv', pictures, 2.0)
    stretched(path, 2, 20)
    # FFmpeg multiplies length and rate.
    assert videos.promise_of(path).frames == pytest.approx(2.0 * (len(pictures) / 2.0 + 20), abs=2)
    assert problems_of(path) == (len(pictures), [])


@pytest.mark.parametrize('ending, codec', [('.mkv', 'mp4v'), ('.avi', 'MJPG')])
def test_a_truncated_video_is_damaged(ending, codec, pictures, tmp_path):
    path = write_video(tmp_path / f'in{ending}', pictures, 2.0, codec)
    assert problems_of(path) == (len(pictures), [])
    content = path.read_bytes()
    path.write_bytes(content[:len(content) // 2])
    count, (line,) = problems_of(path)
    assert 0 < count < len(pictures)
    assert f'{count} of {len(pictures)} frames can be read; the file is truncated' in line


def test_an_empty_file_is_told_to_be_empty(tmp_path):
    (tmp_path / 'in.mp4').touch()
    with pytest.raises(InputError, match='it is empty, 0 bytes'):
        problems_of(tmp_path / 'in.mp4')


def test_a_recording_of_ros_1_is_told(tmp_path):
    (tmp_path / 'in.bag').write_bytes(b'#ROSBAG V2.0\n' + bytes(4096))
    with pytest.raises(InputError, match='a recording of ROS 1; convert it, .* rosbags-convert'):
        problems_of(tmp_path / 'in.bag')


def test_a_still_picture_beside_sound_is_no_video(pictures, tmp_path):
    path = write_video(tmp_path / 'in.avi', pictures[:1], codec='MJPG')
    assert problems_of(path) == (1, [])
    # As FFmpeg tells of a song with its cover.
    with pytest.raises(InputError, match='sound and a still picture, and no video'):
        list(videos.video_messages(path, Problems(), videos.Promise(180_000, 90_000.0)))


@pytest.mark.parametrize('frames, rate, likely', [
    (300, 30.0, 300), (240, 240.0, 240), (0, 0.0, 0),
    # The rate of the file's clock: ten seconds.
    (10_000, 1000.0, 301), (900_000, 90_000.0, 301)])
def test_frames_are_thought_of_without_clocks(frames, rate, likely):
    assert videos.Promise(frames, rate).likely == likely


def test_a_gif_without_its_end_is_damaged(pictures, tmp_path):
    image = pytest.importorskip('PIL.Image')
    path = tmp_path / 'in.gif'
    first, *others = (image.fromarray(each[::4, ::4, ::-1]) for each in pictures[:10])
    first.save(path, save_all=True, append_images=others, duration=100)
    whole = path.read_bytes()
    # Pictures that are alike are one.
    number, lines = problems_of(path)
    assert number > 5 and not lines
    path.write_bytes(whole + bytes(3))
    assert problems_of(path) == (number, [])
    path.write_bytes(whole[:len(whole) * 6 // 10])
    count, (line,) = problems_of(path)
    assert 0 < count < number and 'without the mark of its end; it is truncated' in line
