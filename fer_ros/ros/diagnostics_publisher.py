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

"""The reporter: once a second, gather what the node knows and publish /diagnostics."""

from __future__ import annotations

import socket
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from fer_ros.core.pipeline import FacePipeline
from fer_ros.ros import diagnostics, qos
from fer_ros.ros.camera import CameraSubscription
from fer_ros.ros.frame_counts import Statistics
from fer_ros.ros.system_load import SystemLoadMonitor
from fer_ros.ros.worker import LatestWorker
from rclpy.clock import Clock, ClockType

_IMAGE_TYPES = ('sensor_msgs/msg/Image', 'sensor_msgs/msg/CompressedImage')


class Reporter:
    """
    Publish diagnostics at 1 Hz, whatever the lifecycle state and the simulated clock.

    :param node: has `values` (parameters by name), `label` (lifecycle state) and `failure`
        (why the last transition failed).
    """

    def __init__(self, node, camera: CameraSubscription, worker: LatestWorker,
                 statistics: Statistics):
        self._node = node
        self._camera = camera
        self._worker = worker
        self._statistics = statistics
        self._system_load = SystemLoadMonitor()
        self._dropped = self._lost = 0
        self._clock_was: int | None = None
        self._card: dict[str, Any] = {}
        self._engine: dict[str, Any] = {}
        self._publisher = node.create_publisher(
            DiagnosticArray, '/diagnostics', qos.output_qos(10))
        self._timer = node.create_timer(
            1.0, self.report, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def destroy(self) -> None:
        """Stop reporting."""
        self._node.destroy_timer(self._timer)
        self._node.destroy_publisher(self._publisher)

    def describe(self, pipeline: FacePipeline | None) -> None:
        """Take note of the models in use, or that there are none."""
        self._card, self._engine = {}, {}
        if pipeline is None:
            return
        card = pipeline.classifier.card
        self._card = {name: getattr(card, name) for name in diagnostics.CARD}
        self._engine = {'detector': pipeline.detector.family,
                        'provider': pipeline.classifier.provider,
                        'threads': self._node.values['threads']}

    def report(self) -> None:
        """Publish one array."""
        node, limits = self._node, self._node.values
        active = node.label == 'active'
        window, totals = self._statistics.take(), self._statistics.totals
        view = self._view(active)
        dropped_total = self._worker.dropped
        dropped, self._dropped = dropped_total - self._dropped, dropped_total
        hostname = socket.gethostname()
        reports = {
            'camera': (diagnostics.camera(view, window, totals, limits), view.topic),
            'inference': (diagnostics.inference(
                window, dropped, dropped_total, totals, self._engine, limits, active,
                self._statistics.effort, self._statistics.load), hostname),
            'faces': (diagnostics.faces(self._statistics.faces, active), view.topic),
            'model': (diagnostics.model(self._card, node.failure, node.label), hostname),
            'host': (diagnostics.host(self._system_load.look(), limits), hostname),
        }
        # The namespace is part of the name, so that two cameras are two entries.
        prefix = node.get_fully_qualified_name().lstrip('/')
        array = DiagnosticArray()
        array.header.stamp = node.get_clock().now().to_msg()
        array.status = [
            reports[name][0].status(f'{prefix}: {name}', reports[name][1])
            for name in diagnostics.STATUSES]
        self._publisher.publish(array)

    def _view(self, active: bool) -> diagnostics.CameraView:
        camera = self._camera
        publishers = tuple(
            (one.node_name, one.topic_type, one.qos_profile.reliability.name)
            for one in camera.publishers())
        lost, self._lost = camera.lost - self._lost, camera.lost
        silence = self._statistics.silence
        others = ()
        if active and not publishers and silence >= self._node.values[
                'diagnostics.no_image_warn']:
            others = tuple(
                name for name, types in self._node.get_topic_names_and_types()
                if set(types) & set(_IMAGE_TYPES) and '/humans/' not in name
                and not name.startswith(self._node.get_fully_qualified_name() + '/')
                and self._node.count_publishers(name))
        now = self._node.get_clock().now().nanoseconds
        stands = self._clock_was == now and self._node.get_clock().ros_time_is_active
        self._clock_was = now
        return diagnostics.CameraView(
            topic=camera.topic, type_name=camera.type_name, transport=camera.transport,
            reliability=camera.reliability, active=active, publishers=publishers,
            incompatible=camera.incompatible, silence=silence, clock_stands=stands,
            others=others, lost=lost, lost_total=camera.lost)
