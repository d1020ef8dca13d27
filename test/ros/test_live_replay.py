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

"""A recording played with /clock into the running node says what the offline replay says."""

from dataclasses import replace
import json
import os
from pathlib import Path

from bag_player import BagPlayer, records_of
from fer_ros.bench import machine
from fer_ros.core.track_ids import TrackIds
from fer_ros.core.types import LABELS
from fer_ros.replay.comparison import compare
from fer_ros.replay.image_messages import image_messages
from fer_ros.replay.parameter_files import read_parameters
from fer_ros.replay.reading import Bag, choose_image_topic
from fer_ros.replay.replayer import Replayer
from fer_ros.stream.parameters import pipeline_for
import pytest
from support import FerProcess, Peer, running, settle, stamp_of, wait_for

SAMPLE = Path(__file__).resolve().parents[1] / 'data' / 'sample'

#: File that the results go to, for docs/replay.md; none: they are only printed.
RESULTS = os.environ.get('FER_RESULTS')

#: Silence after which nothing more is expected of the node, seconds.
QUIET = 2.0


@pytest.fixture(scope='module')
def offline():
    """Return the records of the offline replay."""
    values = read_parameters()
    records = []
    with Bag(SAMPLE) as bag:
        replayer = Replayer(pipeline_for(values, TrackIds(seed=0)), values, bag.problems)
        for message, log_time in image_messages(bag, choose_image_topic(bag.topics)):
            records.append(replayer.process(message, log_time).record)
    return records


@pytest.fixture
def player_and_answers():
    node = FerProcess(use_sim_time=True, image_transport='compressed', load_shedding=False)
    with running(node, Peer()) as (_, peer):
        answers = peer.expressions()
        yield BagPlayer(peer, answers, SAMPLE), answers


def most_probable(records):
    """Return records whose faces have their most probable label: hysteresis knows the past."""
    return [replace(record, faces=tuple(
        replace(face, label=max(LABELS, key=face.expression.get)) for face in record.faces))
        for record in records]


def keep(played, frames, live, result) -> None:
    """Add what came of one way of playing to the results file."""
    path = Path(RESULTS)
    known = json.loads(path.read_text()) if path.is_file() else {'played': {}}
    known['machine'] = {
        **machine.describe(), 'command': f'pytest {Path(__file__).name}, with FER_RESULTS'}
    known['played'][played] = {
        'frames': frames, 'processed': live, 'matched': result.faces_matched,
        'faces': result.faces_matched + result.faces_only_a, 'same_label': result.agreeing,
        'largest_distance': float(max(result.distances))}
    path.write_text(json.dumps(known, indent=1) + '\n')


def come_to_rest(answers) -> None:
    """Wait until the node has said something and then nothing more."""
    wait_for(lambda: answers, 'an answer')
    settle(answers, QUIET)


@pytest.mark.parametrize('play, agreement', [
    # at the recorded speed: a machine that is slower than the camera drops frames
    (lambda player: player.play(1.0), 0.97),
    # as fast as it goes, each image after the answer to the one before
    (lambda player: player.play_in_bursts(1), 1.0),
    # faster than it goes: up to three of four frames are dropped
    (lambda player: player.play_in_bursts(4), 0.95),
], ids=['recorded-speed', 'as-fast-as-it-goes', 'bursts'])
def test_live_and_offline_agree(offline, player_and_answers, play, agreement, request):
    player, answers = player_and_answers
    play(player)
    come_to_rest(answers)
    live = records_of(answers)
    assert {record.stamp for record in live} <= {record.stamp for record in offline}
    whole = len(live) == len(player)
    # Where frames were dropped the shown label may come a little later.
    result = compare(*((offline, live) if whole else map(most_probable, (offline, live))))
    print('\n'.join([f'live: {len(live)} of {len(player)} frames', *result.lines()]))
    if RESULTS:
        keep(request.node.callspec.id, len(player), len(live), result)
    assert result.faces_matched > 0
    assert result.agreeing / result.faces_matched >= agreement
    # A face that hides behind another is extrapolated, from other frames if some were dropped.
    assert sum(result.ious) / len(result.ious) > 0.9
    if whole:
        # No frame was dropped: the same pipeline on the same frames, so the same numbers.
        assert result.agreement == 1.0
        assert max(result.distances) < 1e-4 and min(result.ious) > 0.999


def test_a_recording_that_starts_over_resets_the_node(offline, player_and_answers):
    player, answers = player_and_answers
    for _ in range(2):
        player.play(2.0)
        come_to_rest(answers)
    stamps = [stamp_of(message) for message in answers]
    turns = [i for i in range(1, len(stamps)) if stamps[i] < stamps[i - 1]]
    assert len(turns) == 1
    first, second = records_of(answers[:turns[0]]), records_of(answers[turns[0]:])
    for live in (first, second):
        result = compare(*map(most_probable, (offline, live)))
        assert result.agreeing / result.faces_matched >= 0.9
    ids = [{face.id for record in live for face in record.faces} for live in (first, second)]
    assert ids[0] and ids[1] and not ids[0] & ids[1]
