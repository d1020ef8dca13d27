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
"""Files of ELAN, BORIS and tables: what is read, and what is said of those that are none."""

import gzip
import json
from pathlib import Path

from fer_ros.boundary import InputError
from fer_ros.study.annotations import annotation_files, read_annotations, stem
import pytest


def read(path, columns=None):
    file = read_annotations(Path(path), columns or {})
    return file, [(one.recording[0], one.tier, one.start, one.end, one.code)
                  for one in file.annotations]


@pytest.fixture
def elan(tmp_path):
    """Return what writes a file of ELAN, and its path."""
    pympi = pytest.importorskip('pympi', reason="pip install '.[study]'")

    def write(change=None, name='coded.eaf'):
        eaf = pympi.Eaf()
        eaf.remove_tier('default')
        eaf.add_linked_file('file:///C:/My%20videos/session%201.mp4', '../session 1.mp4')
        eaf.add_tier('face')
        eaf.add_annotation('face', 1000, 2500, 'smile')
        if change:
            change(eaf)
        eaf.to_file(str(tmp_path / name))
        return tmp_path / name
    return write


def test_elan_is_read_by_tier_and_medium(elan):
    def more(eaf):
        eaf.add_linguistic_type('words', 'Symbolic_Association')
        eaf.add_tier('why', 'words', 'face')
        eaf.add_ref_annotation('why', 'face', 1200, 'a joke')
        eaf.add_tier('empty', tier_dict={'TIER_ID': 'empty', 'LINGUISTIC_TYPE_REF': 'default-lt',
                                         'ANNOTATOR': 'Anna'})
    file, found = read(elan(more))
    # What refers to an annotation has its time.
    assert found == [('session 1.mp4', 'face', 1.0, 2.5, 'smile'),
                     ('session 1.mp4', 'why', 1.0, 2.5, 'a joke')]
    assert file.annotations[0].recording == ('session 1.mp4', 'coded')
    assert [(tier, who) for _, tier, who in file.empty] == [('empty', 'Anna')]


def test_elan_may_begin_later_than_its_medium(elan):
    def late(eaf):
        eaf.media_descriptors[0]['TIME_ORIGIN'] = '2000'
    assert read(elan(late))[1] == [('session 1.mp4', 'face', 3.0, 4.5, 'smile')]


def test_annotations_without_a_time_are_counted(elan):
    def lose(eaf):
        eaf.timeslots['ts2'] = None
    file, found = read(elan(lose))
    assert found == [] and file.left_out == {"an annotation of the tier 'face' without a time": 1}


SLOTS = ''.join(f'<TIME_SLOT TIME_SLOT_ID="ts{number}"{time}/>' for number, time in (
    (1, ' TIME_VALUE="1000"'), (2, ' TIME_VALUE="4000"'), (3, ''), (4, ''),
    (5, ' TIME_VALUE="2500"'), (6, ' TIME_VALUE="9000"')))
TYPES = ''.join(
    f'<LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="{name}" CONSTRAINTS="{name}"/>' for name in (
        'Symbolic_Subdivision', 'Symbolic_Association', 'Time_Subdivision'))


def tier(name, kind, *annotations):
    """Return a tier of annotations: (id, two slots, value) or (id, refers to, before, value)."""
    parts = []
    for one, first, second, value in annotations:
        if (first + (second or '')).startswith('ts'):
            tag, names = 'ALIGNABLE_ANNOTATION', ('TIME_SLOT_REF1', 'TIME_SLOT_REF2')
        else:
            tag, names = 'REF_ANNOTATION', ('ANNOTATION_REF', 'PREVIOUS_ANNOTATION')
        told = ' '.join(f'{key}="{at}"' for key, at in zip(names, (first, second)) if at)
        parts.append(f'<ANNOTATION><{tag} ANNOTATION_ID="{one}" {told}><ANNOTATION_VALUE>{value}'
                     f'</ANNOTATION_VALUE></{tag}></ANNOTATION>')
    return f'<TIER TIER_ID="{name}" LINGUISTIC_TYPE_REF="{kind}">{"".join(parts)}</TIER>'


