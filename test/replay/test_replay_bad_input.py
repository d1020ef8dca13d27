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

"""Whatever fer_replay is given to read: one line, a status that is not 1, and nothing touched."""

from bag_support import images, storage_file, write_bag
from fer_ros.boundary import DAMAGED, MISTAKE, OK, UNUSABLE, USAGE
from fer_ros.replay import cli as replay
from fer_ros.replay.junit import junit_xml
from fer_ros.replay.records import FaceRecord, read_records
import pytest
from record_support import face, record

#: Characters of a line; more would be a page of a log.
LONGEST = 1100


def tree(folder):
    """Return what is in a folder: path to bytes, None for folders."""
    return {path.relative_to(folder): path.read_bytes() if path.is_file() else None
            for path in folder.rglob('*')}


def refused(folder, capsys, *arguments, status=USAGE):
    """Run the command; assert that it ends in a line and touches nothing; return the line."""
    before = tree(folder)
    try:
        ended = replay.main([str(argument) for argument in arguments])
    except SystemExit as stop:
        ended = stop.code
    out, err = capsys.readouterr()
    assert ended == status, err
    line, = err.splitlines()
    assert line.startswith('fer_replay: ') and len(line) <= LONGEST and line.isprintable()
    assert out == '' and 'Traceback' not in err
    assert tree(folder) == before
    return line


def expectation(text):
    return f'expectations:\n- {text}\n'


#: A bomb: 10^8 values behind 400 bytes.
BOMB = 'a: &a [x,x,x,x,x,x,x,x,x,x]\n' + ''.join(
    f'{name}: &{name} [{", ".join(["*" + before] * 10)}]\n'
    for before, name in zip('abcdefg', 'bcdefgh'))


@pytest.mark.parametrize('content, words', [
    # values of the wrong type
    (expectation('label: 5'), 'label is 5; write neutral, happy'),
    (expectation('label: [happy, 5]'), "label is ['happy', 5]; write"),
    (expectation('label: {happy: 1}'), 'label is'),
    (expectation('label:'), 'label is None'),
    (expectation('label: []'), 'label is []'),
    (expectation('label: 2020-01-01'), "label is '2020-01-01'"),
    (expectation('{label: happy, name: [a, b]}'), 'name is'),
    (expectation('{label: happy, name: {a: b}}'), 'name is'),
    (expectation('{label: happy, name: ""}'), 'name is'),
    (expectation(f'{{label: happy, name: {"a" * 5000}}}'), 'name is'),
    (expectation('{label: happy, face: [largest]}'), 'face is'),
    (expectation('{label: happy, between: 2020-01-01}'), 'between is'),
    (expectation('{label: happy, between: [1:30, 2:30]}'), "between.1 is '1:30'; write seconds"),
    (expectation('{label: happy, between: [1, [2]]}'), 'between.2 is [2]'),
    (expectation('{label: happy, between: [1, .nan]}'), '.nan is no number'),
    (expectation('{label: happy, between: [1, 2, 3]}'), 'between is'),
    (expectation('{label: happy, at_least: true}'), 'at_least is True'),
    (expectation('{label: happy, at_least: 101 %}'), "at_least is '101 %'"),
    (expectation('{label: happy, at_least: -5 %}'), "at_least is '-5 %'"),
    (expectation('min_faces: two'), "min_faces is 'two'"),
    (expectation('min_faces: .inf'), 'min_faces inf is above max_faces'),
    (expectation(f'min_faces: {"9" * 5000}'), 'too large for a whole number'),
    (expectation('max_face_gap: 1e999'), 'no number that can be used'),
    (expectation('min_valence: 0x'), 'min_valence is'),
    # of the wrong shape
    ('', 'it is None'),
    ('5', 'it is 5'),
    ('2020-99-99', 'it is'),
    ('- a', 'it is'),
    ('expectations: {a: 1}', 'expectations is'),
    ('expectations: []', 'expectations is []'),
    ('expectations: [[[]]]', 'entry 1: it is [[]]'),
    ('expectations: [null]', 'entry 1: it is None'),
    ('5: x\nexpectations: [{}]', "unknown key '5'"),
    ('on: x\nexpectations: [{}]', "unknown key 'on'"),
    ('? [a]\n: b', 'a key is no text'),
    ('expectations: [{label: happy, label: sad}]', 'the key label is there twice'),
    (expectation('{label: happy, "\\x1b[2J": 1}'), 'unknown key'),
    (expectation(f'{{label: happy, {"k" * 900}: 1}}'), 'unknown key'),
    # no YAML, or more than is read here
    ('expectations: [', 'line 2'),
    ('a: 1\n---\nb: 2', 'another document'),
    ('\ta: 1', 'line 1'),
    ('a: \x07', 'control characters'),
    (b'\xff\xfe\x00', 'no text in UTF-8'),
    (b'\x89PNG\r\n\x1a\n' + bytes(2000), 'no text in UTF-8'),
    (b'\0' * 2000, 'control characters'),
    ('[' * 100_000, 'more than 30 levels'),
    ('{a: ' * 10_000, 'more than 30 levels'),
    ('- ' * 5000 + 'a', 'more than 30 levels'),
    (BOMB, 'more than 50000 values'),
    ('a: &a [*a]', 'the alias a is not defined before'),
    ('a: *b', 'the alias b is not defined before'),
    ('[' + 'x,' * 60_000 + ']', 'more than 50000 values'),
    ('# ' + 'x' * 1_100_000, 'larger than 1000000 bytes'),
    ('!!python/object/apply:os.system [true]', 'is not known here'),
    ('!!binary aGk=', 'is not known here'),
    ('!!timestamp 2020-01-01', 'is not known here'),
    ('expectations: !!set {a, b}', 'is not known here'),
    ('<<: 5', 'merging'),
])
@pytest.mark.fault(
    'files of expectations that are none: wrong types, deep nesting, alias bombs, endless '
    'numbers',
    'one line, a status of its own, no traceback')
