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

"""What the tests over real processes share: the node as a process, and a peer to talk to it."""

from __future__ import annotations

import array
from contextlib import contextmanager
import gc
from itertools import count
import os
from pathlib import Path
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

from diagnostic_msgs.msg import DiagnosticArray
from fer_ros.demo.clip import EmbeddedClip
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState
import numpy as np
import rclpy
from rclpy.client import Client
from rclpy.executors import SingleThreadedExecutor
from rclpy.publisher import Publisher
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.subscription import Subscription
from sensor_msgs.msg import Image
from std_srvs.srv import SetBool
from vision_msgs.msg import Detection2DArray
from waiting import PATIENCE, wait_for

ROOT = Path(__file__).resolve().parents[2]

TRANSITIONS = {
    'configure': Transition.TRANSITION_CONFIGURE, 'activate': Transition.TRANSITION_ACTIVATE,
    'deactivate': Transition.TRANSITION_DEACTIVATE, 'cleanup': Transition.TRANSITION_CLEANUP,
    'shutdown': Transition.TRANSITION_ACTIVE_SHUTDOWN,
    'shutdown unconfigured': Transition.TRANSITION_UNCONFIGURED_SHUTDOWN,
}


class FerProcess:
    """
    The node `fer` as a process of its own, as far as it gets by itself.

    Whoever joins afterwards finds it at once. Two participants that start at the same time may
    need seconds to find each other where discovery is limited to this machine.

    It sheds no load unless that is asked for: on a busy machine it would leave out good images,
    as it should, and a test that waits for the answer to each would wait in vain.
    """

    _SETTLED = ('active: ', 'autostart ended', 'waiting for transitions')

    def __init__(self, namespace: str = '', remap: dict | None = None, env: dict | None = None,
                 first_path: str = '', **parameters):
        command = [sys.executable, '-m', 'fer_ros.ros', '--ros-args']
        if namespace:
            command += ['-r', f'__ns:={namespace}']
        for name, target in (remap or {}).items():
            command += ['-r', f'{name}:={target}']
        if 'params_file' in parameters:
            command += ['--params-file', parameters.pop('params_file')]
        for name, value in {'load_shedding': False, **parameters}.items():
            text = str(value).lower() if isinstance(value, bool) else value
            command += ['-p', f"{name.replace('__', '.')}:={text}"]
        self._log = tempfile.NamedTemporaryFile('w')
        path = os.pathsep.join(
            filter(None, (first_path, str(ROOT), os.environ.get('PYTHONPATH'))))
        self._process = subprocess.Popen(
            command, stdout=self._log, stderr=subprocess.STDOUT,
            env={**os.environ, 'PYTHONPATH': path, 'PYTHONUNBUFFERED': '1', **(env or {})})
        try:
            wait_for(lambda: not self.running or any(word in self.log for word in self._SETTLED),
                     'the node to come up')
        except BaseException:
            # Else it would answer for the nodes of the tests that follow.
            self.close()
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> str:
        """Return everything the process has printed."""
        return Path(self._log.name).read_text()

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def send(self, number: int) -> None:
        self._process.send_signal(number)

    def wait(self, seconds: float = PATIENCE) -> int:
        """Return the exit status."""
        return self._process.wait(seconds)

    def close(self) -> None:
        """End the process, whatever it does."""
        if self.running:
            self.send(signal.SIGINT)
            try:
                self.wait(10.0)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        # pytest shows it where the test fails.
        print(f'The node printed:\n{self.log}')
        self._log.close()


class CameraProcess:
    """The camera of the benchmarks, with two faces, on /image, best effort."""

    def __init__(self, rate: float, env: dict | None = None):
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get('PYTHONPATH'))))
        self._process = subprocess.Popen(
            [sys.executable, '-m', 'fer_ros.bench.ros_camera', '--topic', '/image', '--transport',
             'raw', '--rate', str(rate), '--size', '640x480', '--faces', '2', '--seconds', '3600',
             '--subscribers', '0'],
            env={**os.environ, 'PYTHONPATH': path, **(env or {})})

    def send(self, number: int) -> None:
        self._process.send_signal(number)

    def close(self):
        self._process.kill()
        self._process.wait()


