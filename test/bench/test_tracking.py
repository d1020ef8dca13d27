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

"""Identity, presence and calm: counts of the scenes, and the measures themselves."""

import json

import cv2
from fer_ros.bench import tracking
from fer_ros.bench.cli import main
from fer_ros.bench.label_delay import measure_delays
from fer_ros.bench.tracking_metrics import Calm, Identity
from fer_ros.bench.tracking_scenes import moments, Scene, SCENES, SIZE
from fer_ros.core.smoothing import SmoothingOptions
from fer_ros.core.types import Box, Expression, Face
import numpy as np
import pytest


def face(name, x, label='neutral', observed=True):
    """Return a published face of 100 pixels."""
    return Face(
        id=name, box=Box(x, 50, 100, 100), landmarks=np.zeros((4, 2), np.float32), score=0.9,
        expression=Expression(np.full(8, 0.125)), label=label, confidence=0.125, valence=0.0,
        arousal=0.0, observed=observed)


@pytest.fixture(scope='module')
def scenes():
    """Return the row of every scene at 10 Hz, by name."""
    return {row['scene']: row for row in tracking.measure_scenes([10.0])['scenes']}


# Beside each scene: most ids beyond the people, switches, and least IDF1.
@pytest.mark.parametrize('name, surplus, switches, idf1', [
    ('two people cross', 0, 0, 0.97), ('hidden for 0.3 s', 0, 0, 0.95),
    ('hidden for 0.8 s', 0, 0, 0.95), ('hidden for 1.5 s', 0, 0, 0.95),
    ('camera shaken', 0, 0, 0.98), ('camera pans', 1, 1, 0.88), ('camera zooms', 0, 0, 0.98),
    ('flash, lights out', 0, 0, 0.97), ('photograph on the wall', 1, 1, 0.8),
    ('leaves and returns', 0, 0, 0.94), ('cuts between people', 0, 0, 0.9),
    ('20 faces', 0, 0, 0.98), ('30 % of frames lost', 0, 0, 0.97),
    ('camera stalls', 0, 0, 0.97),
])
def test_scene(scenes, name, surplus, switches, idf1):
    row = scenes[name]
    assert row['ids'] <= row['people'] + surplus
    assert row['switches'] <= switches and row['idf1'] >= idf1
    assert row['taken_over'] == 0


def test_scenes_say_what_they_show():
    crowd, = (scene for scene in SCENES if scene.name == '20 faces')
    for moment in moments(crowd, 2.0):
        assert len(moment.people) == 20 and not moment.partly
        assert moment.pixels.shape == (SIZE[1], SIZE[0], 3)
        for box in moment.people.values():
            assert 0 < box.x < SIZE[0] - box.width and 0 < box.y < SIZE[1] - box.height


def test_who_is_behind_the_board_is_not_there():
    hidden, = (scene for scene in SCENES if scene.name == 'hidden for 0.8 s')
    gone = [moment.stamp for moment in moments(hidden, 20.0) if not moment.people]
    assert gone[-1] - gone[0] == pytest.approx(0.8, abs=0.25)
    partly = [moment.stamp for moment in moments(hidden, 20.0) if moment.partly]
    assert min(partly) < gone[0] and max(partly) > gone[-1]


def test_frames_get_lost():
    whole = Scene('whole', (), 4.0)
    assert [len(list(moments(scene, 10.0))) for scene in (
        whole, Scene('silent', (), 4.0, silent=((1.0, 2.5),)))] == [40, 25]
    assert 20 <= len(list(moments(Scene('lost', (), 4.0, lost=0.3), 10.0))) <= 35


def test_identity_counts():
    identity = Identity()
    a, b = Box(0, 50, 100, 100), Box(300, 50, 100, 100)
    identity.add({'a': a}, [], 0.0)
    identity.add({'a': a}, [face('f1', 5)], 0.1)
    identity.add({'a': a}, [], 0.2)
    identity.add({'a': a, 'b': b}, [face('f1', 5), face('f2', 300)], 0.3)         # a fragment
    identity.add({'a': a, 'b': b}, [face('f2', 5), face('f1', 300)], 0.4)         # all changed
    identity.add({'a': a, 'b': b}, [face('f2', 5), face('f1', 300)], 0.5, ['b'])  # b: either
    identity.add({'a': a}, [face('f2', 5), face('f1', 300)], 0.6)                 # b has left
    identity.add({'a': a}, [face('f2', 5)], 0.8)
    report = identity.report()
    assert report == {
        'people': 2, 'ids': 2, 'switches': 2, 'taken_over': 2, 'fragments': 1,
        'idf1': report['idf1'], 'found_after': 0.05, 'withdrawn_after': 0.2}
    # a was f2 in 4 of its 8 frames, b was f2 in one of 2: the best pairs are a-f2 and b-f1.
    assert report['idf1'] == pytest.approx(2 * (4 + 1) / (8 + 2 + 9), abs=1e-3)


