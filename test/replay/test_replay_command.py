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

"""The command fer_replay over the sample recording: what it writes, says and returns."""

import fcntl
import json
import os
from pathlib import Path
import shutil
import signal
import subprocess
import sys
from xml.etree import ElementTree

from bag_support import IMAGE, images, raw_image, storage_file, write_bag
import cv2
from fer_ros.boundary import DAMAGED, FAILED, InputError, OK, UNUSABLE, USAGE
from fer_ros.demo.clip import EmbeddedClip
from fer_ros.replay import cli as replay
from fer_ros.replay.reading import Bag
from fer_ros.replay.records import FrameRecord, read_records
import pytest

DATA = Path(__file__).resolve().parents[1] / 'data'
SAMPLE, EXPECT = DATA / 'sample', DATA / 'sample_expect.yaml'


def run(*arguments):
    """Run the command and return its exit status."""
    return replay.main([str(argument) for argument in arguments])


@pytest.fixture(scope='module')
def written(tmp_path_factory):
    """Return the directory with everything that one replay of the sample writes."""
    path = tmp_path_factory.mktemp('written')
    status = run(SAMPLE, '--expect', EXPECT, '--jsonl', path / 'run.jsonl',
                 '--output-bag', path / 'bag', '--video', path / 'video.mp4',
                 '--plot', path / 'plot.png', '--junit', path / 'junit.xml')
    assert status == OK
    return path


@pytest.fixture(scope='module')
def records(written):
    return list(read_records(written / 'run.jsonl'))


def test_the_sample_is_small():
    assert sum(file.stat().st_size for file in SAMPLE.iterdir()) < 3_000_000


def test_lines_hold_what_the_contract_says(records, written):
    assert len(records) == 120
    assert [record.index for record in records] == list(range(120))
    assert records[0].stamp == 1_700_000_000 * 10**9
    assert records[15].time == pytest.approx(1.0)
    stages = {'decode', 'detect', 'track', 'align', 'classify', 'landmarks', 'cues', 'smooth',
              'total'}
    for record in records:
        assert set(record.latency_ms) == stages
        assert record.latency_ms['total'] > 0
        sizes = [face.box[2] * face.box[3] for face in record.faces]
        # The largest first, but two of about the same size keep their order.
        assert all(later < 1.3 * one for one, later in zip(sizes, sizes[1:]))
        for face in record.faces:
            assert face.id[0].isalpha()
            assert sum(face.expression.values()) == pytest.approx(1.0, abs=1e-4)
            assert -1 <= face.valence <= 1 and -1 <= face.arousal <= 1
    assert max(len(record.faces) for record in records) >= 2


def test_the_recording_with_faces_has_the_same_faces(records, written):
    with Bag(written / 'bag') as bag:
        assert not bag.problems
        counts = {name: topic.count for name, topic in bag.topics.items()}
    assert counts['/camera/image_raw/compressed'] == 120
    assert counts['/fer/expression'] == counts['/humans/faces/tracked'] == 120
    faces = [face for record in records for face in record.faces]
    for name in {face.id for face in faces}:
        seen = sum(face.id == name for face in faces)
        assert counts[f'/humans/faces/{name}/roi'] == seen
        assert counts[f'/humans/faces/{name}/expression'] == seen


def test_video_and_plot_show_something(written):
    reader = cv2.VideoCapture(str(written / 'video.mp4'))
    assert reader.get(cv2.CAP_PROP_FPS) == pytest.approx(15, rel=0.01)
    assert reader.get(cv2.CAP_PROP_FRAME_COUNT) == 120
    assert cv2.imread(str(written / 'plot.png')).std() > 10


def test_junit_names_every_expectation(written):
    suite = ElementTree.parse(written / 'junit.xml').getroot().find('testsuite')
    assert suite.get('failures') == '0' and len(suite) == int(suite.get('tests')) >= 4


