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

"""The worker: latest item only, nothing twice, and nothing of an item after the stop."""

import threading
import time

from fer_ros.ros.worker import LatestWorker, Offer, WorkerStuckError
import pytest


class Gate:
    """Work that reports each item and waits to be let through."""

    def __init__(self):
        self.items, self.missed, self.published = [], [], []
        self.entered = threading.Semaphore(0)
        self.open = threading.Semaphore(0)

    def __call__(self, item, missed, epoch):
        self.items.append(item)
        self.missed.append(missed)
        self.entered.release()
        assert self.open.acquire(timeout=30)
        with epoch.publishing() as current:
            if current:
                self.published.append(item)


def test_latest_item_wins_and_the_missed_ones_are_counted():
    gate = Gate()
    worker = LatestWorker(gate)
    worker.start()
    worker.offer(1)
    assert gate.entered.acquire(timeout=30)
    # 1 is in work; 2 and 3 are replaced
    assert [worker.offer(item) for item in (2, 3, 4)] == [
        Offer.TAKEN, Offer.REPLACED_ANOTHER, Offer.REPLACED_ANOTHER]
    gate.open.release(2)
    assert gate.entered.acquire(timeout=30)
    assert worker.stop(timeout=30)
    assert gate.items == [1, 4]
    assert gate.missed == [0, 2] and gate.published[0] == 1


def test_stop_waits_for_the_item_in_work_and_forgets_the_next():
    gate = Gate()
    worker = LatestWorker(gate)
    worker.start()
    worker.offer(1)
    assert gate.entered.acquire(timeout=30)
    worker.offer(2)
    gate.open.release(2)
    assert worker.stop(timeout=30)
    assert gate.items[0] == 1
    before = list(gate.items)
    assert worker.offer(3) is Offer.IGNORED
    assert gate.items == before


def test_item_that_outlives_the_stop_publishes_nothing_and_keeps_the_worker_from_starting():
    gate = Gate()
    worker = LatestWorker(gate)
    worker.start()
    worker.offer('old')
    assert gate.entered.acquire(timeout=30)
    assert not worker.lingers and not worker.quiet
    assert not worker.stop(timeout=0.01)  # it is still in the gate
    assert worker.lingers and worker.quiet and worker.stuck >= worker.busy * 0.5 > 0.0
    with pytest.raises(WorkerStuckError, match=r'stuck in a frame for \d+ s; .* restart'):
        worker.start()
    assert worker.offer('lost') is Offer.IGNORED
    gate.open.release()  # the old thread leaves and ends
    worker.require_end()
    assert not worker.lingers and worker.stuck == worker.busy == 0.0
    worker.start()
    worker.offer('new')
    assert gate.entered.acquire(timeout=30)
    gate.open.release()
    # A stop would keep it from being published.
    while not gate.published:
        time.sleep(0.01)
    assert worker.stop(timeout=30)
    assert gate.items == ['old', 'new'] and gate.published == ['new']


def test_worker_is_not_quiet_while_it_publishes():
    entered, leave = threading.Event(), threading.Event()

    def publish(item, missed, epoch):
        with epoch.publishing() as current:
            assert current
            entered.set()
            assert leave.wait(30)
    worker = LatestWorker(publish)
    worker.start()
    worker.offer(1)
    assert entered.wait(30)
    assert not worker.stop(timeout=0.01) and not worker.quiet
    leave.set()
    worker.require_end()
    assert worker.quiet


def test_threads_do_not_pile_up():
    worker = LatestWorker(lambda item, missed, epoch: None, 'pile')
    for _ in range(200):
        worker.start()
        assert [one.name for one in threading.enumerate()].count('pile') == 1
        worker.offer(1)
        assert worker.stop(timeout=30)
    assert 'pile' not in [one.name for one in threading.enumerate()]


def test_starting_twice_is_refused():
    worker = LatestWorker(lambda item, missed, epoch: None)
    worker.start()
    with pytest.raises(RuntimeError, match='stop it first'):
        worker.start()
    worker.stop()
