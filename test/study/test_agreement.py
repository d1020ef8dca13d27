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
"""The command `fer_study agree`: its figures by hand, its files, and what it says of bad input."""

import csv
import json

import pytest

pytest.importorskip('pyarrow', reason="pip install '.[study]'")
pytest.importorskip('jinja2', reason='apt install python3-jinja2')
from fer_ros.study.agreement_coding import Coding, Without  # noqa: E402,I100
from fer_ros.study.cli import main  # noqa: E402
from made_studies import (  # noqa: E402
    add_failure, add_recording, alternating, face, new_study)
import numpy as np  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402

MAP = """
tiers:
  face: {person: a}
codes: {flat: neutral, smile: happy}
"""


@pytest.fixture
def study(tmp_path):
    """Return a study: neutral and happy for 5 s in turn, 20 s at 10 Hz."""
    folder = new_study(tmp_path / 'study')
    add_recording(folder, 's_01', alternating())
    return folder


@pytest.fixture
def agree(study, tmp_path, capsys):
    """Return what runs the command on rows of a table: status, comparisons, outputs."""
    def run(rows, plan=MAP, name='s_01.csv', head='tier,start,end,code', more=()):
        table, plan_file = tmp_path / name, tmp_path / 'map.yaml'
        table.write_text('\n'.join([head, *rows]))
        plan_file.write_text(plan)
        status = main(['agree', str(study), str(table), *map(str, more), '--map', str(plan_file)])
        summary = study / 'agreement' / 'agreement.json'
        content = json.loads(summary.read_text()) if summary.exists() else {}
        return status, content.get('comparisons', []), capsys.readouterr(), content
    return run


def counts(comparison):
    return {key: value for key, value in comparison['counts'].items() if value}


TRUTH = ['face,0,5,flat', 'face,5,10,smile', 'face,10,15,flat', 'face,15,20,smile']


def test_the_same_as_the_study_agrees_wholly(agree):
    status, (one, whole), output, _ = agree(TRUTH)
    assert status == 0 and not output.err
    for row in (one, whole):
        assert (row['kappa'], row['agreement'], row['macro_f1']) == (1.0, 1.0, 1.0)
        assert row['chance'] == 0.5 and counts(row) == {'compared': 200}
        assert row['seconds'] == pytest.approx(20.0)
    assert (one['recording'], one['person'], one['against']) == ('s_01', 'a', 'study')
    assert (whole['recording'], whole['person']) == ('all', 'all')


def test_figures_are_those_worked_out_by_hand(agree):
    # 50 of 100 neutral frames are noted as a smile: rows 50 + 0, 50 + 100.
    _, (one, _), output, _ = agree(['face,0,5,flat', 'face,5,20,smile'])
    assert one['confusion'][0][:2] == [50, 0] and one['confusion'][1][:2] == [50, 100]
    chance = (50 * 100 + 150 * 100) / 200**2
    assert one['agreement'] == 0.75 and one['chance'] == chance
    assert one['kappa'] == pytest.approx((0.75 - chance) / (1 - chance))
    first, second = one['classes'][:2]
    assert first['f1'] == pytest.approx(2 * 50 / 150) and second['f1'] == pytest.approx(0.8)
    assert one['macro_f1'] == pytest.approx((2 / 3 + 0.8) / 2) and one['largest_class'] == 0.75
    assert '0.50' in output.out and 'annotated \\ other' in output.out


def test_time_about_changes_is_left_out(agree):
    late = ['face,0,5.4,flat', 'face,5.4,10.4,smile', 'face,10.4,15.4,flat',
            'face,15.4,20,smile']
    _, (exact, *_), _, _ = agree(late)
    assert exact['agreement'] == pytest.approx(1 - 12 / 200)
    _, (tolerant, *_), _, _ = agree(late, MAP + 'tolerance: 0.5')
    assert tolerant['agreement'] == 1.0
    # What it would be without is told beside it.
    assert tolerant['kappa_without_tolerance'] == pytest.approx(exact['kappa'])
    left_out = tolerant['counts']['near a change']
    assert left_out == 3 * 9 + 5 + 4 and tolerant['compared'] == 200 - left_out
    _, (shifted, *_), _, _ = agree(late, MAP + 'reaction_time: 0.4')
    assert shifted['agreement'] == 1.0