def test_two_replays_give_the_same_bytes(tmp_path):
    for name in ('a', 'b'):
        # A process of its own each: nothing may hang on what ran before.
        subprocess.run(
            [sys.executable, '-m', 'fer_ros.replay.cli', str(SAMPLE), '--no-latency',
             '--quiet', '--jsonl', str(tmp_path / f'{name}.jsonl')], check=True, timeout=120)
    assert (tmp_path / 'a.jsonl').read_bytes() == (tmp_path / 'b.jsonl').read_bytes()


def test_faces_do_not_depend_on_the_storage(records, tmp_path):
    with Bag(SAMPLE) as bag:
        messages = [(m.topic, m.type, m.log_time, m.data) for m in bag.messages()]
    path = write_bag(tmp_path / 'bag', messages, 'sqlite3', 'file')
    assert run(path, '--quiet', '--jsonl', tmp_path / 'run.jsonl') == OK
    again = list(read_records(tmp_path / 'run.jsonl'))
    assert [record.faces for record in again] == [record.faces for record in records]


def test_lines_go_to_standard_output_and_talk_to_standard_error(capsys):
    assert run(SAMPLE) == OK
    out, err = capsys.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    assert len(lines) == 120 and lines[-1]['frame'] == 119
    assert '120 frames, 7.9 s' in err and 'times real time' in err


def test_results_are_printed_and_failures_returned(tmp_path, capsys):
    expect = tmp_path / 'e.yaml'
    expect.write_text('expectations:\n- {name: crowd, min_faces: 9}\n'
                      '- {name: nobody, max_faces: 0, between: [0, 0.5]}\n')
    assert run(SAMPLE, '--expect', expect, '--junit', tmp_path / 'j.xml') == FAILED
    out = capsys.readouterr().out.splitlines()
    assert out[0] == 'crowd (Fail): 0 / 120, 0 %, wanted at least 100 %'
    assert out[1] == 'nobody (Success): 8 / 8, 100 %, wanted at least 100 %'
    suite = ElementTree.parse(tmp_path / 'j.xml').getroot().find('testsuite')
    assert suite.get('failures') == '1'


@pytest.mark.parametrize('there, words', [
    (True, '/camera/image_raw/compressed: 100%'),
    (False, 'no progress bar: the Python package tqdm is missing'),
])
def test_a_terminal_gets_a_progress_bar_where_tqdm_is(capsys, monkeypatch, there, words):
    pytest.importorskip('tqdm')
    if not there:
        monkeypatch.setitem(sys.modules, 'tqdm', None)
    monkeypatch.setattr(sys.stderr, 'isatty', lambda: True)
    assert replay.main([str(SAMPLE), '--expect', str(EXPECT)]) == OK
    assert words in capsys.readouterr().err


def test_an_earlier_replay_is_judged_again_without_the_recording(written, tmp_path, capsys):
    assert run(written / 'run.jsonl', '--expect', EXPECT, '--plot', tmp_path / 'p.png') == 0
    assert capsys.readouterr().out.count('(Success)') >= 4
    assert run(written / 'run.jsonl', '--video', tmp_path / 'v.mp4') == USAGE


def test_parameters_are_those_of_the_node(tmp_path, capsys):
    params = tmp_path / 'fer.yaml'
    params.write_text('fer:\n  ros__parameters:\n    use_sim_time: true\n'
                      '    detector: {max_faces: 1}\n')
    assert run(SAMPLE, '--quiet', '--params-file', params, '--jsonl', tmp_path / 'a.jsonl') == 0
    # A second one may coast for a moment, but only one is seen at a time.
    seen = [sum(face.observed for face in record.faces)
            for record in read_records(tmp_path / 'a.jsonl')]
    assert max(seen) == 1
    assert run(SAMPLE, '--quiet', '-p', 'max_rate:=5.0', '-p', 'ros4hri:=off',
               '--jsonl', tmp_path / 'b.jsonl') == 0
    assert len(list(read_records(tmp_path / 'b.jsonl'))) == 40


