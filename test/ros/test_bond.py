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

"""A lifecycle manager as Nav2's: its calls, in its order, and its bond with the node."""

import signal

import pytest
from support import FerProcess, Peer, running, settle, wait_for

Status = pytest.importorskip('bond.msg', reason='bond is not installed here').Status

#: Seconds without a heartbeat after which a manager takes the node for dead: Nav2's default.
BOND_TIMEOUT = 4.0

#: Seconds without a heartbeat after which none comes any more, however busy the machine is.
SILENCE = 3.0

#: The state that each transition is to lead to.
STATES = {'configure': 'inactive', 'activate': 'active', 'deactivate': 'inactive',
          'cleanup': 'unconfigured', 'shutdown unconfigured': 'finalized'}


class Manager:
    """
    Does what nav2_lifecycle_manager does with one node (lifecycle_manager.cpp of Jazzy).

    Each transition is asked for and then the state, which must be the one expected. After
    `activate` a bond is to form within half of its timeout.
    """

    def __init__(self, peer, node='/fer', bond='fer'):
        self._peer, self._node = peer, node
        self._status = {'id': bond, 'heartbeat_timeout': BOND_TIMEOUT, 'heartbeat_period': 0.1}
        self._publisher = peer.node.create_publisher(Status, '/bond', 10)
        self.heard = peer.listen(Status, '/bond')
        self._timer = None

    def change(self, transition):
        """Return whether the transition was made, as changeStateForNode does."""
        if not self._peer.transition(transition, self._node):
            return False
        return self._peer.state(self._node) == STATES[transition]

    def bond(self):
        """Form a bond, as createBondConnection does."""
        began = len(self.heard)
        self._timer = self._peer.node.create_timer(0.1, self.beat)
        return wait_for(lambda: self.answers(began), 'the bond')

    def answers(self, since=0):
        """Return what the node has said."""
        return [one for one in self.heard[since:] if one.instance_id != 'manager']

    def beat(self, active=True):
        """Publish one heartbeat, or that the bond is broken."""
        self._publisher.publish(Status(instance_id='manager', active=active, **self._status))

    def stop(self):
        """Publish no more."""
        self._peer.destroy(self._timer)


def test_startup_pause_resume_reset_and_shutdown_with_a_bond():
    with running(FerProcess(autostart=False), Peer()) as (process, peer):
        manager = Manager(peer)
        assert peer.state() == 'unconfigured'
        assert manager.change('configure') and manager.change('activate')  # startup
        answer = manager.bond()[0]
        assert answer.active and answer.id == 'fer' and answer.heartbeat_timeout == BOND_TIMEOUT
        began = len(manager.heard)
        wait_for(lambda: len(manager.answers(began)) >= 5, 'heartbeats')
        assert manager.change('deactivate')  # pause
        wait_for(lambda: not manager.answers()[-1].active, 'the end of the bond')
        manager.stop()
        assert manager.change('activate') and manager.bond()  # resume
        manager.stop()
        manager.beat(active=False)
        assert manager.change('deactivate') and manager.change('cleanup')  # reset
        assert manager.change('configure') and manager.change('activate') and manager.bond()
        for transition in ('deactivate', 'cleanup', 'shutdown unconfigured'):  # shutdown
            assert manager.change(transition)
        assert 'failed' not in process.log and 'Traceback' not in process.log


def test_a_node_that_dies_is_noticed_and_comes_up_again():
    with running(Peer()) as peer:
        manager = Manager(peer)
        with running(FerProcess(autostart=False)) as process:
            assert manager.change('configure') and manager.change('activate') and manager.bond()
            process.send(signal.SIGKILL)
            process.wait()
        manager.stop()
        settle(manager.heard, SILENCE)
        # Until the middleware has noticed, too, requests would go to the dead node alone.
        wait_for(lambda: not peer.node.count_publishers('/fer/transition_event'),
                 'the end of what the dead node left', 60.0)
        with running(FerProcess(autostart=False)):
            assert manager.change('configure') and manager.change('activate')
            assert manager.bond()


def test_a_manager_that_dies_is_forgotten_and_another_one_may_come():
    with running(FerProcess('/front', autostart=False, remap={'bond': '/bond'}), Peer()) as (
            process, peer):
        # A manager outside the node's namespace names it so.
        manager = Manager(peer, '/front/fer', 'front/fer')
        assert manager.change('configure') and manager.change('activate') and manager.bond()
        manager.stop()
        settle(manager.heard, SILENCE)
        assert peer.state('/front/fer') == 'active'
        assert manager.bond() and process.log.count('bond with a lifecycle manager') == 2


def test_other_bonds_and_nodes_that_start_by_themselves_are_left_alone():
    with running(FerProcess(), Peer()) as (_, peer):
        peer.expressions()
        assert not peer.node.count_publishers('/bond')
        assert not peer.node.count_subscribers('/bond')
    with running(FerProcess(autostart=False), Peer()) as (_, peer):
        other, manager = Manager(peer, bond='camera'), Manager(peer)
        assert manager.change('configure') and manager.change('activate')
        other.beat()
        manager.bond()
        assert {one.id for one in manager.heard if one.instance_id != 'manager'} == {'fer'}