def test_expectations_that_are_none(tmp_path, capsys, content, words):
    path = tmp_path / 'e.yaml'
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    line = refused(tmp_path, capsys, 'absent', '--expect', path, '--junit', tmp_path / 'j.xml')
    assert 'e.yaml' in line and words in line


def test_an_expectation_may_use_aliases_and_merges(tmp_path, capsys):
    (tmp_path / 'e.yaml').write_text(
        'expectations:\n- &a {name: one, label: happy}\n- {<<: *a, name: two}\n')
    (tmp_path / 'r.jsonl').write_text(record(0, face()).to_json())
    assert replay.main([str(tmp_path / 'r.jsonl'), '--expect', str(tmp_path / 'e.yaml')]) == OK
    assert capsys.readouterr().out.count('(Success)') == 2


GOOD = record(0, face(valence=0.0, arousal=0.0)).to_json()


@pytest.mark.parametrize('content, words', [
    (b'\xff\xfe\0\0', 'no text'),
    (b'\0' * 1000, 'not JSON'),
    ('NaN', 'NaN is no number'),
    ('5', 'the line is 5; write a mapping'),
    ('[]', 'the line is []'),
    ('null', 'the line is None'),
    ('{}', "the line lacks the key 'frame'"),
    (GOOD[:40], 'not JSON'),
    (GOOD + '}', 'not JSON'),
    (GOOD + '\n' + GOOD[:-1], 'line 2'),
    ('[' * 100_000, 'nested too deeply'),
    ('{"a":' * 100_000, 'nested too deeply'),
    (' ' * 1_200_000 + GOOD, 'longer than 1000000 bytes'),
    ('"' + 'x' * 3_000_000, 'longer than 1000000 bytes'),
    (GOOD.replace('"frame": 0', f'"frame": {"9" * 5000}'), 'too large'),
    (GOOD.replace('"frame": 0', '"frame": 1e999'), 'too large'),
    (GOOD.replace('"frame": 0', '"frame": -1'), 'frame is -1'),
    (GOOD.replace('"frame": 0', '"frame": true'), 'frame is True'),
    (GOOD.replace('"frame": 0', '"frame": 0, "frame": 1'), 'frame is there twice'),
    (GOOD.replace('"time": 0.0', '"time": "now"'), "time is 'now'"),
    (GOOD.replace('"time": 0.0', '"time": Infinity'), 'Infinity is no number'),
    (GOOD.replace('"time": 0.0', '"time": 1e300'), 'time is 1e+300'),
    (GOOD.replace('"nanosec"', '"nsec"'), 'stamp is'),
    (GOOD.replace('"sec": 1700000000', '"sec": 1.5'), 'stamp is'),
    (GOOD.replace('"sec": 1700000000', '"sec": "1"'), 'stamp is'),
    (GOOD.replace('"faces": [', '"faces": {}, "other": ['), 'faces is {}'),
    (GOOD.replace('"faces": [', '"faces": [5, '), 'a face is 5'),
    (GOOD.replace('"id": "fa"', '"id": 5'), 'id is 5'),
    (GOOD.replace('"id": "fa"', r'"id": "\u001b[2J"'), 'id is'),
    (GOOD.replace('"id": "fa"', r'"id": "\ud800"'), 'id is'),
    (GOOD.replace('"id": "fa"', f'"id": "{"f" * 900}"'), 'id is'),
    (GOOD.replace('"id": "fa", ', ''), "a face lacks the key 'id'"),
    (GOOD.replace('"box": [0, 0, 100, 100]', '"box": [0, 0, 100]'), 'box is'),
    (GOOD.replace('"box": [0, 0, 100, 100]', '"box": [0, 0, 100, "x"]'), 'box is'),
    (GOOD.replace('"box": [0, 0, 100, 100]', '"box": [0, 0, 1e308, 1e308]'), 'box is'),
    (GOOD.replace('"happy"', '"joy"'), "label is 'joy'"),
    (GOOD.replace('"happy"', '["happy"]'), "label is ['happy']"),
    (GOOD.replace('"valence": 0.0', '"valence": 7'), 'valence is 7'),
    (GOOD.replace('"expression": {}', '"expression": {"happy": "much"}'), 'expression is'),
    (GOOD.replace('"expression": {}', '"expression": {"joy": 1}'), 'expression is'),
    (GOOD[:-1] + ', "latency_ms": {"total": "fast"}}', 'latency_ms is'),
    (GOOD[:-1] + ', "latency_ms": 5}', 'latency_ms is 5'),
    (GOOD[:-1] + ', "reset": "no"}', "reset is 'no'"),
])
@pytest.mark.fault(
    'JSONL that is none: binary, infinite numbers, missing keys',
    'one line, a status of its own, no traceback')