def ask_a_node_of_this_process(question):
    """Return `question(node)` of a node `fer` in here that nobody hears of any more afterwards."""
    from fer_ros.ros.node import FerNode
    context = rclpy.context.Context()
    rclpy.init(args=['--ros-args', '-p', 'autostart:=false'], context=context)
    node = FerNode(context=context)
    try:
        return question(node)
    finally:
        node.destroy_node()
        del node
        rclpy.shutdown(context=context)
        # A managed node of rclpy is part of cycles of references: until they are found, the
        # middleware keeps it, and every node started afterwards sees another of its name.
        gc.collect()


class Peer:
    """
    A node of the test: publishes images and keeps everything the node under test says.

    Its callbacks run in a thread of their own. rclpy's executor raises an exception, and hears
    nothing from then on, where another thread destroys something just as it is about to wait for
    it: only `destroy` may, never the node's own methods.
    """

    def __init__(self):
        self._context = rclpy.context.Context()
        rclpy.init(context=self._context)
        self.node = rclpy.create_node(
            f'peer_{random.randrange(10 ** 9)}', context=self._context)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self.node)
        self._thread = threading.Thread(target=self._spin, daemon=True)
        self._clients: dict = {}
        self._running = True
        self._thread.start()

    def _spin(self):
        while self._running:
            self._executor.spin_once(timeout_sec=0.02)

    def close(self):
        self._running = False
        self._thread.join()
        self._executor.remove_node(self.node)
        self.node.destroy_node()
        self._executor.shutdown()
        rclpy.shutdown(context=self._context)

    def destroy(self, one) -> None:
        """Destroy a publisher, subscription, client or timer of the node, in its thread."""
        kinds = {Publisher: self.node.destroy_publisher, Client: self.node.destroy_client,
                 Subscription: self.node.destroy_subscription}
        method = next((each for kind, each in kinds.items() if isinstance(one, kind)),
                      self.node.destroy_timer)
        task = self._executor.create_task(method, one)
        wait_for(task.done, f'the end of {one}')
        assert task.result(), f'{one} is none of this node'

    def listen(self, kind, topic: str, depth: int = 1000, reliable: bool = True) -> list:
        """Subscribe and return the list that messages will be appended to."""
        received: list = []
        profile = QoSProfile(depth=depth, reliability=(
            ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT))
        self.node.create_subscription(kind, topic, received.append, profile)
        return received

    def listen_to_publisher(self, kind, topic: str) -> list:
        """Listen to a topic that the node under test has, once the subscription knows of it."""
        received = self.listen(kind, topic)
        wait_for(lambda: self.node.count_publishers(topic), f'a publisher of {topic}')
        return received

    def expressions(self, topic: str = '/fer/expression') -> list:
        """Return the list of what the node says, once it and the subscription have met."""
        return self.listen_to_publisher(Detection2DArray, topic)

    def camera(self, received: list, topic: str = '/image', kind=Image, reliable: bool = True,
               depth: int = 10, make=None, follows: bool = True):
        """Return a publisher whose images are answered in `received`, empty again."""
        profile = QoSProfile(depth=depth, reliability=(
            ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT))
        publisher = self.node.create_publisher(kind, topic, profile)
        if follows:
            wait_for(lambda: any(
                one.qos_profile.reliability == profile.reliability
                for one in self.node.get_subscriptions_info_by_topic(topic)),
                f'a subscription to {topic} that follows the publisher')
        meet(publisher, received, make)
        return publisher

    def call(self, kind, name: str, request):
        """Call a service and return its answer."""
        if name not in self._clients:
            self._clients[name] = self.node.create_client(kind, name)
        client = self._clients[name]
        assert client.wait_for_service(PATIENCE), f'no service {name}'
        future = client.call_async(request)
        answered = threading.Event()
        future.add_done_callback(lambda _: answered.set())
        assert answered.wait(PATIENCE), f'no answer of {name}'
        return future.result()

    def transition(self, name: str, node: str = '/fer') -> bool:
        """Ask for a transition and return whether it succeeded."""
        request = ChangeState.Request()
        request.transition.id = TRANSITIONS[name]
        return self.call(ChangeState, f'{node}/change_state', request).success

    def state(self, node: str = '/fer') -> str:
        """Return the label of the node's lifecycle state."""
        answer = self.call(GetState, f'{node}/get_state', GetState.Request())
        return answer.current_state.label

    def enable(self, value: bool, node: str = '/fer') -> SetBool.Response:
        """Call ~/enable and return its answer."""
        return self.call(SetBool, f'{node}/enable', SetBool.Request(data=value))

    def diagnostics(self) -> Diagnostics:
        """Listen to /diagnostics."""
        return Diagnostics(self.listen(DiagnosticArray, '/diagnostics'))