def test_lines_have_what_faces_do_only_where_it_is_asked_for(written, tmp_path):
    assert run(SAMPLE, '--quiet', '-p', 'cues:=on', '--jsonl', tmp_path / 'a.jsonl') == 0
    faces = [face for record in read_records(tmp_path / 'a.jsonl') for face in record.faces]
    assert {face.attention for face in faces if face.observed} >= {'engaging', 'engaged'}
    assert all(0.0 <= face.speech <= 1.0 for face in faces if face.speech is not None)
    assert any(face.action_units for face in faces)
    plain = [face for record in read_records(written / 'run.jsonl') for face in record.faces]
    assert plain and not any(face.attention or face.speech or face.action_units for face in plain)
    # The robot's frames are not replayed: what its target was is not known.
    assert run(SAMPLE, '--quiet', '-p', 'cues:=on', '-p', 'attention.target_frame:=screen',
               '--jsonl', tmp_path / 'b.jsonl') == 0
    faces = [face for record in read_records(tmp_path / 'b.jsonl') for face in record.faces]
    assert {face.attention for face in faces if face.observed} == {'unknown'}


@pytest.mark.parametrize('key, value', [
    ('attention', 'asleep'), ('attention', 3), ('speech', 1.5), ('speech', 'NaN'),
    ('action_units', []), ('action_units', {'1': [0.5, 0.5]}), ('action_units', {'25': [0.5]}),
    ('action_units', {'25': [2, 0.5]}),
])
def test_lines_with_wild_cues_are_refused(key, value):
    line = {'frame': 0, 'stamp': {'sec': 1, 'nanosec': 0}, 'time': 0.0, 'faces': [
        {'id': 'fa', 'box': [1, 2, 3, 4], key: value}]}
    with pytest.raises(InputError, match=key):
        FrameRecord.from_json(json.dumps(line))


def test_a_change_is_found_by_comparison(written, tmp_path, capsys):
    run(SAMPLE, '--quiet', '-p', 'min_confidence:=0.99', '--jsonl', tmp_path / 'b.jsonl')
    same = [written / 'run.jsonl', written / 'run.jsonl']
    assert run('--compare', *same, '--min-agreement', '1.0') == OK
    capsys.readouterr()
    other = [written / 'run.jsonl', tmp_path / 'b.jsonl']
    assert run('--compare', *other) == OK
    assert '-> unsure' in capsys.readouterr().out
    assert run('--compare', *other, '--min-agreement', '0.99') == FAILED


@pytest.mark.parametrize('arguments, words', [
    # parameters: no such name, no value, refused by the node
    (['-p', 'detector.maxfaces:=1'], ['detector.maxfaces', 'detector.max_faces']),
    (['-p', 'max_rate'], ['max_rate', 'name:=value']),
    (['-p', 'detector.score_threshold:=7.0'], ['detector.score_threshold', '7.0']),
    # a model that is not there
    (['-p', 'expression_model:=/absent.onnx'], ['/absent.onnx']),
    # a recording that would be overwritten, a video that cannot be written
    (['--output-bag', '/tmp'], ['/tmp', 'exists already']),
    # no expectations, a parameter file of another node, no records
    (['--expect', __file__], ['test_replay_command.py']),
    (['--params-file', str(EXPECT)], ['sample_expect.yaml', "'ros__parameters:'"]),
])
def test_wrong_use_is_explained(arguments, words, capsys):
    assert run(SAMPLE, *arguments) == USAGE
    err = capsys.readouterr().err
    assert all(word in err for word in words), err
    assert 'Traceback' not in err