def test_borders_between_the_same_are_no_changes():
    coding = Coding(spans=[(0.0, 5.0, 1), (5.0, 10.0, 1), (10.0, 12.0, 2)])
    near = coding.near_change(np.arange(0, 12, 0.1), 0.25)
    assert near[:3].all() and near[98:102].all() and not near[10:95].any()


def test_where_annotations_differ_or_lack_nothing_is_compared():
    coding = Coding(spans=[(1.0, 3.0, 0), (2.0, 4.0, 1), (3.5, 6.0, Without.LEFT_OUT),
                           (5.0, 7.0, Without.UNKNOWN)])
    assert coding.classes(np.arange(0.5, 8)).tolist() == [
        Without.NOTHING, 0, Without.OVERLAP, 1, Without.LEFT_OUT, Without.UNKNOWN,
        Without.UNKNOWN, Without.NOTHING]
    nothing = Coding(spans=[(1.0, 2.0, 1)], nothing=0, between=(0.0, 3.0))
    assert nothing.classes(np.array([0.5, 1.5, 2.5, 3.5])).tolist() == [0, 1, 0, -1]


def test_what_is_not_noted_may_have_a_meaning(agree):
    _, (one, _), _, _ = agree(['face,5,10,smile', 'face,15,20,smile'])
    assert counts(one) == {'compared': 100, 'nothing annotated': 100} and one['kappa'] is None
    _, (one, _), _, _ = agree(['face,5,10,smile', 'face,15,20,smile'],
                              MAP.replace('a}', 'a, unannotated: neutral}'))
    assert counts(one) == {'compared': 200} and one['kappa'] == 1.0


@pytest.mark.parametrize('unsure, kappa, wanted', [
    ('left out', 1.0, {'compared': 100, 'unsure': 50}),
    ('disagreement', None, {'compared': 150}), ('most probable', 1.0, {'compared': 150})])
def test_unsure_counts_as_the_map_says(study, agree, unsure, kappa, wanted):
    add_recording(study, 's_01', alternating(15, labels=('happy', 'unsure', 'sad')))
    _, (one, _), _, _ = agree(
        ['face,0,5,smile', 'face,5,10,flat', 'face,10,15,low'],
        MAP.replace('}\n', ', low: sad}\n') .replace('a, low: sad}', 'a}')
        + f'unsure: {unsure}')
    assert counts(one) == wanted
    if kappa is not None:
        assert one['kappa'] == kappa and one['macro_f1'] == 1.0
    else:
        assert one['agreement'] == pytest.approx(2 / 3)
        assert one['macro_f1'] == pytest.approx(2 / 3)


def test_classes_may_join_words(study, agree):
    add_recording(study, 's_01', alternating(20, labels=('sad', 'angry', 'happy', 'contempt')))
    plan = """
classes:
  positive: [happy]
  negative: [sad, angry, disgusted, scared]
  left out: [neutral, surprised, contempt]
codes: {p: positive, n: negative}
tiers: {face: {person: in_front}}
"""
    _, (one, _), _, content = agree(['face,0,10,n', 'face,10,20,p'], plan)
    assert one['kappa'] == 1.0 and content['classes'] == ['positive', 'negative']
    assert counts(one) == {'compared': 150, 'a word without a class': 50}


def test_events_are_held_against_what_is_said_about_them(agree):
    _, (one, _), output, _ = agree(
        ['face,7,,smile', 'face,2,,smile', 'face,5.1,,smile', 'face,99,,flat'],
        MAP + 'tolerance: 0.5')
    assert one['kind'] == 'points' and one['annotations'] == 4
    assert counts(one) == {'compared': 3, 'person not seen': 1}
    # Within half a second of 5.1 s a smile is said more often than not.
    assert one['confusion'][1][:2] == [1, 2] and '3 events' in output.out


