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
"""The list of everybody's faces, of nodes that say what they see and hear what others say."""

import random

from fer_ros.stream.face_roster import (
    ALIVE, FaceRoster, GRACE, HEARTBEAT, key_of, LISTEN, MAX_GONE, MAX_IDS, MAX_NODES, STALE,
    valid_ids)
from hypothesis import given, strategies as st
import pytest


def roster(key=None, ours=(), now=0.0):
    made = FaceRoster(set(ours).__contains__, now)
    if key is not None:
        made.join(key_of(key, 0), now)
    return made


def said(key, *ids, hears=()):
    return [key_of(key, 0), *(key_of(one, 0) for one in hears), *ids]


def test_alone_a_node_lists_its_own_faces_in_their_order_once_it_has_listened():
    one = roster(1)
    one.see(['fbbbbb', 'faaaaa'], 0.1)
    assert not one.leads(LISTEN - 0.01) and one.leads(LISTEN)
    assert one.alone(LISTEN) and one.all_ids(LISTEN) == ['fbbbbb', 'faaaaa']


def test_a_node_that_does_not_take_part_leads_nobody():
    assert not roster().leads(100.0)


@pytest.mark.parametrize('own, other, leads', [(1, 2, True), (2, 1, False)])
def test_who_came_first_publishes_the_list_for_all(own, other, leads):
    one = roster(own)
    one.see(['faaaaa'], 4.9)
    one.hear_node(said(other, 'fbbbbb', 'fccccc'), 5.0)
    assert one.leads(5.0) is leads
    assert one.all_ids(5.0) == ['faaaaa', 'fbbbbb', 'fccccc']


def test_a_node_that_falls_silent_is_gone_with_its_faces_and_the_next_one_goes_on():
    one = roster(2)
    one.see(['faaaaa'], 6.0)
    one.hear_node(said(1, 'fbbbbb'), 5.0)
    assert not one.leads(5.0 + ALIVE) and 'fbbbbb' in one.all_ids(5.0 + ALIVE)
    assert one.leads(5.01 + ALIVE) and one.all_ids(5.01 + ALIVE) == ['faaaaa']


def test_a_node_that_was_held_up_listens_first():
    one = roster(1)
    one.see(['faaaaa'], 10.0)
    assert one.leads(10.0)
    one.listen(10.0)
    assert not one.leads(10.0) and one.leads(10.0 + LISTEN)


def test_a_node_that_takes_its_leave_is_gone_at_once():
    one, other = roster(2), roster(1)
    one.see(['faaaaa'], 5.0)
    other.see(['fbbbbb'], 5.0)
    one.hear_node(other.announcement(5.0), 5.0)
    assert not one.leads(5.0)
    one.hear_node(other.leave(), 5.0)
    assert one.leads(5.0) and one.all_ids(5.0) == ['faaaaa'] and not other.joined


def test_nobody_keeps_ids_of_nodes_alive_by_passing_them_on():
    """Ids of this node, of others, of those that are gone: in a list they count for nothing."""
    one = roster(2, ours=['faaaaa', 'fzzzzz'])
    one.see(['faaaaa'], 5.0)
    one.hear_node(said(1, 'fbbbbb', 'fccccc', hears=[2]), 5.0)
    one.hear_node(said(1, 'fbbbbb'), 5.1)
    for step in range(100):
        now = 5.1 + 0.1 * step
        one.hear_list(['faaaaa', 'fzzzzz', 'fbbbbb', 'fccccc'], now)
        one.see([], now)
        assert one.all_ids(now) == (['fbbbbb'] if now <= 5.1 + ALIVE else [])


def test_ids_of_other_programs_are_taken_up_while_a_list_has_them():
    one = roster(1)
    one.see(['faaaaa'], 1.5)
    one.hear_list(['xyz', 'abc'], 1.0)
    one.hear_list(['abc'], 2.0)
    assert one.all_ids(2.0) == ['faaaaa', 'abc', 'xyz'] and one.foreign(['abc'])
    assert one.all_ids(1.01 + ALIVE) == ['faaaaa', 'abc']
    assert one.all_ids(2.01 + ALIVE) == [] and not one.foreign(['abc'])


def test_what_a_list_has_before_its_node_says_so_is_the_nodes():
    one = roster(1)
    one.hear_list(['fbbbbb'], 5.0)
    one.hear_node(said(2, 'fbbbbb'), 5.1)
    one.hear_node(said(2), 5.2)
    assert one.all_ids(5.2) == []


def test_faces_come_back_as_those_of_a_blink_do():
    one = roster(1)
    for ids in (['fbbbbb'], [], ['fbbbbb']):
        one.hear_node(said(2, *ids), 5.0)
        assert one.all_ids(5.0) == ids


@pytest.mark.parametrize('seen, now, there', [
    ((4.9, 5.0), 5.0 + STALE - 0.1, True),
    ((4.9, 5.0), 5.1 + STALE, False),
    ((0.1, 5.1, 10.1), 10.1 + 2.4 * 5.0, True),        # a frame in five seconds
    ((0.1, 5.1, 10.1), 10.1 + 2.6 * 5.0, False),
    ((0.1, 0.2, 3600.0), 3600.1 + STALE, False),       # a pause says nothing of the rate
    ((0.1, 0.2, 3600.0, 3600.1), 3600.2 + STALE, False),
])
def test_the_faces_of_a_camera_that_fell_silent_leave_the_list(seen, now, there):
    one = roster(1)
    for moment in seen:
        one.see(['faaaaa'], moment)
    assert one.all_ids(now) == (['faaaaa'] if there else [])
    assert one.announcement(now)[1:] == (['faaaaa'] if there else [])


