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

"""A node under attack: the real process, a camera, an audience, and a proof that all is well."""

from __future__ import annotations

import time

from diagnostic_msgs.msg import DiagnosticStatus
import psutil
from rcl_interfaces.srv import SetParametersAtomically
from rclpy.parameter import Parameter
from sensor_msgs.msg import CompressedImage
from support import (
    FerProcess, meet, next_start, Peer, play, stamp_of, stamped, wait_for)

ERROR, WARN, STALE = DiagnosticStatus.ERROR, DiagnosticStatus.WARN, DiagnosticStatus.STALE
OK = DiagnosticStatus.OK


class World:
    """
    A node with a camera that is answered.

    :param make: turns (pixels, stamp) into the messages of the camera; JPEG messages where the
        node subscribes to those.
    :param arguments: of `FerProcess`.
    """

    def __init__(self, make=None, **arguments):
        self.make = make
        # On a busy machine it leaves out good images, as it should; here all are to be answered.
        self.process = FerProcess(**{'load_shedding': False, **arguments})
        self.peer = Peer()
        compressed = arguments.get('image_transport') == 'compressed'
        topic, kind = (
            ('/image/compressed', CompressedImage) if compressed else ('/image', None))
        try:
            self.received = self.peer.expressions()
            self.diagnostics = self.peer.diagnostics()
            self.camera = self.peer.camera(
                self.received, topic, **({'kind': kind, 'make': make} if compressed else {}))
        except BaseException:
            self.close()
            raise

    def meet(self) -> None:
        """Wait until the camera and a subscription that was made anew have met."""
        meet(self.camera, self.received, self.make)

    def well(self, count: int = 2) -> None:
        """Show that good images are all answered, in their order, and that the node lives."""
        self.received.clear()
        stamps = play(self.camera, self.received, range(count), make=self.make)
        assert [stamp_of(one) for one in self.received] == stamps
        assert self.process.running, self.process.log
        assert 'Traceback' not in self.process.log

    def tell(self, make, level: bytes, *words: str, name: str = 'camera') -> None:
        """
        Publish an image now and then until a status tells of it.

        Once is not enough: of an image that came just after a report, the next one may say on a
        busy machine that there has been none for a second.

        :param make: gives the image, without a stamp.
        """
        due = 0.0

        def again():
            nonlocal due
            if time.monotonic() >= due:
                due = time.monotonic() + 0.5
                self.camera.publish(stamped(make(), next_start(0.001)))
        self.diagnostics.wait(f'fer: {name}', level, *words, meanwhile=again)

    def next_report(self) -> None:
        """Wait until /diagnostics has told of all that has been."""
        seen = self.diagnostics.count
        wait_for(lambda: self.diagnostics.count > seen, 'a report')

    def total(self, event: str) -> int:
        """Return how often an event has happened since the activation, as the node last said."""
        for name in ('camera', 'inference'):
            value = self.diagnostics.value(f'fer: {name}', f'{event} (total)')
            if value is not None:
                return int(value)
        return 0

    def set_parameters(self, **values) -> bool:
        """Set parameters, __ for a dot; return whether they were taken."""
        request = SetParametersAtomically.Request(parameters=[
            Parameter(name.replace('__', '.'), value=value).to_parameter_msg()
            for name, value in values.items()])
        return self.peer.call(
            SetParametersAtomically, '/fer/set_parameters_atomically', request).result.successful

    def usage(self) -> dict[str, float]:
        """Return what the process uses now: `mb` of its own, `threads`, `descriptors`."""
        process = psutil.Process(self.process.pid)
        return {'mb': process.memory_full_info().uss / 1e6, 'threads': process.num_threads(),
                'descriptors': process.num_fds()}

    def answered(self, stamp) -> bool:
        """Return whether an image of this stamp (message) has been answered."""
        return any(stamp_of(one) == stamp_of(stamp) for one in list(self.received))

    def wait_answered(self, message) -> None:
        """Wait for the answer to an image."""
        wait_for(lambda: self.answered(message), 'an answer')

    def close(self) -> None:
        """End the process, then the audience."""
        self.process.close()
        self.peer.close()
