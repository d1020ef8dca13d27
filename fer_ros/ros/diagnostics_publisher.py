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

"""Once a second, gather what the node knows and publish /diagnostics, whatever its state."""

from __future__ import annotations

from collections.abc import Callable
import socket
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from fer_ros.core.pipeline import FacePipeline
from fer_ros.ros import camera_diagnostics, diagnostics, qos
from fer_ros.ros.camera import CameraSubscription
from fer_ros.ros.frame_counts import FrameCounts
from fer_ros.ros.publishing import ResultPublisher
from fer_ros.ros.system_load import SystemLoadMonitor
from fer_ros.stream.session import fault

_IMAGE_TYPES = ('sensor_msgs/msg/Image', 'sensor_msgs/msg/CompressedImage')


class DiagnosticsPublisher:
    """
    Publish diagnostics at 1 Hz, whatever the lifecycle state and the simulated clock.

    :param node: has `parameter_values`, `state_label`, `failure` and `stuck_seconds`.
    """

    def __init__(self, node, camera: CameraSubscription, counts: FrameCounts):
        self._node = node
        self._camera = camera
        self._counts = counts
        self._system_load = SystemLoadMonitor()
        self._clock_was: int | None = None
        self._models: dict[str, Any] = {}
        self._results: ResultPublisher | None = None
        # No lifecycle publisher: those are silent while the node is not active.
        self._publisher = node.create_publisher(
            DiagnosticArray, '/diagnostics', qos.output_qos(10))
        self._timer = node.create_timer(1.0, self.report, clock=node.steady_clock)

    def describe(self, pipeline: FacePipeline | None,
                 results: ResultPublisher | None = None) -> None:
        """Take note of the models and publishers in use, or that there are none."""
        self._results = results
        if pipeline is None:
            self._models = {}
            return
        metadata = pipeline.classifier.metadata
        self._models = {
            'metadata': {name: getattr(metadata, name) for name in diagnostics.METADATA},
            'engine': {'detector': pipeline.detector.family,
                       'landmarks': _landmarks(pipeline),
                       'provider': pipeline.classifier.provider,
                       'detector provider': pipeline.detector.provider,
                       'threads': self._node.parameter_values['threads']},
            'skipped_providers': {
                **{name: f'by the detector: {reason}'
                   for name, reason in pipeline.detector.skipped_providers.items()},
                **pipeline.classifier.skipped_providers}}

    def report(self) -> None:
        """Publish one array."""
        node, parameters = self._node, self._node.parameter_values
        window, totals = self._counts.take(), self._counts.totals
        view = diagnostics.NodeView(
            name=node.get_fully_qualified_name(), state=node.state_label, failure=node.failure,
            stuck=node.stuck_seconds, namesakes=self._namesakes(),
            attention=self._results.attention_problem if self._results else '', **self._models)
        hostname, topic = socket.gethostname(), self._camera.topic
        reports: dict[str, tuple[Callable[[], diagnostics.Report], str]] = {
            'camera': (lambda: camera_diagnostics.camera(
                self._camera_view(view.active), window, totals, parameters), topic),
            'inference': (
                lambda: diagnostics.inference(view, window, totals, parameters), hostname),
            'faces': (lambda: diagnostics.faces(view, window, parameters), topic),
            'model': (lambda: diagnostics.model(view), hostname),
            'host': (lambda: diagnostics.host(self._system_load.look(), parameters), hostname),
        }
        # The namespace is part of the name, so that two cameras are two entries.
        prefix = view.name.lstrip('/')
        array = DiagnosticArray()
        now = node.get_clock().now()
        # A simulated clock may be anything; a stamp holds no time before 0.
        if now.nanoseconds >= 0:
            array.header.stamp = now.to_msg()
        array.status = [
            made(reports[name][0]).status(f'{prefix}: {name}', reports[name][1])
            for name in diagnostics.STATUSES]
        self._publisher.publish(array)

    def _namesakes(self) -> int:
        """Return how many other nodes have this node's full name."""
        node = self._node
        same = sum((name, namespace) == (node.get_name(), node.get_namespace())
                   for name, namespace in node.get_node_names_and_namespaces())
        return max(0, same - 1)

    def _camera_view(self, active: bool) -> camera_diagnostics.CameraView:
        camera = self._camera
        publishers = tuple(
            (one.node_name, one.topic_type, one.qos_profile.reliability.name)
            for one in camera.publishers())
        silence = self._counts.silence
        others = ()
        if active and not publishers and silence >= self._node.parameter_values[
                'diagnostics.no_image_warn']:
            others = tuple(
                name for name, types in self._node.get_topic_names_and_types()
                if set(types) & set(_IMAGE_TYPES) and '/humans/' not in name
                and not name.startswith(self._node.get_fully_qualified_name() + '/')
                and self._node.count_publishers(name))
        now = self._node.get_clock().now().nanoseconds
        stands = self._clock_was == now and self._node.get_clock().ros_time_is_active
        self._clock_was = now
        return camera_diagnostics.CameraView(
            topic=camera.topic, type_name=camera.type_name, transport=camera.transport,
            reliability=camera.reliability, active=active, publishers=publishers,
            incompatible=camera.incompatible, silence=silence, clock_stands=stands,
            others=others,
            intrinsics=self._results.intrinsics if self._results else '')


def _landmarks(pipeline: FacePipeline) -> str:
    landmarker = pipeline.landmarker
    return f'{landmarker.metadata.points} points' if landmarker else 'none'


def made(make: Callable[[], diagnostics.Report]) -> diagnostics.Report:
    """Return a report, or that it could not be made: one must not silence the others."""
    try:
        return make()
    except Exception as error:  # noqa: B902 - whatever it is, it is told
        return diagnostics.Report(
            diagnostics.ERROR, f'this status cannot be told: {fault(error)}')