def test_lines_that_are_no_frames(tmp_path, capsys, content, words):
    path = tmp_path / 'r.jsonl'
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    line = refused(tmp_path, capsys, path, '--junit', tmp_path / 'j.xml')
    assert 'r.jsonl, line' in line and words in line
    line = refused(tmp_path, capsys, '--compare', path, path)
    assert 'r.jsonl, line' in line and words in line


def test_a_face_may_have_keys_of_a_later_version(tmp_path):
    (tmp_path / 'r.jsonl').write_text(GOOD.replace('"id"', '"age": 5, "id"').replace(
        '"frame"', '"camera": "front", "frame"'))
    read, = read_records(tmp_path / 'r.jsonl')
    assert read.faces == (FaceRecord(id='fa', box=(0, 0, 100, 100), label='happy', valence=0.0,
                                     arousal=0.0),)


@pytest.mark.parametrize('text, words', [
    ('5', 'no entry for the node'),
    ('', 'no entry for the node'),
    ('fer: 5', 'fer is 5'),
    ('fer: {}', "the key 'ros__parameters' is missing"),
    ('fer: {ros__parameters: [1]}', 'fer.ros__parameters is [1]'),
    ('fer: {ros__parameters: {5: 6}}', "'5'"),
    ('fer: {ros__parameters: {max_rate: 2020-01-01}}', "'2020-01-01'"),
    ('fer: {ros__parameters: {max_rate: 1:30}}', "'1:30'"),
    ('fer: {ros__parameters: {max_rate: .nan}}', '.nan'),
    ('fer: {ros__parameters: {max_rate: .inf}}', 'inf'),
    (f'fer: {{ros__parameters: {{threads: {"9" * 5000}}}}}', 'too large'),
    (f'fer: {{ros__parameters: {{{"k" * 900}: 1}}}}', 'kkk'),
    (f'fer: {{ros__parameters: {{ros4hri: {"k" * 90000}}}}}', 'ros4hri'),
    ('fer: {ros__parameters: {providers: {a: b}}}', 'providers'),
    ('fer: {ros__parameters: {max_rate: 5.0, max_rate: 6.0}}', 'there twice'),
    (BOMB, 'more than 50000 values'),
    ('{a: ' * 10_000, 'more than 30 levels'),
    ('fer: &a [*a]', 'alias'),
])
@pytest.mark.fault(
    'parameter files that are none',
    'one line, a status of its own, no traceback')