def test_of_what_is_said_as_often_the_nearest_counts(agree):
    # Frames at 4.6 to 5.3 s: four of each class, with smiles from 5 s on.
    _, (one, _), _, _ = agree(['face,4.96,,smile'], MAP + 'tolerance: 0.4')
    assert one['confusion'][1][:2] == [0, 1]
    _, (one, _), _, _ = agree(['face,4.94,,smile'], MAP + 'tolerance: 0.4')
    assert one['confusion'][1][:2] == [1, 0]


VALENCE = 'tiers: {mood: {person: a, measure: valence, range: [1, 9]}}'


def test_valence_is_concordance(study, agree):
    add_recording(study, 's_01', [
        (number / 10, [face('a', 'neutral', valence=number / 100)]) for number in range(100)])
    rows = [f'mood,{number / 10},{(number + 1) / 10},{5 + number / 25}' for number in range(100)]
    status, (one, _), output, _ = agree(rows, VALENCE)
    assert status == 0 and one['ccc'] == pytest.approx(1.0) and one['kind'] == 'intervals'
    # A trace: samples with lines between, each of them a tenth too low.
    trace = [f'mood,{second},,{5 + second * 0.4 - 0.4}' for second in range(11)]
    _, (one, _), output, _ = agree(trace, VALENCE)
    values = np.arange(100) / 100
    wanted = 2 * values.var() / (2 * values.var() + 0.1**2)
    assert one['kind'] == 'trace' and one['ccc'] == pytest.approx(wanted)
    assert one['mean_difference'] == pytest.approx(0.1) and one['correlation'] > 0.999
    assert 'CCC' in output.out


def test_samples_that_are_far_apart_are_not_joined():
    coding = Coding(points=[(0.0, 0.0), (1.0, 1.0), (2.0, 0.0), (30.0, 1.0)])
    assert coding.trace(np.array([0.5, 1.5, 10.0, 30.0, 31.0])).tolist() == pytest.approx(
        [0.5, 0.5, np.nan, np.nan, np.nan], nan_ok=True)


def test_annotators_are_held_against_each_other(agree, tmp_path):
    ben = tmp_path / 'ben.csv'
    ben.write_text('recording,tier,start,end,code\nS/s_01.avi,face,0,5,flat\n'
                   's_01.mp4,face,5,20,smile\n')
    status, rows, output, _ = agree(TRUTH, MAP, 's_01.csv', more=[ben])
    assert status == 2 and 'both have the tier' in output.err and "'files:'" in output.err
    plan = MAP + 'files: {ben.csv: {annotator: ben}, "s_*": {annotator: anna}}'
    status, rows, output, _ = agree(TRUTH, plan, 's_01.csv', more=[ben])
    pairs = {(row['annotator'], row['against']): row['kappa'] for row in rows}
    assert status == 0 and pairs == {
        ('anna', 'study'): 1.0, ('ben', 'study'): pytest.approx(0.5),
        ('anna', 'ben'): pytest.approx(0.5)}


def test_people_may_have_several_ids_and_be_absent(study, agree):
    frames = [(t, [face('x' if t < 8 else 'y', faces[0].label)] if not 6 < t < 8 else [])
              for t, faces in alternating()]
    add_recording(study, 's_01', frames)
    _, (one, _), _, _ = agree(TRUTH, MAP.replace('person: a', 'person: [x, y]'))
    assert one['person'] == 'x + y' and counts(one) == {'compared': 181, 'person not seen': 19}
    status, _, output, _ = agree(TRUTH, MAP.replace('person: a', 'person: z'))
    assert status == 4 and "'z' of 's_01'" in output.err


