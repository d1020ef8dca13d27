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

"""The lifecycle node `fer`: what each transition acquires, starts, stops and gives back."""

from __future__ import annotations

from functools import wraps
import traceback

from fer_ros.core.assets import model_path
from fer_ros.core.pipeline import build_pipeline
from fer_ros.ros import qos
from fer_ros.ros.camera import CameraSubscription
from fer_ros.ros.diagnostics_publisher import Reporter
from fer_ros.ros.frame_counts import Statistics
from fer_ros.ros.publishing import FacePictures, FrameProcessor, Outputs, seconds
from fer_ros.ros.ros4hri import HumansPublisher, HumansUnavailable
from fer_ros.ros.worker import LatestWorker
from fer_ros.stream import parameters
from rcl_interfaces.msg import SetParametersResult
from rclpy.clock import Clock, ClockType
from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.lifecycle import LifecycleNode, TransitionCallbackReturn
from sensor_msgs.msg import CompressedImage, Image
from vision_msgs.msg import Detection2DArray

RCLError = rclpy_implementation.RCLError
SUCCESS = TransitionCallbackReturn.SUCCESS


def transition(reached: str, on_exception: TransitionCallbackReturn):
    """
    Wrap a transition callback: log why it fails, which rclpy does not, and keep the state.

    :param reached: label of the state a success leads to.
    :param on_exception: what an exception becomes.
    """
    def decorate(callback):
        @wraps(callback)
        def wrapped(self, state):
            try:
                callback(self)
            except Exception as error:  # noqa: B902 - whatever it is, the cause must be logged
                self.failure = f'{callback.__name__} failed: {error or type(error).__name__}'
                self.get_logger().error(self.failure)
                self.get_logger().debug(traceback.format_exc())
                self.release(stop_only=callback.__name__ in ('on_activate', 'on_deactivate'))
                return on_exception
            getattr(LifecycleNode, callback.__name__)(self, state)
            self.failure, self.label = '', reached
            return SUCCESS
        return wrapped
    return decorate


