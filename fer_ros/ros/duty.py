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

"""Whether an active node processes images: not while disabled, nor idle where it is lazy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fer_ros.ros.camera import CameraSubscription
from fer_ros.ros.doing import DISABLED, IDLE, INACTIVE, RESTS, WORKING
from fer_ros.ros.frame_counts import FrameCounts
from fer_ros.ros.worker import WorkerStuckError
from rclpy.parameter import Parameter
from std_srvs.srv import SetBool


class Duty:
    """
    Let a node work, or not, and keep its camera subscribed as that needs; offers `~/enable`.

    All methods belong to the executor's thread.

    :param node: has `parameter_values` and `state_label`, and is started and stopped.
    :param camera: is subscribed while idle, too: the next image then wakes the node at once.
    :param counts: what is told of before a rest is forgotten after it.
    :param audience: tells whether somebody subscribes to what comes of an image.
    """

    def __init__(self, node: Any, camera: CameraSubscription, counts: FrameCounts,
                 audience: Callable[[], bool]):
        self._node = node
        self._camera = camera
        self._counts = counts
        self._audience = audience
        #: What the node does now.
        self.state = INACTIVE
        node.create_service(SetBool, '~/enable', self._on_enable)

    def begin(self) -> None:
        """
        Work, or rest, as the parameters say: the node is active from now on.

        :raises WorkerStuckError: it cannot work.
        """
        self._change(self._wanted())

    def follow(self) -> str:
        """Do what parameters and subscribers ask for now; return why it cannot be done, or ''."""
        if self.state == INACTIVE:
            return ''
        try:
            self._change(self._wanted())
        except WorkerStuckError as error:
            self._node.get_logger().warning(str(error), throttle_duration_sec=10.0)
            return str(error)
        return ''

    def end(self) -> None:
        """Unsubscribe and stop: the node is not active any more."""
        was, self.state = self.state, INACTIVE
        self._camera.close()
        if was == WORKING:
            self._node.stop()

    def _wanted(self) -> str:
        values = self._node.parameter_values
        if not values['enabled']:
            return DISABLED
        return IDLE if values['lazy'] and not self._audience() else WORKING

    def _change(self, wanted: str) -> None:
        was, values = self.state, self._node.parameter_values
        if wanted != was and (wanted == WORKING or was == DISABLED):
            self._counts.resume()
        if wanted == DISABLED:
            self._camera.close()
        if wanted == WORKING != was:
            self._node.start()
        self.state = wanted
        if was == WORKING != wanted:
            self._node.stop()
        if wanted != DISABLED:
            self._camera.open(values['image_transport'], values['image_reliability'])
        if DISABLED in (wanted, was) and wanted != was != INACTIVE:
            self._node.get_logger().info(
                RESTS[DISABLED] if wanted == DISABLED else f'enabled: {wanted}')

    def _on_enable(self, request: SetBool.Request, response: SetBool.Response) -> SetBool.Response:
        if self._node.state_label == 'finalized':
            response.message = 'the node has been shut down for good: start its process again'
            return response
        self._node.set_parameters([Parameter('enabled', value=request.data)])
        fault = self.follow()
        response.success = not fault
        response.message = fault or ('enabled' if request.data else 'disabled') + (
            '' if self._node.state_label == 'active' else
            f', for when the node is active: it is {self._node.state_label}')
        return response