def test_many_recordings_have_an_interval(study, agree):
    for number in range(2, 7):
        add_recording(study, f's_0{number}', alternating(each=4 + number / 4))
    rows = [f's_0{number},{row}' for number in range(1, 7) for row in TRUTH]
    _, found, output, _ = agree(rows, head='recording,tier,start,end,code', name='all.csv')
    whole = found[-1]
    assert whole['kappa_low'] < whole['kappa'] < whole['kappa_high'] and ' to ' in output.out
    assert all(row['kappa_low'] is None for row in found[:-1])
    again = agree(rows, head='recording,tier,start,end,code', name='all.csv')[1][-1]
    assert again == whole


def test_what_could_not_be_used_is_listed(study, agree):
    add_failure(study, 'lost', 'it is truncated')
    rows = [*(f's_01,{row}' for row in TRUTH), 's_01,fase,0,1,flat', 's_01,face,0,1,smiel',
            'session9,face,0,1,flat', 's_01,face,9,1,flat', 'lost.mp4,face,0,1,flat']
    status, _, output, content = agree(rows, head='recording,tier,start,end,code', name='a.csv')
    assert status == 0
    for told in ("'fase'; did you mean 'face'? (1 annotation)",
                 "'smiel' of the tier 'face'; did you mean 'smile'?", "'session9'",
                 'a.csv: an annotation that ends before it starts'):
        assert told in output.out
    assert 'lost is annotated, but the study could not use it: it is truncated' in output.err
    assert content['unused']['recordings'] == {"'session9'": 1, "'lost.mp4'": 1}


def test_names_that_mean_two_recordings_are_told(study, agree):
    for folder in ('day1', 'day2'):
        add_recording(study, f'{folder}-a', alternating(), path=f'/videos/{folder}/a.mp4')
    rows = [*(f's_01,{row}' for row in TRUTH), 'a.mp4,face,0,1,flat']
    _, _, output, _ = agree(rows, head='recording,tier,start,end,code', name='x.csv')
    assert "'a.mp4', which may be day1-a or day2-a; say which under 'files:'" in output.out
    status, rows, _, _ = agree(['face,0,5,flat', 'face,5,10,smile'], MAP + (
        'files: {y.csv: {recording: day2-a}}'), name='y.csv')
    assert status == 0 and rows[0]['recording'] == 'day2-a' and rows[0]['kappa'] == 1.0


def test_files_say_the_same(study, agree):
    _, rows, _, content = agree(['face,0,5,flat', 'face,5,20,smile'])
    folder = study / 'agreement'
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        ['agreement.json', *(f'{name}.{ending}' for name in ('measures', 'classes', 'confusion')
                             for ending in ('csv', 'parquet'))])
    measures = pq.read_table(folder / 'measures.parquet').to_pylist()
    assert [row['kappa'] for row in measures] == [row['kappa'] for row in rows]
    with open(folder / 'measures.csv', newline='') as file:
        assert [float(row['kappa']) for row in csv.DictReader(file)] == [
            row['kappa'] for row in rows]
    confusion = pq.read_table(folder / 'confusion.parquet').to_pylist()
    assert sum(row['samples'] for row in confusion if row['recording'] == 'all') == 200
    classes = pq.read_table(folder / 'classes.parquet').to_pylist()
    assert {row['class']: row['f1'] for row in classes if row['recording'] == 's_01'}[
        'happy'] == pytest.approx(0.8)
    assert content['map'] == MAP and content['unsure'] == 'left out'


def test_a_bad_file_leaves_the_others(agree, tmp_path):
    (tmp_path / 'bad.eaf').write_text('no XML')
    status, rows, output, _ = agree(TRUTH, more=[tmp_path / 'bad.eaf'])
    assert status == 3 and rows and 'bad.eaf: it is no file of ELAN' in output.err
    assert len(output.err.splitlines()) == 1