def test_parameter_files_that_are_none(tmp_path, capsys, text, words):
    path = tmp_path / 'p.yaml'
    path.write_text(text)
    line = refused(tmp_path, capsys, 'absent', '--params-file', path)
    assert words in line


@pytest.mark.parametrize('text, words', [
    ('max_rate:=2020-01-01', "'2020-01-01'"), ('max_rate:=[', 'line 2'), ('max_rate:=', 'None'),
    ('max_rate:=.nan', '.nan'), (f'threads:={"9" * 5000}', 'too large'), (':=5', "''"),
    (f'{"k" * 9000}:=5', 'kkk'), ('\x1b[2J:=5', '\\x1b'), ('max_rate:=!!binary aGk=', 'not known'),
    ('max_rate:=' + '[' * 9000, 'levels'), ('\n:=5', '\\n'),
])
def test_parameters_that_are_none(tmp_path, capsys, text, words):
    assert words in refused(tmp_path, capsys, 'absent', '-p', text)


@pytest.mark.parametrize('parameter', [
    'expression_model:="\\0"', 'detector_model:="a\\0b"', f'expression_model:={"m" * 5000}',
    'expression_model:="\\uDCFF\\n\\e[2J"', 'detector_model:=.', 'expression_model:=/dev/null'])
def test_models_that_cannot_be(tmp_path, capsys, parameter):
    bag = write_bag(tmp_path / 'bag', images(1))
    refused(tmp_path, capsys, bag, '-p', parameter, '--jsonl', tmp_path / 'r.jsonl')


@pytest.mark.parametrize('metadata', [
    b'', b'5', b'\xff\xfe', b'rosbag2_bagfile_information: 2020-01-01', b'[' * 50_000,
    b'a: &a [*a]', BOMB.encode(), b'rosbag2_bagfile_information: {relative_file_paths: 5}',
    b'rosbag2_bagfile_information: {relative_file_paths: [], topics_with_message_count: {a: 1}}',
    b'rosbag2_bagfile_information: {relative_file_paths: [5], topics_with_message_count: []}',
    b'rosbag2_bagfile_information: {relative_file_paths: ["\\0.mcap"],'
    b' topics_with_message_count: []}',
    b'rosbag2_bagfile_information: {relative_file_paths: [a.mcap], topics_with_message_count:'
    b' [{topic_metadata: {name: /a}, message_count: ' + b'9' * 5000 + b'}]}',
])
@pytest.mark.fault(
    '`metadata.yaml` of a bag that is none',
    'one line, a status of its own, no traceback')
def test_metadata_that_are_none(tmp_path, capsys, metadata):
    bag = write_bag(tmp_path / 'bag', images(1))
    (bag / 'metadata.yaml').write_bytes(metadata)
    before = tree(bag)
    assert replay.main([str(bag), '--quiet']) in (DAMAGED, UNUSABLE)
    lines = capsys.readouterr().err.splitlines()
    assert 1 <= len(lines) <= 2 and all(len(line) <= LONGEST for line in lines)
    assert tree(bag) == before


@pytest.mark.parametrize('seed', range(12))
@pytest.mark.fault(
    'recordings with flipped bytes',
    'what can be read is; the rest is told in one line')