@pytest.mark.parametrize('tiers, wanted', [
    # Equal parts, in the order that each names, not that of the file.
    ([tier('s', 'Symbolic_Subdivision', ('a4', 'a1', 'a3', 'z'), ('a2', 'a1', None, 'x'),
           ('a3', 'a1', 'a2', 'y'))], {'x': (1, 2), 'y': (2, 3), 'z': (3, 4)}),
    # Parts of parts, and what refers to one of these.
    ([tier('s', 'Symbolic_Subdivision', ('a2', 'a1', None, 'x'), ('a3', 'a1', 'a2', 'y')),
      tier('t', 'Symbolic_Subdivision', ('a4', 'a3', None, 'v'), ('a5', 'a3', 'a4', 'w')),
      tier('u', 'Symbolic_Association', ('a6', 'a5', None, 'u'))],
     {'x': (1, 2.5), 'y': (2.5, 4), 'v': (2.5, 3.25), 'w': (3.25, 4), 'u': (3.25, 4)}),
    # A single one has all of it; two of an association do not share.
    ([tier('s', 'Symbolic_Subdivision', ('a2', 'a1', None, 'x')),
      tier('u', 'Symbolic_Association', ('a3', 'a1', None, 'u'), ('a4', 'a1', None, 'v'))],
     {'x': (1, 4), 'u': (1, 4), 'v': (1, 4)}),
    # Those that come before one another in a circle, or before one that is not there.
    ([tier('s', 'Symbolic_Subdivision', ('a2', 'a1', 'a3', 'x'), ('a3', 'a1', 'a2', 'y'),
           ('a4', 'a1', 'a99', 'z'))], {'z': (1, 2), 'x': (2, 3), 'y': (3, 4)}),
    # Borders between neighbours of which only some have a time.
    ([tier('s', 'Time_Subdivision', ('a2', 'ts1', 'ts3', 'x'), ('a3', 'ts3', 'ts4', 'y'),
           ('a4', 'ts4', 'ts2', 'z'))], {'x': (1, 2), 'y': (2, 3), 'z': (3, 4)}),
    ([tier('s', 'Time_Subdivision', ('a2', 'ts1', 'ts3', 'x'), ('a3', 'ts3', 'ts5', 'y'),
           ('a4', 'ts5', 'ts2', 'z'))], {'x': (1, 1.75), 'y': (1.75, 2.5), 'z': (2.5, 4)}),
    # No time follows, or the slots go in a circle.
    ([tier('s', 'Time_Subdivision', ('a2', 'ts1', 'ts3', 'x'), ('a3', 'ts3', 'ts4', 'y'))], {}),
    ([tier('s', 'Time_Subdivision', ('a2', 'ts1', 'ts3', 'x'), ('a3', 'ts3', 'ts3', 'y'))], {}),
    ([tier('s', 'Symbolic_Subdivision', ('a2', 'a77', None, 'x'))], {}),
])
def test_elan_annotations_that_divide_another_have_their_part_of_its_time(
        tmp_path, tiers, wanted):
    pytest.importorskip('pympi', reason="pip install '.[study]'")
    (tmp_path / 'a.eaf').write_text(EAF.format(
        HEAD, f'<HEADER/><TIME_ORDER>{SLOTS}</TIME_ORDER>'
        + tier('face', 'default-lt', ('a1', 'ts1', 'ts2', 'smile')) + ''.join(tiers) + TYPES))
    file, found = read(tmp_path / 'a.eaf')
    assert {row[4]: row[2:4] for row in found} == {'smile': (1.0, 4.0), **wanted}
    assert sum(file.left_out.values()) == sum(
        each.count('<ANNOTATION>') for each in tiers) - len(wanted)


PROJECT = {
    'behaviors_conf': {
        '0': {'code': 'smile', 'type': 'State event'},
        '1': {'code': 'wink', 'type': 'Point event'},
        '2': {'code': 'frown', 'type': 'State event with coding map'}},
    'observations': {
        'one': {
            'type': 'MEDIA', 'time offset': 10.0, 'file': {'1': ['/home/x/a.mp4'], '2': ['b.mp4']},
            'media_info': {'length': {'/home/x/a.mp4': 60.0}}, 'events': [
                [11.0, 'child', 'smile', 'None', ''], [13.5, 'child', 'smile', 'None', '', 90],
                [12.0, '', 'wink', '', ''], [14.0, 'child', 'smile', 'broad', ''],
                [15.0, 'child', 'smile', 'broad', ''], [16.0, 'child', 'frown', '', '']]},
        'two': {
            'type': 'MEDIA', 'file': {'1': ['a.mp4', 'c.mp4']},
            'media_info': {'length': {'a.mp4': 60.0, 'c.mp4': 30.0}}, 'events': [
                [50.0, 'child', 'smile', '', ''], [70.0, 'child', 'smile', '', ''],
                [60.0, 'child', 'wink', '', ''], [95.0, 'child', 'wink', '', '']]}}}