def test_faces_stay_while_the_clock_stands_still():
    one = roster(1)
    one.see(['faaaaa'], 0.1)
    for step in range(100):
        one.stand_still(HEARTBEAT)
        assert one.all_ids(0.1 + HEARTBEAT * step) == ['faaaaa']


@pytest.mark.parametrize('announcement', [
    [], [''], ['faaaaa', 'fbbbbb'], ['1_2', 'fbbbbb'], ['x' * 10_000, 'fbbbbb'],
    [key_of(1, 0) + '\n', 'fbbbbb']])
def test_what_is_no_announcement_is_left_out(announcement):
    one = roster(2)
    assert not one.hear_node(announcement, 5.0)
    assert one.alone(5.0) and one.leads(5.0)


def test_a_recording_of_a_node_leads_nobody():
    """It was there first, as its key says, but does not hear those who hear it."""
    one, other = roster(2), roster(3)
    for step in range(100):
        now = 5.0 + 0.2 * step
        one.see(['faaaaa'], now)
        other.see(['fccccc'], now)
        for each in (one, other):
            each.hear_node(said(1, 'fbbbbb', hears=[7, 8]), now)
        one.hear_node(other.announcement(now), now)
        other.hear_node(one.announcement(now), now)
        at_first = now < 5.0 + GRACE
        assert one.leads(now) is not at_first and not other.leads(now)
        assert ('fbbbbb' in one.all_ids(now)) is at_first
    assert one.all_ids(now) == ['faaaaa', 'fccccc']


def test_a_node_that_comes_back_knows_the_others_still():
    one, other = roster(1), roster(2)
    for step in range(200):
        now = 5.0 + 0.2 * step
        one.see(['faaaaa'], now)
        if step == 100:
            one.hear_node(other.leave(), now)
            other.join(key_of(3, 0), now)
        other.see(['fbbbbb'], now)
        other.hear_node(one.announcement(now), now)
        one.hear_node(other.announcement(now), now)
        assert one.leads(now) and not other.leads(now)
        assert one.all_ids(now) == ['faaaaa', 'fbbbbb']


def test_its_own_announcement_tells_a_node_nothing():
    one = roster(1)
    one.see(['faaaaa'], 5.0)
    assert not one.hear_node(one.announcement(5.0), 5.0) and one.alone(5.0)


@pytest.mark.parametrize('ids, valid', [
    (['abc', 'abc', 'A_1'], ('abc', 'A_1')),
    (['', '1a', '_a', 'a/b', 'a b', 'ä', 'a\n', 'a' * 65], ()),
    (['a' * 64], ('a' * 64,)),
    ((f'a{number}' for number in range(10 ** 9)), tuple(f'a{n}' for n in range(MAX_IDS))),
])
def test_only_what_may_be_an_id_is_taken(ids, valid):
    assert valid_ids(ids) == valid


def test_what_others_say_is_bounded():
    one = roster(0)
    for number in range(10 * MAX_NODES):
        one.hear_node(said(1 + number, *(f'a{number}_{each}' for each in range(2 * MAX_IDS))), 5.0)
        one.hear_list([f'b{number}_{each}' for each in range(2 * MAX_IDS)], 5.0)
    assert len(one.all_ids(5.0)) == MAX_NODES * MAX_IDS + MAX_IDS
    one.see([], 9.0)
    assert one.all_ids(9.0) == [] and len(one.elsewhere()) == MAX_GONE


@given(st.integers(1, 5), st.integers(0, 2 ** 32), st.floats(0.0, 0.05))
def test_nodes_agree_whatever_the_order_of_messages(count, seed, delay):
    """One list at a time; nobody's face leaves it but when it goes; who is killed is gone."""
    chance = random.Random(seed)
    nodes = {number: roster(number, now=0.0) for number in range(count)}
    under_way, listed, killed = [], None, {}
    lost = []
    for step in range(160):
        now = 0.05 * step
        under_way, due = [one for one in under_way if one[0] > now], [
            one for one in under_way if one[0] <= now]
        for _, receiver, announcement in sorted(due, key=lambda one: one[0]):
            if receiver in nodes:
                nodes[receiver].hear_node(announcement, now)
        if step == 80 and count > 1:
            victim = chance.choice(list(nodes))
            killed[victim] = now
            del nodes[victim]
        speakers = []
        for number, node in nodes.items():
            node.see([f'f{number}'], now)
            for other in nodes:
                under_way.append((now + delay * chance.random(), other, node.announcement(now)))
            if node.leads(now):
                speakers.append(number)
                union = set(node.all_ids(now))
                lost += [(now, one) for one in (listed or set()) - union]
                listed = union
        assert len(speakers) <= 1
        if now > LISTEN + 0.1 and not any(now - at < ALIVE + 0.2 for at in killed.values()):
            assert speakers == [min(nodes)]
            assert listed == {f'f{number}' for number in nodes}
    assert [one for _, one in lost] == [f'f{number}' for number in killed]