def test_recordings_with_flipped_bytes(tmp_path, capsys, seed):
    import random
    bag = write_bag(tmp_path / 'bag', images(3))
    content = bytearray(storage_file(bag).read_bytes())
    rng = random.Random(seed)
    for _ in range(rng.choice((1, 5, 50))):
        # Where the records and their lengths are, and not in the pixels.
        place = rng.choice((rng.randrange(3000), len(content) - 1 - rng.randrange(3000)))
        content[place] = rng.randrange(256)
    storage_file(bag).write_bytes(content)
    status = replay.main([str(bag), '--jsonl', str(tmp_path / 'r.jsonl')])
    err = capsys.readouterr().err
    assert status in (OK, DAMAGED, UNUSABLE) and 'mistake' not in err
    assert (tmp_path / 'r.jsonl').exists() is (status != UNUSABLE)


@pytest.mark.parametrize('arguments, words', [
    (['x' * 5000], 'does not exist'),
    (['x/' * 3000], 'does not exist'),
    (['\udcff\udcfe'], 'does not exist'),
    (['a\x1b[2Jb\nc'], 'does not exist'),
    (['/dev/null'], 'is empty'),
])
@pytest.mark.fault(
    'recordings that cannot be',
    'one line, a status of its own, no traceback')
def test_recordings_that_cannot_be(tmp_path, capsys, arguments, words):
    refused(tmp_path, capsys, *arguments, status=UNUSABLE)


@pytest.mark.parametrize('arguments', [
    ['a', '--min-agreement', '9' * 5000], ['a', '--min-agreement', '\x1b[2J'],
    ['a', '--jsonl', 'x' * 5000], ['a', '--junit', 'y/' * 3000 + 'x'],
    ['a', '--video', 'v' * 9000], ['a', '--expect', 'x' * 5000],
    ['a', '--params-file', '\udcff'], ['a', '--plot', '\n.png/x.png'],
])
def test_arguments_that_cannot_be(arguments, capsys):
    try:
        status = replay.main(arguments)
    except SystemExit as stop:
        status = stop.code
    err = capsys.readouterr().err
    assert status == USAGE and len(err.splitlines()[-1]) <= LONGEST
    assert err.splitlines()[-1].isprintable() and 'Traceback' not in err


@pytest.mark.parametrize('debug', [False, True])
def test_a_mistake_of_ours_is_a_line_and_has_its_own_status(tmp_path, capsys, monkeypatch, debug):
    def fail(*_):
        raise KeyError('something\nnobody thought of')

    (tmp_path / 'r.jsonl').write_text(GOOD)
    monkeypatch.setattr('fer_ros.replay.summary.Summary.add', fail)
    if debug:
        monkeypatch.setenv('FER_DEBUG', '1')
    assert replay.main([str(tmp_path / 'r.jsonl')]) == MISTAKE
    err = capsys.readouterr().err
    assert ('Traceback' in err) is debug
    assert 'KeyError' in err.splitlines()[-1] and 'mistake of fer_ros' in err.splitlines()[-1]


@pytest.mark.parametrize('text', [
    '\0\x01\x08\x0b\x0c\x1b', '\x7f\x85', '\ud800', '\ufffe\uffff', '<&">\'', ']]>', '\r\n\t',
    '\u202eabc\u2066', '\u2028', '😀é', 'a' * 200])
def test_junit_can_always_be_read_back(text):
    from xml.etree import ElementTree

    from fer_ros.replay.evaluator import Result
    root = junit_xml(text, [Result(text, False, 0, 1, text)], [text], 1.0)
    again = ElementTree.fromstring(ElementTree.tostring(root, encoding='utf-8'))
    assert len(again.find('testsuite')) == 2
    for ours, theirs in zip(root.iter(), again.iter()):
        assert ours.attrib == theirs.attrib
        assert all(value.isprintable() for value in ours.attrib.values())
        assert all(line.isprintable() for line in (ours.text or '').split())


@pytest.mark.parametrize('name', ['a\x1b[2J', 'a\nb', '\u202edlrow', '\x9b31m'])
def test_results_are_lines_whatever_their_names_hold(name):
    from fer_ros.replay.evaluator import Result
    assert str(Result(name, True, 1, 1, '100 %')).isprintable()
