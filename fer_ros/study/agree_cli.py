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
"""The command `fer_study agree`: a study held against what people annotated."""

from __future__ import annotations

from argparse import RawDescriptionHelpFormatter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fer_ros.arguments import input_file, Parser, statuses
from fer_ros.boundary import DAMAGED, InputError, OK, tell, UNUSABLE, USAGE
from fer_ros.bounded_text import read_text
from fer_ros.core.text import shown
from fer_ros.output_check import check_outputs
from fer_ros.study.agreement_codings import codings_of, Recordings, Unused
from fer_ros.study.agreement_compare import compare, Comparison
from fer_ros.study.agreement_files import FOLDER, study_digest, write_results
from fer_ros.study.agreement_map import AgreementMap, IN_FRONT
from fer_ros.study.agreement_map_file import load_map
from fer_ros.study.agreement_results import rows_of
from fer_ros.study.agreement_series import Recording
from fer_ros.study.agreement_text import lines, UNUSED, unused_lines
from fer_ros.study.annotations import annotation_files, AnnotationFile, read_annotations
from fer_ros.study.tables import read_study, read_table

_STATUSES = {
    '0': 'all annotations were read, and there is agreement to tell, good or bad',
    '2': 'wrong usage: no study, no usable map or no annotations that can be read',
    '3': 'a file of annotations could not be read; the others were compared',
    '4': 'nothing could be compared: no recording, tier, person and code fit together'}


def run(args: Sequence[str]) -> int:
    """Run the command and return its exit status."""
    options = _parse(args)
    read_study(options.study)
    plan = load_map(options.map)
    paths = list(annotation_files(options.annotations))
    check_outputs(
        [('the results', options.study / FOLDER), ('the page', options.study / 'index.html')],
        [('--map', options.map), *(('ANNOTATIONS', path) for path in paths)])
    files, failed = _files(paths, plan)
    if not files:
        return USAGE
    table = read_table(options.study, 'recordings', ['recording', 'path', 'error']).to_pylist()
    paths_of = {row['recording']: row['path'] for row in table if row['error'] is None}
    comparisons, unused = _compared(options.study, paths_of, files, plan)
    noted = {name for file in files for one in file.annotations for name in one.recording}
    for row in table:
        if row['error'] is not None and Recordings({row['recording']: row['path']}).find(noted):
            tell('fer_study', f"{shown(row['recording'], 200)} is annotated, but the study could "
                 f"not use it: {row['error']}")
    if not any(one.counts['compared'] for one in comparisons):
        for line in unused_lines(unused):
            tell('fer_study', line)
        tell('fer_study', _nothing(comparisons))
        return UNUSABLE
    rows = rows_of(comparisons, plan.classes)
    about = {
        'study': study_digest(options.study, [row['recording'] for row in table]),
        'map': read_text(options.map), 'files': [shown(str(file.path), 500) for file in files],
        'tolerance': plan.tolerance, 'reaction_time': plan.reaction_time, 'unsure': plan.unsure,
        'unused': {name: dict(getattr(unused, name)) for name in UNUSED}}
    write_results(options.study, rows, about, plan.classes)
    from fer_ros.study.page import write_page
    write_page(options.study)
    for line in lines(rows, plan.classes, unused):
        print(line)
    print(f'Written: {shown(str(options.study / FOLDER), 200)} and '
          f"{shown(str(options.study / 'index.html'), 200)}")
    return DAMAGED if failed else OK


def _parse(args: Sequence[str]) -> Any:
    parser = Parser(
        prog='fer_study agree', formatter_class=RawDescriptionHelpFormatter,
        description="Compare a study with annotations of people: confusion, Cohen's kappa, F1, "
                    'and CCC for valence.',
        epilog=statuses(_STATUSES))
    parser.add_argument('study', type=Path, metavar='DIR', help='folder of the study')
    parser.add_argument(
        'annotations', nargs='+', type=_annotations, metavar='ANNOTATIONS',
        help='files of ELAN (.eaf), of BORIS (.boris, exported tables) and other tables (.csv, '
             '.tsv), or folders of them')
    parser.add_argument(
        '--map', required=True, type=input_file, metavar='MAP.yaml',
        help='which tiers and codes stand for which person and which of our words; '
             'docs/agreement.md tells how to write one')
    return parser.parse_args(args)


def _annotations(text: str) -> Path:
    return Path(text) if Path(text).is_dir() else input_file(text)


def _files(paths: Sequence[Path], plan: AgreementMap) -> tuple[list[AnnotationFile], bool]:
    """Return the files that can be read, each once, and whether others could not be."""
    files, failed = [], False
    for path in {path.resolve(): path for path in paths}.values():
        try:
            files.append(read_annotations(path, plan.columns))
        except InputError as error:
            tell('fer_study', str(error))
            failed = True
    return files, failed


def _compared(study: Path, paths: dict[str, str], files: Sequence[AnnotationFile],
              plan: AgreementMap) -> tuple[list[Comparison], Unused]:
    """Return the comparisons of all recordings, of which one is in memory at a time."""
    ids: dict[str, frozenset[str]] = {}

    def ids_of(name: str) -> frozenset[str]:
        if name not in ids:
            ids[name] = Recording(study, name).ids | {IN_FRONT}
        return ids[name]

    codings, unused = codings_of(files, plan, Recordings(paths), ids_of)
    comparisons: list[Comparison] = []
    for name in sorted({place.recording for place in codings}):
        comparisons += compare(
            Recording(study, name),
            {place: one for place, one in sorted(codings.items()) if place.recording == name},
            plan)
    return comparisons, unused


def _nothing(comparisons: Sequence[Comparison]) -> str:
    """Return why nothing could be compared, and what to do."""
    if not comparisons:
        return ('nothing could be compared: no annotation has a recording of the study, a tier '
                'and a code of the map at once; see above which lacks what, and mend the map, or '
                "name the recording of each file under 'files:'")
    counts: dict[str, int] = {}
    for one in comparisons:
        for what, count in one.counts.items():
            counts[what] = counts.get(what, 0) + count
    told = ', '.join(f'{what} ({count} frames)' for what, count in sorted(
        counts.items(), key=lambda item: -item[1]) if count)
    told = told or 'the annotations have no time in common with the recordings'
    return (f'nothing could be compared: {told}; see tolerance, unsure, offset and between of the '
            'map')