def test_calm_counts():
    calm = Calm()
    labels = ['neutral'] * 10 + ['happiness'] * 2 + ['neutral'] * 18
    for index, label in enumerate(labels):
        others = [face('f2', 300, observed=False)] if index < 6 else []
        faces = [face('f1', 5, label), *others]
        calm.add(faces[::-1] if index == 3 else faces, index / 10)
    assert calm.report() == {
        'ids': 2, 'seconds': 3.5, 'changes': 2, 'changes_per_minute': 34.3, 'short_runs': 1,
        'short_runs_per_minute': 17.1, 'faces': 36, 'unseen': 6, 'order_flips': 2}


def test_label_delay():
    row, = measure_delays([30.0])
    assert row['lost'] == 0 and row['added'] < row['median'] < 0.5
    waiting, = measure_delays([30.0], SmoothingOptions(dwell=1.0))
    assert waiting['median'] > row['median'] + 0.5
    stubborn, = measure_delays([30.0], SmoothingOptions(dwell=0.0, hysteresis=0.9))
    assert stubborn['lost'] > 50 and stubborn['median'] is None


def write_clip(path, *scenes):
    video = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'MJPG'), 15.0, SIZE)
    assert video.isOpened()
    for scene in scenes:
        for moment in moments(scene, 15.0):
            video.write(moment.pixels)
    video.release()


def test_clips_command_writes_its_page(tmp_path, capsys):
    folder, page, earlier = tmp_path / 'clips', tmp_path / 'page.md', tmp_path / 'before.json'
    folder.mkdir()
    for who in ('hopper', 'collins'):
        write_clip(folder / f'one_{who}.avi', Scene(who, ((who, who, (
            (0.0, 300, 200, 120, 0), (2.0, 330, 210, 120, 2))),), 2.0))
    page.write_text(
        '<!-- clips: written by fer_benchmark clips -->\n<!-- end -->\n'
        '<!-- cuts: written by fer_benchmark clips -->\n<!-- end -->\n')
    arguments = ['clips', str(folder), '--talking', 'one_*']
    assert main([*arguments, '--json', str(earlier)]) == 0
    assert main([*arguments, '--against', str(earlier), '--page', str(page)]) == 0
    text, out = page.read_text(), capsys.readouterr().out
    assert '| one_hopper.avi | 1 → 1 |' in text and '| all | 2 → 2 |' in text
    assert '| hard cut between two people | 2 → 2 | 0 → 0 |' in text
    assert '| back after 0.5 s | 2 → 2 | 2 → 2 | 100.0 % → 100.0 % |' in text
    assert 'one person talking' in out and 'back after 1 s' in out


def test_speech_command(tmp_path, capsys):
    pytest.importorskip('matplotlib')
    plot = tmp_path / 'speech.png'
    write_clip(tmp_path / 'one.avi', Scene('hopper', (('hopper', 'hopper', (
        (0.0, 300, 200, 120, 0), (2.0, 330, 210, 120, 2))),), 2.0))
    arguments = ['speech', str(tmp_path), '--talking', 'one*']
    assert main([*arguments, '--plot', str(plot), '--json', '-']) == 0
    result = json.loads(capsys.readouterr().out)
    clip = result['clips'][0]
    # A portrait that is moved about says nothing.
    assert clip['clip'] == 'one.avi' and clip['seconds'] > 1.0 and clip['speaking'] < 0.5
    assert plot.read_bytes().startswith(b'\x89PNG')
    assert main(arguments) == 0
    assert 'one.avi' in capsys.readouterr().out


def test_tracking_command(tmp_path, capsys, monkeypatch):
    pytest.importorskip('matplotlib')
    plot = tmp_path / 'tracking.png'
    monkeypatch.setattr(tracking, 'SCENES', SCENES[:1])
    arguments = ['tracking', '--rates', '5', '--plot', str(plot)]
    assert main([*arguments, '--json', '-']) == 0
    result = json.loads(capsys.readouterr().out)
    assert [row['scene'] for row in result['scenes']] == ['two people cross', 'all at 5 Hz']
    assert result['scenes'][0]['people'] == 2
    assert plot.read_bytes().startswith(b'\x89PNG')


@pytest.mark.parametrize('arguments, words', [
    (['clips', 'EMPTY'], 'holds no video clips'),                # nothing to play
    (['clips', 'BROKEN'], 'cannot be decoded'),                  # no video
    (['tracking', '--against', 'BROKEN/a.avi'], 'is not a result'),  # something else
])
def test_errors(arguments, words, tmp_path, capsys):
    (tmp_path / 'EMPTY').mkdir()
    (tmp_path / 'BROKEN').mkdir()
    (tmp_path / 'BROKEN' / 'a.avi').write_bytes(b'nothing')
    names = [str(tmp_path / each) if each[:2] in ('EM', 'BR') else each for each in arguments]
    assert main(names) == 2
    assert words in capsys.readouterr().err