@pytest.mark.parametrize('arguments, words', [
    (['--params-file', '/absent.yaml'], ['--params-file', "'/absent.yaml' does not exist"]),
    (['--expect', '/absent.yaml'], ['--expect', "'/absent.yaml' does not exist; name a file"]),
    (['--expect', '/'], ['--expect', "'/' is a folder; name a file"]),
    (['--jsonl', '/absent/a.jsonl'], ['--jsonl', "the folder '/absent' does not exist"]),
    (['--jsonl', '/'], ['--jsonl', "'/' is a folder; name a file"]),
    (['--junit', '/absent/a.xml'], ['--junit', "the folder '/absent' does not exist"]),
    (['--video', '/absent/v.mp4'], ['--video', "the folder '/absent' does not exist"]),
    (['--video', 'v.gif'], ['--video', "'v.gif' does not end in .mp4 or .avi"]),
    (['--plot', '/absent/p.png'], ['--plot', "the folder '/absent' does not exist"]),
    (['--plot', 'p.txt'], ['--plot', "'p.txt' does not end in .png, .svg, .pdf"]),
    (['--output-bag', f'{__file__}/bag'], ['--output-bag', 'is a file; name a folder']),
    (['--compare', '/absent.jsonl', 'b'], ['--compare', "'/absent.jsonl' does not exist"]),
    (['--min-agreement', '7'], ['--min-agreement', '7 is out of range; use 0 to 1']),
    (['--min-agreement', 'all'], ['--min-agreement', "'all' is no number; use 0 to 1"]),
])
def test_bad_values_are_refused_with_what_to_write(arguments, words, capsys):
    with pytest.raises(SystemExit) as stop:
        run(*([] if '--compare' in arguments else [SAMPLE]), *arguments)
    assert stop.value.code == USAGE
    err = capsys.readouterr().err
    assert all(word in err for word in words), err


@pytest.mark.parametrize('content, words', [
    (None, 'cannot be read: No such file'), ('a folder', 'cannot be read: Is a directory'),
    (b'\x89MCAP', 'line 1: not a frame record: no text'), (b'{}\n', 'line 1: not a frame record'),
])
def test_what_are_no_records_is_named_with_what_to_do(content, words, tmp_path, capsys):
    path = tmp_path / 'run.jsonl'
    if content == 'a folder':
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    assert run(path) == USAGE
    err = capsys.readouterr().err
    assert 'run.jsonl' in err and words in err and '--jsonl' in err


@pytest.mark.parametrize('arguments', [
    # nothing to do, two things to do, options that lack their partner
    [], ['a', '--compare', 'b', 'c'], ['a', '--min-agreement', '0.5'], ['a', '--results-only'],
    ['--compare', 'a', 'b', '--min-agreement', '5']])
