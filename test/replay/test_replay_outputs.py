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

"""The video keeps the time of the stamps; the JSON lines are those of the records."""

from types import SimpleNamespace

from bag_support import picture
import cv2
from fer_ros.boundary import OutputError
from fer_ros.core.types import Frame, FrameResult
from fer_ros.replay.outputs import JsonLines, Video
from fer_ros.replay.records import read_records
from fer_ros.stream.stream_result import StreamResult
import pytest
from record_support import record, START


def replayed(stamp_ms, index=0, size=(64, 48)):
    return SimpleNamespace(
        record=SimpleNamespace(stamp=START + stamp_ms * 10**6),
        result=StreamResult(
            'processed', header=None, frame=Frame(picture(index, size)),
            result=FrameResult((), {})))


@pytest.mark.parametrize('stamps_ms, frames, rate', [
    # 20 frames at 10 Hz
    (range(0, 2000, 100), 20, 10),
    # a camera that stalls for 0.5 s: the picture stands still for five frames
    ([*range(0, 1000, 100), *range(1500, 2500, 100)], 25, 10),
    # fewer frames than are waited for to learn the rate
    (range(0, 250, 50), 5, 20),
    # a single one
    ([0], 1, 30),
    # a night between two frames is shortened to 2 s
    ([*range(0, 1000, 100), *range(10**8, 10**8 + 1000, 100)], 39, 10),
    # a recording that starts over goes on
    ([*range(0, 1000, 100), *range(0, 1000, 100)], 19, 10),
])
@pytest.mark.parametrize('ending', ['.mp4', '.avi'])
def test_the_video_lasts_as_long_as_the_recording(tmp_path, stamps_ms, frames, rate, ending):
    path = str(tmp_path / f'video{ending}')
    video = Video(path)
    for index, stamp_ms in enumerate(stamps_ms):
        video.add(replayed(stamp_ms, index))
    video.complete()
    reader = cv2.VideoCapture(path)
    assert reader.get(cv2.CAP_PROP_FPS) == pytest.approx(rate, rel=0.01)
    count = 0
    while reader.read()[0]:
        count += 1
    assert abs(count - frames) <= 1


def test_a_change_of_size_does_not_end_the_video(tmp_path):
    path = str(tmp_path / 'video.mp4')
    video = Video(path)
    for index in range(20):
        video.add(replayed(100 * index, index, (64, 48) if index < 10 else (128, 96)))
    video.complete()
    reader = cv2.VideoCapture(path)
    assert sum(1 for _ in iter(lambda: reader.read()[0], False)) == 20


def test_a_video_that_cannot_be_written_is_named(tmp_path):
    video = Video(str(tmp_path / 'absent' / 'video.mp4'))
    video.add(replayed(0))
    with pytest.raises(OutputError, match='absent/video.mp4'):
        video.complete()


@pytest.mark.parametrize('latency', [True, False])
def test_json_lines_have_latencies_unless_told(tmp_path, latency):
    path = str(tmp_path / 'run.jsonl')
    lines = JsonLines(path, latency)
    lines.add(SimpleNamespace(record=record(0, latency=1.5)))
    lines.complete()
    read, = read_records(path)
    assert read.latency_ms == ({'total': 1.5} if latency else {})
