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

"""
The node `fer`: wires the camera, the stream of images and the publishers together.

An image message goes: subscription → slot of the worker → `Session.take` (stream/session.py:
stamp, rate, load, decoding, pipeline) → `ResultPublisher`. The subscription's callback only swaps
the slot, so a slow frame costs a frame and never a queue.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
import time
from typing import Any

from fer_ros.ros.bond import Bond
from fer_ros.ros.camera import CameraSubscription
from fer_ros.ros.declared_parameters import LiveParameters
from fer_ros.ros.diagnostics_publisher import DiagnosticsPublisher
from fer_ros.ros.doing import DISABLED, IDLE
from fer_ros.ros.duty import Duty
from fer_ros.ros.frame_counts import FrameCounts
from fer_ros.ros.managed_node import ManagedNode, transition
from fer_ros.ros.outcome_log import OutcomeLog
from fer_ros.ros.process import run
from fer_ros.ros.publishing import ResultPublisher
from fer_ros.ros.worker import Epoch, LatestWorker, Offer, stuck_text
from fer_ros.stream import parameters
from fer_ros.stream.parameter_spec import ParameterError
from fer_ros.stream.session import fault, Session
from fer_ros.stream.stamps import nanoseconds
from fer_ros.stream.stream_result import StreamResult
from rclpy.lifecycle import TransitionCallbackReturn


class FerNode(ManagedNode):
    """
    Turn a camera topic into faces with expressions.

    configure loads the models and makes the publishers, activate subscribes and starts the
    worker, deactivate and cleanup undo each. All callbacks run in one thread, the executor's;
    images are processed in the worker's. /diagnostics is published in every state.

    :raises ParameterError: a parameter given at start is refused.
    """

    def __init__(self, **kwargs):
        super().__init__('fer', **kwargs)
        self._live = LiveParameters(self, self._apply_parameters)
        self._pipeline = self._session = self._results = None
        self._ids = parameters.track_ids(self.parameter_values, self.get_fully_qualified_name())
        #: What can only be done once the worker publishes nothing any more.
        self._withdrawals: list[Callable[[], None]] = []
        self._counts = FrameCounts()
        self._outcomes = OutcomeLog(self.get_logger())
        self._worker = LatestWorker(self._work)
        self._camera = CameraSubscription(
            self, self._on_image, lambda number: self._counts.count('lost', number))
        self._diagnostics = DiagnosticsPublisher(self, self._camera, self._counts)
        self.duty = Duty(self, self._camera, self._counts, lambda: self._results.has_audience())
        self._bond = Bond(self)
        self._follow_timer = self.create_timer(0.5, self._follow, clock=self.steady_clock)
        if self.parameter_values['autostart']:
            self.start_by_itself(self.parameter_values['autostart_retry'])
        else:
            self.get_logger().info('unconfigured: autostart is off, waiting for transitions')

    @transition('inactive', TransitionCallbackReturn.FAILURE)
    def on_configure(self):
        """Load the models and make the publishers."""
        self._worker.require_end()
        self._withdraw()
        values = self.parameter_values
        self._pipeline = self._meanwhile(
            self._diagnostics.report, parameters.pipeline_for, values, self._ids)
        self._results = ResultPublisher(self, self._pipeline, values, self._ids)
        self._session = Session(self._pipeline, values)
        self._diagnostics.describe(self._pipeline, self._results)
        metadata = self._pipeline.classifier.metadata
        self.get_logger().info(
            f'configured: expression model {metadata.name} {metadata.version}, detector '
            f'{self._pipeline.detector.family}, {self._pipeline.classifier.provider}, ROS4HRI '
            f"{'on' if self._results.ros4hri else 'off'}, pictures "
            f"{'where subscribed' if values['publish_pictures'] else 'never'}")

    @transition('active', TransitionCallbackReturn.FAILURE)
    def on_activate(self):
        """Start the worker and subscribe."""
        self._worker.require_end()
        self._counts.restart()
        self.duty.begin()
        if not self.parameter_values['autostart']:
            self._bond.open()
        self.get_logger().info(
            'active: disabled until ~/enable is called with true'
            if self.duty.state == DISABLED else
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

    def release(self, stop_only: bool = False) -> None:
        """
        Stop the camera and the worker, and give back what configure acquired.

        :param stop_only: keep models and publishers.
        """
        self._bond.close()
        self.duty.end()
        if not stop_only:
            if self._results is not None:
                self._withdrawals.append(self._results.destroy)
            self._pipeline = self._session = self._results = None
            self._diagnostics.describe(None)
        self._withdraw()

    def start(self) -> None:
        """
        Process images from now on, of which the first finds nobody known.

        :raises WorkerStuckError: the worker is still in a frame of before.
        """
        self._worker.require_end()
        self._withdraw()
        self._session.restart()
        self._worker.start()

    def stop(self) -> None:
        """Process no further image, and say that nobody is there any more."""
        if not self._worker.stop():
            self.get_logger().warning(
                f'{stuck_text(self._worker.busy)}; nothing of it will be published, and the node '
                'cannot be activated until it has ended', throttle_duration_sec=1.0)
        self._withdrawals.append(self._results.withdraw)
        self._withdraw()

    def _withdraw(self) -> None:
        """Do what had to wait, where the worker publishes nothing any more."""
        while self._withdrawals and self._worker.quiet:
            self._withdrawals.pop(0)()

    def _follow(self) -> None:
        self._camera.follow()
        self._withdraw()
        if self._results is not None:
            self._results.follow()
        if not self._worker.lingers:
            self.duty.follow()

    def _apply_parameters(self, values: dict[str, Any]) -> None:
        if self._session is not None:
            self._session.apply(values)
        self.duty.follow()

    @property
    def parameter_values(self) -> dict[str, Any]:
        """Return the node's parameters by name."""
        return self._live.values

    @property
    def stuck_seconds(self) -> float:
        """Return for how long the worker has been stuck in a frame; 0 where it is not."""
        return self._worker.stuck

    @property
    def unfinished(self) -> str:
        """Return what a thread of this node is still doing, or ''."""
        return 'a frame' if self._worker.lingers else super().unfinished

    def destroy_node(self):
        """Release everything and leave the graph."""
        self.release()
        super().destroy_node()

    def _on_image(self, message) -> None:
        stamp = nanoseconds(message.header.stamp)
        age = (self.get_clock().now().nanoseconds - stamp) * 1e-9 if stamp else None
        self._counts.arrived(age, message.header.frame_id)
        if self.duty.state == IDLE and not self._worker.lingers:
            self.duty.follow()
        if self.duty.state == IDLE:
            return self._counts.count('idle')
        needs = self._results.needs(self.parameter_values) if self._results else {}
        if self._worker.offer((message, time.monotonic_ns(), self._session, self._results,
                               needs)) is Offer.REPLACED_ANOTHER:
            self._counts.count('dropped')

    def _work(self, item, missed: int, epoch: Epoch) -> None:
        """Process an image and publish what it shows; in the worker's thread, never raises."""
        message, arrival, session, results, needs = item
        started = time.perf_counter()
        result = session.take(message, arrival, missed, **needs)
        with epoch.publishing() as current:
            if not current:
                return
            result = self._publish(result, results, started)
        effort = session.spent(result, time.perf_counter() - started)
        if effort is not None and not epoch.over:
            self._outcomes.tell_effort(result.effort, effort)

    def _publish(self, result: StreamResult, results: ResultPublisher,
                 started: float) -> StreamResult:
        """Publish a result, count it, and return what became of it."""
        seconds = dict(result.stage_seconds)
        if result.result is not None:
            taken = time.perf_counter()
            try:
                results.publish(result, self.parameter_values)
            except Exception as error:  # noqa: B902 - a frame must not end the node
                result = replace(result, outcome='failed', reason=fault(error))
            seconds['publish'] = time.perf_counter() - taken
            seconds['total'] = time.perf_counter() - started
        self._counts.taken(result, seconds)
        self._outcomes.tell(result)
        return result


def main(args=None) -> int:
    """Run the node until SIGINT or SIGTERM and return the exit status."""
    return run(FerNode, ParameterError, 'fer_node', args)