class FerNode(LifecycleNode):
    """
    Wire the pipeline to ROS.

    configure loads the models and makes the publishers, activate subscribes and starts the
    worker, deactivate and cleanup undo each. All callbacks run in one thread, the executor's;
    frames are processed in the worker's. /diagnostics is published in every state.

    :raises ParameterError: a parameter given at start is refused.
    """

    def __init__(self, **kwargs):
        super().__init__('fer', **kwargs)
        self.label, self.failure = 'unconfigured', ''
        self.values = parameters.declare(self)
        self._pipeline = self._processor = self._humans = None
        self._publishers = []
        self._statistics = Statistics()
        self._worker = LatestWorker(self._work)
        self._camera = CameraSubscription(self, self._on_image)
        self._reporter = Reporter(self, self._camera, self._worker, self._statistics)
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._follow_timer = self.create_timer(0.5, self._camera.follow, clock=self._steady)
        self._watch_parameters()
        self._answer_impossible_transitions()
        if self.values['autostart']:
            self._autostart_timer = self.create_timer(0.0, self._autostart, clock=self._steady)
        else:
            self.get_logger().info('unconfigured: autostart is off, waiting for transitions')

    @transition('inactive', TransitionCallbackReturn.FAILURE)
    def on_configure(self):
        """Load the models and make the publishers."""
        values = self.values
        self._pipeline = build_pipeline(
            values['expression_model'] or model_path('expression.onnx'),
            values['detector_model'] or model_path('face_detector.onnx'),
            parameters.pipeline_options(values), threads=values['threads'],
            providers=[parameters.PROVIDERS[name] for name in values['providers']])
        self._humans = self._humans_or_none()
        self._processor = FrameProcessor(
            self._pipeline, Outputs(
                expression=self._publisher(Detection2DArray, '~/expression', 10),
                annotated=self._publisher(Image, '~/image_annotated', 1),
                annotated_jpeg=self._publisher(
                    CompressedImage, '~/image_annotated/compressed', 1),
                humans=self._humans),
            self._statistics, self.get_logger(), values)
        self._reporter.describe(self._pipeline)
        card = self._pipeline.classifier.card
        self.get_logger().info(
            f'configured: expression model {card.name} {card.version}, detector '
            f'{self._pipeline.detector.family}, {self._pipeline.classifier.provider}, ROS4HRI '
            f"{'on' if self._humans else 'off'}")

    @transition('active', TransitionCallbackReturn.FAILURE)
    def on_activate(self):
        """Start the worker and subscribe."""
        self._statistics.restart()
        self._processor.restart()
        self._worker.start()
        self._camera.open(self.values['image_transport'], self.values['image_reliability'])
        self.get_logger().info(
            f"active: waiting for images on '{self._camera.topic}' ({self._camera.transport}, "
            f'{self._camera.reliability})')

    @transition('inactive', TransitionCallbackReturn.ERROR)
    def on_deactivate(self):
        """Unsubscribe and stop the worker."""
        self.release(stop_only=True)

    @transition('unconfigured', TransitionCallbackReturn.ERROR)
    def on_cleanup(self):
        """Destroy the publishers and forget the models."""
        self.release()

    @transition('finalized', TransitionCallbackReturn.ERROR)
    def on_shutdown(self):
        """Release everything, from whatever state."""
        self.release()

    def on_error(self, state):
        """Release everything; the node can be configured again."""
        self.release()
        self.label = 'unconfigured'
        return SUCCESS

    def release(self, stop_only: bool = False) -> None:
        """
        Stop the camera and the worker, and give back what configure acquired.

        :param stop_only: keep models and publishers.
        """
        self._camera.close()
        if not self._worker.stop():
            self.get_logger().error('the worker is stuck in a frame and is left behind')
        if self._humans is not None:
            self._humans.clear()
        if stop_only:
            return
        if self._humans is not None:
            self._humans.destroy()
        for publisher in self._publishers:
            self.destroy_lifecycle_publisher(publisher)
        self._publishers.clear()
        self._pipeline = self._processor = self._humans = None
        self._reporter.describe(None)

    def destroy_node(self):
        """Release everything and leave the graph."""
        self.release()
        super().destroy_node()

    def _publisher(self, kind, topic: str, depth: int):
        publisher = self.create_lifecycle_publisher(
            kind, topic, qos.output_qos(depth), qos_overriding_options=qos.output_overrides())
        self._publishers.append(publisher)
        return publisher

    def _humans_or_none(self):
        if self.values['ros4hri'] == 'off':
            return None
        pictures = FacePictures(self._pipeline)
        try:
            return HumansPublisher(self, pictures.cropped, pictures.aligned)
        except HumansUnavailable as error:
            if self.values['ros4hri'] == 'on':
                raise
            self.get_logger().info(f'ROS4HRI topics are not published: {error}', once=True)
            return None

    def _on_image(self, message) -> None:
        stamp = seconds(message.header.stamp)
        age = self.get_clock().now().nanoseconds * 1e-9 - stamp if stamp else None
        self._statistics.arrived(age)
        self._worker.offer(message)

    def _work(self, message) -> None:
        self._processor(message)

    def _autostart(self) -> None:
        self.destroy_timer(self._autostart_timer)
        if self.label == 'unconfigured':
            self.trigger_configure()
        if self.label == 'inactive':
            self.trigger_activate()
        if self.label != 'active':
            self.get_logger().error(
                f'autostart ended in state {self.label}; correct the cause, then run: ros2 '
                f'lifecycle set {self.get_fully_qualified_name()} configure')

    def _answer_impossible_transitions(self) -> None:
        """Refuse what the state machine refuses; rclpy would leave the caller waiting."""
        service = self._service_change_state
        change_state = service.callback

        def guarded(request, response):
            try:
                return change_state(request, response)
            except RCLError as error:
                self.get_logger().warning(f'transition refused in state {self.label}: {error}')
                response.success = False
                return response
        service.callback = guarded

    def _watch_parameters(self) -> None:
        self.add_on_set_parameters_callback(self._check_parameters)
        # Humble has no callback after the fact; there, the last check applies the values.
        self._applies_late = hasattr(self, 'add_post_set_parameters_callback')
        if self._applies_late:
            self.add_post_set_parameters_callback(self._apply_parameters)

    def _check_parameters(self, changed) -> SetParametersResult:
        values = {**self.values, **self._known(changed)}
        try:
            parameters.check(values)
        except parameters.ParameterError as error:
            return SetParametersResult(successful=False, reason=str(error))
        if not self._applies_late:
            self._apply_parameters(changed)
        return SetParametersResult(successful=True)

    def _apply_parameters(self, changed) -> None:
        self.values = {**self.values, **self._known(changed)}
        if self._processor is not None:
            self._processor.apply(self.values)
        if self._camera.is_open:
            self._camera.open(self.values['image_transport'], self.values['image_reliability'])

    def _known(self, changed) -> dict:
        return {one.name: one.value for one in changed if one.name in self.values}