@pytest.mark.parametrize('packed', [False, True])
def test_projects_of_boris_are_read(tmp_path, packed):
    path = tmp_path / ('p.boris.gz' if packed else 'p.boris')
    text = json.dumps(PROJECT).encode()
    path.write_bytes(gzip.compress(text) if packed else text)
    file, found = read(path)
    assert found == [
        ('a.mp4', 'No focal subject', 2.0, 2.0, 'wink'), ('a.mp4', 'child', 1.0, 3.5, 'smile'),
        ('a.mp4', 'child', 4.0, 5.0, 'smile'),
        # Over two media that are played one after the other.
        ('c.mp4', 'child', 0.0, 0.0, 'wink'), ('a.mp4', 'child', 50.0, 60.0, 'smile'),
        ('c.mp4', 'child', 0.0, 10.0, 'smile')]
    assert [one.detail for one in file.annotations[:3]] == ['', '', 'broad']
    assert file.left_out == {
        "a state 'frown' that never stops": 1,
        "an event of 'two' that lies in none of its media": 1}


AGGREGATED = (
    'Observation id,Observation date,Description,Observation type,Source,Time offset (s),'
    'Coding duration,Media duration (s),FPS (frame/s),Subject,'
    'Observation duration by subject by observation,Behavior,Behavioral category,Modifier #1,'
    'Behavior type,Start (s),Stop (s),Duration (s),Media file name,Comment start,Comment stop\n'
    'one,2026-01-01 10:00:00,,Media file,player #1:v/a.mp4;v/c.mp4|player #2:z.mp4,1.0,90,'
    '60.0;30.0|90,25|25,child,2.5,smile,,,STATE,51.000,71.000,20,v/a.mp4,,\n'
    'one,2026-01-01 10:00:00,,Media file,player #1:v/a.mp4;v/c.mp4|player #2:z.mp4,1.0,90,'
    '60.0;30.0|90,25|25,No focal subject,2.5,wink,,broad,POINT,3.000,3.000,NA,v/a.mp4,,\n')

TABULAR = (
    'Observation id\tObservation date\tDescription\tObservation duration\tObservation type\t'
    'Source\tTime offset (s)\tMedia duration (s)\tFPS\tSubject\tBehavior\tBehavioral category\t'
    'Behavior type\tTime\tMedia file name\tImage index\tImage file path\tComment\n'
    + ''.join(f'one\t2026-01-01\t\t60\tMedia file(s)\tplayer #1:v/a.mp4\t0.0\t60.0\t25\tchild\t'
              f'smile\t\t{kind}\t{time}\tv/a.mp4\tNA\tNA\t\n'
              for kind, time in (('START', 1.5), ('STOP', 4.0), ('POINT', 5.0), ('STOP', 6.0))))

#: As version 7 wrote them.
OLD_TABULAR = (
    'Observation id,one,,,,,,,\n,,,,,,,,\nMedia file(s),,,,,,,,\n,,,,,,,,\n'
    'Player #1,v/a.mp4,,,,,,,\n,,,,,,,,\nTime offset (s),0.5,,,,,,,\n,,,,,,,,\n'
    'Time,Media file path,Total length,FPS,Subject,Behavior,Behavioral category,Comment,Status\n'
    '3.300,v/a.mp4,359.960,25.0,child,smile,,,START\n'
    '7.750,v/a.mp4,359.960,25.0,child,smile,,,STOP\n')

