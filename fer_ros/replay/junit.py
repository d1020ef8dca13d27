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

"""JUnit XML of a replay, so that a CI server shows each expectation as a test case."""

from __future__ import annotations

from pathlib import Path
from typing import Iterable, Sequence
from xml.etree import ElementTree

from fer_ros.core.text import escaped
from fer_ros.replay.evaluator import Result
from fer_ros.staged_output import write_whole


def junit_xml(suite: str, results: Iterable[Result], problems: Sequence[str],
              seconds: float) -> ElementTree.Element:
    """
    Build the report.

    :param suite: name of the suite, the recording's.
    :param results: one test case each.
    :param problems: what was wrong with the recording; one more case, `recording is sound`,
        fails where there is any.
    :param seconds: how long the replay took.
    :return: the root element `testsuites`.
    """
    cases = [(escaped(result.name), result.success,
              escaped(f'{result.passed} / {result.total}, {result.detail}'))
             for result in results]
    cases.append(
        ('recording is sound', not problems, escaped('; '.join(problems)) or 'no problem'))
    failures = sum(not success for _, success, _ in cases)
    counts = {'tests': str(len(cases)), 'failures': str(failures), 'errors': '0',
              'time': f'{seconds:.3f}'}
    suite = escaped(suite)
    root = ElementTree.Element('testsuites', {'name': 'fer_replay', **counts})
    element = ElementTree.SubElement(root, 'testsuite', {'name': suite, **counts})
    for name, success, detail in cases:
        case = ElementTree.SubElement(
            element, 'testcase', {'classname': f'fer_replay.{suite}', 'name': name, 'time': '0'})
        if success:
            ElementTree.SubElement(case, 'system-out').text = detail
        else:
            failure = ElementTree.SubElement(
                case, 'failure', {'message': detail, 'type': 'expectation'})
            failure.text = f'{name}: {detail}'
    return root


def write_junit(path: Path, suite: str, results: Iterable[Result], problems: Sequence[str],
                seconds: float) -> None:
    """
    Write the report of `junit_xml` to a file.

    :raises OutputError: it cannot be written.
    """
    root = junit_xml(suite, results, problems, seconds)
    ElementTree.indent(root)
    write_whole(path, ElementTree.tostring(root, encoding='utf-8', xml_declaration=True) + b'\n')