@pytest.mark.parametrize('rows, plan, words', [
    (['voice,0,5,flat'], MAP, "'voice'"), (['face,0,5,x'], MAP, "'x' of the tier 'face'"),
    (['face,100,105,flat'], MAP, 'nothing annotated (200 frames)'),
    (['face,1,2,flat'], MAP + 'tolerance: 5', 'near a change'),
])
def test_nothing_in_common_is_told_and_nothing_written(study, agree, rows, plan, words):
    status, found, output, _ = agree(rows, plan)
    assert status == 4 and not found and words in output.err
    assert 'nothing could be compared' in output.err.splitlines()[-1]
    assert not (study / 'agreement').exists() and not (study / 'index.html').exists()


def test_all_files_bad_is_wrong_usage(agree):
    status, found, output, _ = agree(['x'], head='a,b')
    assert status == 2 and not found and "the column 'start' is missing" in output.err


@pytest.mark.parametrize('arguments, words', [
    (['DIR', 'a.csv'], '--map'), (['DIR', '--map', 'map.yaml'], 'ANNOTATIONS'),
    (['nowhere', 'a.csv', '--map', 'map.yaml'], 'nowhere is no study: study.json'),
    (['.', 'a.csv', '--map', 'map.yaml'], 'is no study'),
    (['DIR', 'none.csv', '--map', 'map.yaml'], "'none.csv' does not exist"),
    (['DIR', 'a.csv', '--map', 'none.yaml'], "'none.yaml' does not exist"),
    (['DIR', 'a.csv', '--map', 'a.csv'], "the key 'tiers' is missing"),
    (['DIR', 'DIR/agreement/mine.csv', '--map', 'map.yaml'], 'would be written over ANNOTATIONS'),
    (['DIR', 'empty', '--map', 'map.yaml'], 'holds no annotations'),
])
def test_wrong_usage_is_told_in_a_line(study, tmp_path, monkeypatch, capsys, arguments, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'map.yaml').write_text(MAP)
    (tmp_path / 'a.csv').write_text('start: 1')
    (tmp_path / 'empty').mkdir()
    (study / 'agreement').mkdir()
    (study / 'agreement' / 'mine.csv').write_text('tier,start,code\nface,1,flat\n')
    try:
        status = main(['agree', *(one.replace('DIR', str(study)) for one in arguments)])
    except SystemExit as ended:
        status = ended.code
    line = capsys.readouterr().err.splitlines()[-1]
    assert status == 2 and words in line and line.startswith('fer_study') and len(line) < 1100


def test_tables_that_are_lost_are_told(study, agree):
    (study / 'faces' / 's_01.parquet').write_bytes(b'PAR1')
    status, _, output, _ = agree(TRUTH)
    assert status == 2 and 'make the study anew with --force' in output.err


@pytest.mark.parametrize('kind', ['trace', 'intervals'])
def test_annotators_of_valence_have_a_concordance_with_an_interval(study, agree, kind):
    for number in range(2, 7):
        add_recording(study, f's_0{number}', alternating(each=4 + number / 4))
    rows = [
        f's_0{number},mood,{who},{second},{second + 1 if kind == "intervals" else ""},'
        f'{5 + 3 * np.sin(second + number) + shift}'
        for number in range(1, 7) for who, shift in (('anna', 0.0), ('ben', 0.25))
        for second in range(20)]
    _, found, output, _ = agree(
        rows, VALENCE, name='all.csv', head='recording,tier,annotator,start,end,code')
    each = [row for row in found if row['against'] == 'ben' and row['kind'] == kind]
    assert len(each) == 7 and {row['annotator'] for row in each} == {'anna'}
    whole = each[-1]
    assert whole['recording'] == 'all' and whole['ccc_low'] < whole['ccc'] < whole['ccc_high']
    assert whole['correlation'] == pytest.approx(1.0)
    # A step of the scale from 1 to 9 is a quarter of ours from -1 to 1.
    assert abs(whole['mean_difference']) == pytest.approx(0.25 / 4)
    assert all(row['ccc_low'] is None and row['ccc'] < 1.0 for row in each[:-1])
    assert ' to ' in output.out