OLD_AGGREGATED = (
    'Observation id;Observation date;Description;Media file;Total length;FPS;Subject;Behavior;'
    'Behavioral category;Modifiers;Behavior type;Start (s);Stop (s);Duration (s);Comment start;'
    'Comment stop\n'
    'one;2026-01-01;;a.mp4;539,9;25,0;child;smile;;;STATE;1,800;8,125;6,325;;\n'
    'two;2026-01-01;;a.mp4;539,9;25,0;child;smile;;;STATE;1,800;8,125;6,325;;\n'
    'two;2026-01-01;;b.mp4;539,9;25,0;child;smile;;;STATE;191,800;198,125;6,325;;\n')


@pytest.mark.parametrize('name, text, wanted, left_out', [
    ('a.csv', AGGREGATED, [
        ('a.mp4', 'child', 50.0, 60.0, 'smile'), ('c.mp4', 'child', 0.0, 10.0, 'smile'),
        ('a.mp4', 'No focal subject', 2.0, 2.0, 'wink')], {}),
    ('a.tsv', TABULAR, [('a.mp4', 'child', 1.5, 4.0, 'smile'),
                        ('a.mp4', 'child', 5.0, 5.0, 'smile')],
     {"a state 'smile' that stops without a start": 1}),
    ('a.csv', OLD_TABULAR, [('a.mp4', 'child', 2.8, 7.25, 'smile')], {}),
    ('a.csv', OLD_AGGREGATED, [('a.mp4', 'child', 1.8, 8.125, 'smile')], {
        "an event of 'two', whose media follow one another without a length: export it with a "
        'newer BORIS, or name its project': 2}),
])
def test_exports_of_boris_are_read(tmp_path, name, text, wanted, left_out):
    (tmp_path / name).write_text(text, encoding='utf-8-sig')
    file, found = read(tmp_path / name)
    assert found == [(*row[:2], pytest.approx(row[2]), pytest.approx(row[3]), row[4])
                     for row in wanted]
    assert file.left_out == left_out


@pytest.mark.parametrize('text, columns, wanted', [
    ('recording,tier,start,end,code\na.mp4,face,1,2.5,smile\n', {},
     [('a.mp4', 'face', 1.0, 2.5, 'smile')]),
    # The name of the file is the recording's, an event has no end, hours and minutes are read.
    ('start,code\n1:02.5,smile\n1:00:00,"a, b"\n', {},
     [('s_01', '', 62.5, 62.5, 'smile'), ('s_01', '', 3600.0, 3600.0, 'a, b')]),
    ('Onset;Offset;Emotion\n1,5;2,25;smile\n', {
        'start': 'Onset', 'end': 'Offset', 'code': 'Emotion'},
     [('s_01', '', 1.5, 2.25, 'smile')]),
    # As Excel writes and is told it.
    ('\ufeffsep=;\r\nstart;end;code\r\n1,5;2,25;a, b\r\n', {}, [
        ('s_01', '', 1.5, 2.25, 'a, b')]),
    ('\ufeffstart;code\n1,5;"a;b"\n', {}, [('s_01', '', 1.5, 1.5, 'a;b')]),
    ('start\tcode\r\n1\tsmile\r\n\r\n', {}, [('s_01', '', 1.0, 1.0, 'smile')]),
])
def test_plain_tables_are_read(tmp_path, text, columns, wanted):
    (tmp_path / 's_01.csv').write_text(text)
    assert read(tmp_path / 's_01.csv', columns)[1] == wanted


def test_rows_that_make_no_sense_are_counted(tmp_path):
    (tmp_path / 'a.csv').write_text('start,end,code\nx,2,a\n3,2,a\nnan,1,a\n-5,-4,a\n1,2,a\n')
    file, found = read(tmp_path / 'a.csv')
    assert [row[2:] for row in found] == [(1.0, 2.0, 'a')]
    assert file.left_out == {
        'an annotation without a time': 2, 'an annotation that ends before it starts': 1,
        'an annotation from before the recording starts': 1}


EAF = '<?xml version="1.0"?><ANNOTATION_DOCUMENT {}>{}</ANNOTATION_DOCUMENT>'
HEAD = ('VERSION="3.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:noNamespaceSchemaLocation="http://x"')
CIRCLE = (
    '<HEADER/><TIME_ORDER/><TIER TIER_ID="t" LINGUISTIC_TYPE_REF="x"><ANNOTATION><REF_ANNOTATION '
    'ANNOTATION_ID="a1" ANNOTATION_REF="a1"><ANNOTATION_VALUE/></REF_ANNOTATION></ANNOTATION>'
    '</TIER>')