class Diagnostics:
    """The latest status of each name."""

    def __init__(self, arrays: list):
        self.arrays = arrays

    def get(self, name: str):
        """Return the latest status of this name, or None."""
        for message in reversed(self.arrays):
            for status in message.status:
                if status.name == name:
                    return status
        return None

    def value(self, name: str, key: str) -> str | None:
        """Return a value of the latest status of this name, or None."""
        status = self.get(name)
        return next((one.value for one in status.values if one.key == key), None
                    ) if status else None

    @property
    def count(self) -> int:
        """Return how many arrays have come; `wait` takes it as `since`."""
        return len(self.arrays)

    def wait(self, name: str, level: bytes, *words: str, seconds: float = PATIENCE,
             since: int | None = None, meanwhile=None):
        """
        Return the first status with this level and all words in its message.

        :param since: how many arrays had come before what the status is to tell of; by default
            only those that are still to come are looked at.
        :param meanwhile: called before each look, to keep up what the status is to tell of.
        """
        seen = self.count if since is None else since

        def found():
            if meanwhile is not None:
                meanwhile()
            for message in self.arrays[seen:]:
                for status in message.status:
                    if (status.name == name and status.level == level
                            and all(word in status.message for word in words)):
                        return status
            return None
        try:
            return wait_for(found, f'{name} at level {level!r} saying {words}', seconds)
        except AssertionError as error:
            last = self.get(name)
            raise AssertionError(f'{error}; last: {last}') from None


class PageBehaviour:
    """
    The Python code of a page that needs ROS, as a process of its own.

    :param page: below the repository's root; has one such block.
    :param directory: for the script and what it says.
    """

    def __init__(self, page: str, directory: Path):
        text = (ROOT / page).read_text(encoding='utf-8')
        blocks = re.findall(r'```python\n(.*?)```', text, re.DOTALL)
        block, = [block for block in blocks if 'rclpy' in block]
        script = directory / 'behaviour.py'
        script.write_text(block)
        self._path = directory / 'said.txt'
        self._log = self._path.open('w')
        self._process = subprocess.Popen(
            [sys.executable, script], stdout=self._log, stderr=subprocess.STDOUT)

    @property
    def said(self) -> str:
        """Return everything it has printed."""
        return self._path.read_text()

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        self._log.close()


@contextmanager
def running(*closables):
    """Yield, then close everything in reverse."""
    try:
        yield closables if len(closables) > 1 else closables[0]
    finally:
        for one in reversed(closables):
            one.close()


#: Two faces, seen well and moving, for some seconds from here on; frames of 1/30 s.
CLIP = EmbeddedClip(rate=30.0)
TWO_FACES = 130


def meet(camera, received: list, make=None) -> None:
    """
    Send small images until one is answered, then forget the answers.

    Discovery is not symmetric, and a subscription of reliability `auto` is renewed when the
    first publisher appears: only an answer proves that both ends are there to stay. Answers to
    what was sent before may still come, and prove nothing.
    """
    make = make or (lambda pixels, stamp: image_message(pixels, stamp=stamp))
    pixels = np.zeros((64, 64, 3), np.uint8)
    deadline = time.monotonic() + PATIENCE
    greetings: list = []
    while not any(stamp_of(one) in greetings for one in list(received)):
        assert time.monotonic() < deadline, 'no image was answered'
        greeting = make(pixels, 1.0 + (len(greetings) + 1) * 1e-3)
        greetings.append(stamp_of(greeting))
        camera.publish(greeting)
        time.sleep(0.1)
    send(camera, received, make(pixels, 2.0), 'the last greeting')
    received.clear()


def send(camera, received: list, message, what: str) -> None:
    """
    Publish an image and wait for its answer, the newest or nearly so.

    Where that is not reliable, the image is published now and then until it is answered: to a
    node that had it, it is a stamp that was answered before, and nothing more.
    """
    lossy = camera.qos_profile.reliability == ReliabilityPolicy.BEST_EFFORT
    again = 0.0

    def answered():
        nonlocal again
        if again == 0.0 or lossy and time.monotonic() > again:
            camera.publish(message)
            again = time.monotonic() + 5.0
        return any(stamp_of(one) == stamp_of(message) for one in received[-3:])
    wait_for(answered, f'the answer to {what}')


