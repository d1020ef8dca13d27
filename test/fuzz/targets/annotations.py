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
"""A file of annotations, of ELAN, BORIS or a table: its first byte says which."""

from contextlib import suppress
import json

from fer_ros.boundary import InputError
from fer_ros.study.annotations import read_annotations
from targets._files import file_with

LONGEST = 4096
ENDINGS = ('.eaf', '.boris', '.csv', '.tsv', '.boris.gz')
TOKENS = [
    b'<ANNOTATION_DOCUMENT VERSION="3.0">', b'<TIER TIER_ID="t">', b'<TIME_ORDER>',
    b'<TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="5"/>', b'<ANNOTATION>', b'</ANNOTATION>',
    b'<ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2">',
    b'<REF_ANNOTATION ANNOTATION_ID="a2" ANNOTATION_REF="a1">', b'<ANNOTATION_VALUE>',
    b'"observations":', b'"behaviors_conf":', b'"events":', b'"time offset":', b'"media_info":',
    b'"length":', b'"file":', b'[1.0,"","smile","",""]', b'State event', b'null', b'1e999',
    b'start', b'end', b'code', b'tier', b'recording', b'annotator', b'Subject', b'Behavior',
    b'Behavior type', b'Start (s)', b'Stop (s)', b'Time', b'Source', b'Media duration (s)',
    b'Observation id', b'player #1:a;b', b'STATE', b'POINT', b'START', b'STOP', b'nan', b'-1',
    b'1:00:00', b';', b'\t', b'"', b'\r\n', b'\xef\xbb\xbf']


def one_input(data: bytes) -> None:
    ending = ENDINGS[data[0] % len(ENDINGS)] if data else ENDINGS[0]
    with suppress(InputError):
        file = read_annotations(file_with(data[1:], f'a{ending}'), {})
        assert file.annotations or file.left_out or file.empty
        for one in file.annotations:
            assert 0.0 <= one.end and one.start <= one.end and one.recording


def seeds():
    eaf = (
        '<?xml version="1.0" encoding="UTF-8"?><ANNOTATION_DOCUMENT AUTHOR="" DATE="" '
        'FORMAT="3.0" VERSION="3.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:noNamespaceSchemaLocation="http://x"><HEADER><MEDIA_DESCRIPTOR MEDIA_URL="file:///a" '
        'TIME_ORIGIN="5"/></HEADER><TIME_ORDER><TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="1"/>'
        '<TIME_SLOT TIME_SLOT_ID="ts2" TIME_VALUE="9"/></TIME_ORDER><TIER TIER_ID="t" '
        'LINGUISTIC_TYPE_REF="x"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" '
        'TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2"><ANNOTATION_VALUE>smile</ANNOTATION_VALUE>'
        '</ALIGNABLE_ANNOTATION></ANNOTATION></TIER><TIER TIER_ID="u" LINGUISTIC_TYPE_REF="x">'
        '<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="a2" ANNOTATION_REF="a1"><ANNOTATION_VALUE/>'
        '</REF_ANNOTATION></ANNOTATION></TIER></ANNOTATION_DOCUMENT>')
    yield b'\0' + eaf.encode()
    observation = {
        'type': 'MEDIA', 'time offset': 1.0, 'file': {'1': ['a', 'b']},
        'media_info': {'length': {'a': 5.0, 'b': 5.0}},
        'events': [[2.0, '', 'smile', '', ''], [7.0, '', 'smile', '', ''],
                   [3.0, 'x', 'wink', 'm']]}
    yield b'\1' + json.dumps({
        'behaviors_conf': {'0': {'code': 'smile', 'type': 'State event'}},
        'observations': {'one': observation}}).encode()
    yield b'\2recording,tier,start,end,code\na,face,0,1.5,smile\n,,1:02,,wink\n'
    yield b'\2start;end;code\n0,5;1,5;smile\n'
    head = ('Observation id\tSource\tTime offset (s)\tMedia duration (s)\tSubject\tBehavior\t'
            'Modifier #1\tBehavior type\t')
    yield (b'\3' + head.encode() + b'Start (s)\tStop (s)\n'
           b'o\tplayer #1:a;b|player #2:c\t0\t5;5|9\t\tsmile\tm\tSTATE\t1\t7\n')
    yield (b'\3' + head.encode() + b'Time\no\tplayer #1:a\t0\t9\t\tsmile\t\tSTART\t1\n'
           b'o\tplayer #1:a\t0\t9\t\tsmile\t\tSTOP\t2\n')