def test_arguments_that_do_not_fit_are_refused(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        run(*arguments)
    assert stop.value.code == USAGE
    assert 'error:' in capsys.readouterr().err


def bag_of(path, change=lambda messages: messages):
    """Return a copy of the first 60 images of the sample, changed."""
    with Bag(SAMPLE) as bag:
        messages = [(m.topic, m.type, m.log_time, m.data) for m in bag.messages()][:60]
    return write_bag(path / 'bag', change(messages))


def restamped(messages, first, seconds):
    """Move the header stamps from one image on; the stamp is in the first eight bytes."""
    moved = []
    for index, (topic, kind, log_time, data) in enumerate(messages):
        if index >= first:
            sec = int.from_bytes(data[4:8], 'little') + seconds
            data = data[:4] + sec.to_bytes(4, 'little') + data[8:]
        moved.append((topic, kind, log_time, data))
    return moved


def broken(messages):
    """Break three images: cut off, nonsense instead of a JPEG, no encapsulation."""
    topic, kind, log_time, data = messages[30]
    messages[30] = (topic, kind, log_time, data[:2000])
    messages[31] = (*messages[31][:3], messages[31][3].replace(b'\xff\xd8\xff', b'\0\0\0'))
    messages[32] = (*messages[32][:3], b'nonsense')
    return messages


@pytest.mark.parametrize('change, frames, words', [
    # broken messages in the middle
    (broken, 57, ['broken messages', 'unusable images', 'image 31', 'neither JPEG nor PNG']),
    # the clock is set back, or forward, in the middle
    (lambda m: restamped(m, 30, -60), 60, ['jumping stamps', 'image 30', 'back by 59.933 s']),
    (lambda m: restamped(m, 30, 60), 60, ['jumping stamps', 'image 30', 'moves by 60.067 s']),
    # a stamp twice: the node passes such an image over
    (lambda m: m[:31] + [(*m[31][:3], m[30][3])] + m[32:], 59, ['repeated stamps', 'image 31']),
])
def test_damage_is_told_and_the_good_part_processed(tmp_path, capsys, change, frames, words):
    path = bag_of(tmp_path, change)
    assert run(path, '--jsonl', tmp_path / 'run.jsonl') == DAMAGED
    records = list(read_records(tmp_path / 'run.jsonl'))
    assert len(records) == frames
    assert any(record.faces for record in records[35:])
    err = capsys.readouterr().err
    assert all(word in err for word in words), err
    assert run(path, '--allow-damage', '--jsonl', tmp_path / 'run.jsonl') == OK


def test_time_set_back_forgets_faces(tmp_path):
    path = bag_of(tmp_path, lambda m: restamped(m, 45, -60))
    run(path, '--quiet', '--jsonl', tmp_path / 'run.jsonl')
    records = list(read_records(tmp_path / 'run.jsonl'))
    assert [record.index for record in records if record.reset] == [45]
    before, after = ({face.id for record in part for face in record.faces}
                     for part in (records[:45], records[45:]))
    assert before and after and not before & after


def test_a_truncated_recording_is_told_in_junit_and_status(tmp_path, capsys):
    path = bag_of(tmp_path)
    file = storage_file(path)
    file.write_bytes(file.read_bytes()[:600_000])
    assert run(path, '--expect', EXPECT, '--junit', tmp_path / 'j.xml',
               '--jsonl', tmp_path / 'run.jsonl') in (DAMAGED, FAILED)
    assert 20 < len(list(read_records(tmp_path / 'run.jsonl'))) < 60
    suite = ElementTree.parse(tmp_path / 'j.xml').getroot().find('testsuite')
    case = {case.get('name'): case for case in suite}['recording is sound']
    assert 'incomplete topics' in case.find('failure').get('message')


def black(count):
    """Return images that cannot be decoded."""
    return [(topic, kind, stamp, b'\0\1\0\0') for topic, kind, stamp, _ in images(count)]


@pytest.mark.parametrize('messages, words', [
    # empty, two cameras, not one image that can be read
    ([], ['no message']),
    (images(1, '/a') + images(1, '/b'), ['2 image topics', '--topic']),
    (black(3), ['no image of /camera/image_raw is usable', '3 broken messages']),
])
def test_an_unusable_recording_is_told(tmp_path, capsys, messages, words):
    path = write_bag(tmp_path / 'bag', messages)
    junit = tmp_path / 'j.xml'
    assert run(path, '--junit', junit) == UNUSABLE
    err = capsys.readouterr().err
    assert all(word in err for word in words), err
    assert ElementTree.parse(junit).getroot().get('failures') == '1'


def test_a_recording_that_is_not_there_is_told(tmp_path, capsys):
    assert run(tmp_path / 'absent') == UNUSABLE
    assert 'does not exist' in capsys.readouterr().err


def test_raw_images_are_read(tmp_path):
    path = write_bag(tmp_path / 'bag', images(5))
    assert run(path, '--quiet', '--jsonl', tmp_path / 'run.jsonl') == OK
    assert len(list(read_records(tmp_path / 'run.jsonl'))) == 5


def test_a_reader_that_leaves_ends_the_command_quietly(tmp_path):
    shell = f'{sys.executable} -m fer_ros.replay.cli {SAMPLE} --quiet | head -n 1'
    done = subprocess.run(shell, shell=True, capture_output=True, text=True, timeout=120)
    assert json.loads(done.stdout)['frame'] == 0
    assert 'Traceback' not in done.stderr and 'Error' not in done.stderr


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interruption_keeps_what_was_written_under_a_name_that_says_so(tmp_path, number):
    (tmp_path / 'run.jsonl').write_text('an earlier one')
    command = [sys.executable, '-m', 'fer_ros.replay.cli', str(SAMPLE), '--jsonl', 'LINES',
               '--output-bag', str(tmp_path / 'bag'), '--video', str(tmp_path / 'v.avi')]
    # A pipe that nobody empties holds the replay where it is.
    os.mkfifo(tmp_path / 'lines')
    command[command.index('LINES')] = str(tmp_path / 'lines')
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    with open(tmp_path / 'lines', 'rb') as lines:
        fcntl.fcntl(lines, fcntl.F_SETPIPE_SZ, 4096)
        lines.readline()
        process.send_signal(number)
        count = 1 + len(lines.readlines())
        err = process.communicate(timeout=60)[1]
    assert process.returncode == 128 + number
    assert 0 < count < 120
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        'bag.partial', 'lines', 'run.jsonl', 'v.partial.avi']
    assert 'bag.partial' in err and f'interrupted after {count} frames' in err
    with Bag(tmp_path / 'bag.partial') as bag:
        assert not bag.problems
        assert bag.topics['/fer/expression'].count == count