def image_message(pixels, encoding: str = 'bgr8', stamp: float | tuple = 0.0, step: int = 0,
                  frame_id: str = 'camera') -> Image:
    """Return an image message of uint8 pixels (H, W[, C]); stamp in seconds or (sec, nsec)."""
    message = Image(height=pixels.shape[0], width=pixels.shape[1], encoding=encoding)
    message.step = step or pixels.strides[0]
    message.data = array.array('B', pixels.tobytes())
    return stamped(message, stamp, frame_id)


def stamped(message, stamp: float | tuple, frame_id: str = 'camera'):
    """Set the header and return the message."""
    sec, nanosec = stamp if isinstance(stamp, tuple) else divmod(round(stamp * 1e9), 10 ** 9)
    message.header.stamp.sec, message.header.stamp.nanosec = int(sec), int(nanosec)
    message.header.frame_id = frame_id
    return message


def stamp_of(message) -> tuple[int, int]:
    """Return (seconds, nanoseconds) of a message's stamp."""
    return message.header.stamp.sec, message.header.stamp.nanosec


_started_until = 0.0


def next_start(seconds: float) -> float:
    """Return the time, or what follows the stamps given before where those are ahead of it."""
    global _started_until
    start = max(time.time(), _started_until)
    _started_until = start + seconds
    return start


def play(camera, received: list, frames: range, start: float | None = None, make=None,
         every: float = 1 / 30) -> list[tuple[int, int]]:
    """
    Publish frames of the clip one by one, each after the answer to the one before.

    :param make: turns (pixels, stamp) into a message.
    :return: the stamps sent.
    """
    make = make or (lambda pixels, stamp: image_message(pixels, stamp=stamp))
    start = next_start(len(frames) * every) if start is None else start
    stamps = []
    for number, index in enumerate(frames):
        message = make(CLIP.frame(index), start + number * every)
        stamps.append(stamp_of(message))
        send(camera, received, message, f'frame {number}')
    return stamps


def played_until(camera, received, heard, good, what):
    """Play frames with two faces until a message that was heard is good, and return it."""
    played = [0]

    def found():
        received.clear()
        first = TWO_FACES + played[0] % 60
        play(camera, received, range(first, first + 5))
        played[0] += 5
        return next((one for one in heard if good(one)), None)
    return wait_for(found, what)


def two_faces(camera, received: list, start: float) -> list[str]:
    """Show two faces for a while, to an empty list of answers, and return their ids."""
    received.clear()
    play(camera, received, range(TWO_FACES, TWO_FACES + 10), start=start)
    ids = [one.id for one in received[-1].detections]
    assert len(ids) == 2
    return ids


def shown_until(camera, received: list, condition, what: str, make=None) -> None:
    """
    Go on from the newest answer and show two faces until something has come of it.

    No faster than a camera would: what is waited for may be a matter of seconds. The frames go to
    and fro, so that nobody leaps.

    :param make: as that of `play`.
    """
    span = 50
    numbers = count()

    def came():
        if condition():
            return True
        number = next(numbers) % (2 * span)
        index = TWO_FACES + 10 + min(number, 2 * span - number)
        due = time.monotonic() + 1 / 30
        sec, nanosec = stamp_of(received[-1])
        play(camera, received, range(index, index + 1), sec + nanosec * 1e-9 + 1 / 30, make)
        time.sleep(max(0.0, due - time.monotonic()))
        return False
    wait_for(came, what)


def settle(received: list, seconds: float) -> None:
    """Wait until nothing more has come for so long."""
    seen, since = len(received), time.monotonic()

    def quiet():
        nonlocal seen, since
        if len(received) != seen:
            seen, since = len(received), time.monotonic()
        return time.monotonic() - since > seconds
    wait_for(quiet, f'silence of {seconds:g} s')


def face_topics(peer) -> dict[str, set[str]]:
    """Return the parts published for each face id."""
    found: dict[str, set[str]] = {}
    for name, _ in peer.node.get_topic_names_and_types():
        parts = name.split('/')
        if name.startswith('/humans/faces/') and len(parts) == 5:
            if peer.node.count_publishers(name):
                found.setdefault(parts[3], set()).add(parts[4])
    return found