@pytest.mark.parametrize('name, content, words', [
    ('a.eaf', '', 'it is empty'), ('a.eaf', 'smile', 'ANNOTATION_DOCUMENT> is missing'),
    ('a.eaf', '<ANNOTATION_DOCUMENT>', 'cannot have written it'),
    ('a.eaf', EAF.format('', ''), 'cannot have written it'),
    ('a.eaf', EAF.format(HEAD, '<TIER/>'), "'TIER_ID' is missing"),
    ('a.eaf', EAF.format(HEAD, '<TIME_ORDER><TIME_SLOT TIME_SLOT_ID="x" TIME_VALUE="y"/>'
                         '</TIME_ORDER>'), 'cannot have written it'),
    ('a.eaf', EAF.format(HEAD, ''), 'holds no annotations'),
    ('a.eaf', '<!DOCTYPE x [<!ENTITY a "b">]>' + EAF.format(HEAD, ''), 'defines entities'),
    ('a.boris', '{}', "the key 'behaviors_conf' is missing"), ('a.boris', '[', 'not JSON'),
    ('a.boris', '5', 'no project of BORIS'), ('a.boris', '[' * 100_000, 'nested too deeply'),
    ('a.boris', b'\x1f\x8b\x00', 'cannot be unpacked'), ('a.boris', b'\xff\xfe{', 'UTF-8'),
    ('a.boris', '{"behaviors_conf": {}, "observations": {}}', 'holds no annotations'),
    ('a.boris', '{"behaviors_conf": {}, "observations": {"o": {"events": [[1]]}}}', 'a list'),
    ('a.boris', '{"behaviors_conf": {"0": 5}, "observations": {}}', 'a behaviour'),
    ('a.csv', b'\xff\xfes\0t\0', 'save it as UTF-8'), ('a.csv', 's\0', 'null bytes'),
    ('a.csv', 'begin,code\n1,a\n', "the column 'start' is missing"),
    ('a.csv', 'start,start,code\n1,1,a\n', "'start' is there twice"),
    ('a.csv', 'start,code\n', 'holds no annotations'), ('a.csv', '\n\n', 'is missing'),
    ('a.csv', 'start,code\n1,"' + 'x' * 200_000, 'it is no table'),
    ('a.mp4', 'x', 'ends in none of .eaf'),
])
def test_files_that_are_none_are_told_in_a_line(tmp_path, name, content, words):
    if name.endswith('.eaf'):
        pytest.importorskip('pympi', reason="pip install '.[study]'")
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as caught:
        read(path)
    told = str(caught.value)
    assert words in told and told.startswith(str(path)) and told.isprintable()
    assert len(told) < 900


def test_annotations_that_refer_to_each_other_in_a_circle_have_no_time(tmp_path):
    pytest.importorskip('pympi', reason="pip install '.[study]'")
    (tmp_path / 'a.eaf').write_text(EAF.format(HEAD, CIRCLE))
    file, found = read(tmp_path / 'a.eaf')
    assert not found and sum(file.left_out.values()) == 1


def test_a_column_that_the_map_names_must_be_there(tmp_path):
    (tmp_path / 'a.csv').write_text('start,code\n1,a\n')
    with pytest.raises(InputError, match="'Coder', which the map names, is missing"):
        read(tmp_path / 'a.csv', {'annotator': 'Coder'})


def test_folders_stand_for_the_files_in_them(tmp_path):
    (tmp_path / 'b').mkdir()
    for name in ('b/x.EAF', 'a.csv', 'notes.md', 'p.boris.gz'):
        (tmp_path / name).touch()
    assert [path.name for path in annotation_files([tmp_path])] == ['a.csv', 'x.EAF', 'p.boris.gz']
    (tmp_path / 'none').mkdir()
    with pytest.raises(InputError, match='holds no annotations'):
        list(annotation_files([tmp_path / 'none']))


@pytest.mark.parametrize('name, wanted', [
    ('C:\\videos\\a.b.mp4', 'a.b'), ('/x/y.mp4', 'y'), ('y', 'y'), ('bag/', 'bag')])
def test_stems_are_those_of_any_system(name, wanted):
    assert stem(name) == wanted