def test_it_runs_without_ros(tmp_path):
    shutil.copytree(SAMPLE, tmp_path / 'sample')
    # A finder that knows no ROS package: importing one would fail as on a laptop.
    code = (
        'import sys\n'
        'class NoRos:\n'
        '    def find_spec(self, name, path=None, target=None):\n'
        '        ros = name.split(".")[0]\n'
        '        if ros in ("rclpy", "cv_bridge") or ros.endswith("_msgs"):\n'
        '            raise ModuleNotFoundError(name)\n'
        'sys.meta_path.insert(0, NoRos())\n'
        'from fer_ros.replay.cli import main\n'
        'sys.exit(main(sys.argv[1:]))\n')
    done = subprocess.run(
        [sys.executable, '-c', code, str(tmp_path / 'sample'), '--output-bag',
         str(tmp_path / 'out'), '--jsonl', str(tmp_path / 'run.jsonl')],
        capture_output=True, text=True, timeout=120)
    assert done.returncode == OK, done.stderr
    assert len(list(read_records(tmp_path / 'run.jsonl'))) == 120


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
def test_one_image_out_of_order_at_the_seam_is_no_restart(tmp_path, storage):
    clip = EmbeddedClip(rate=15.0)
    start = 1_700_000_000 * 10**9
    messages = []
    for index in range(60, 90):
        stamp = start + index * 10**9 // 15
        messages.append(('/camera/image_raw', IMAGE, stamp, raw_image(stamp, clip.frame(index))))
    # What was taken first came to the recorder second, and that in the next file.
    *rest, first, second = messages[:16]
    seam = [(*second[:2], first[2], second[3]), (*first[:2], second[2], first[3])]
    bag = tmp_path / 'bag'
    bag.mkdir()
    for part, chunk in enumerate(([*rest, seam[0]], [seam[1], *messages[16:]])):
        piece = write_bag(tmp_path / f'part{part}', chunk, storage)
        file = storage_file(piece)
        shutil.move(file, bag / f'bag_{part}{file.suffix}')
    assert run(bag, '--jsonl', tmp_path / 'run.jsonl') == DAMAGED
    records = list(read_records(tmp_path / 'run.jsonl'))
    assert len(records) == 29 and not any(record.reset for record in records)
    assert len({face.id for record in records for face in record.faces}) == len(
        records[-1].faces) > 0
