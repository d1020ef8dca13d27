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

"""The node's parameters: one table that declares, validates, documents and applies them."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from functools import reduce
import math
from typing import Any, Mapping

from fer_ros.core.pipeline import PipelineOptions

#: A JPEG is decoded at reduced scale while it keeps this many times the detector's long side:
#: the smallest face the detector finds then still has more pixels than the classifier wants.
DETAIL = 3


@dataclass(frozen=True)
class Spec:
    """
    One parameter.

    :param name: as ROS sees it; a name that is a path into `PipelineOptions` sets that option.
    :param default: its type is the parameter's type.
    :param description: what it does, with its unit.
    :param lowest: smallest value, of numbers.
    :param highest: largest value, of numbers.
    :param choices: permitted values, of strings and of each element of a list.
    :param read_only: only settable at start.
    """

    name: str
    default: Any
    description: str
    lowest: float | None = None
    highest: float | None = None
    choices: tuple[str, ...] = ()
    read_only: bool = False

    def descriptor(self):
        """Return the ParameterDescriptor that `ros2 param describe` and rqt_reconfigure show."""
        # Imported here, so that tools read the table on machines without ROS.
        from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
        descriptor = ParameterDescriptor(
            description=self.description, read_only=self.read_only)
        if self.choices:
            descriptor.additional_constraints = 'one of: ' + ', '.join(self.choices)
        # Unquoted, YAML takes these words for booleans; `read` turns them back.
        descriptor.dynamic_typing = 'on' in self.choices
        if self.lowest is None:
            return descriptor
        if isinstance(self.default, int):
            descriptor.integer_range = [
                IntegerRange(from_value=self.lowest, to_value=self.highest, step=1)]
        else:
            descriptor.floating_point_range = [
                FloatingPointRange(from_value=self.lowest, to_value=self.highest, step=0.0)]
        return descriptor

    def read(self, value: Any) -> Any:
        """Return the value that is meant: YAML turns the choices on and off into booleans."""
        if isinstance(value, bool) and 'on' in self.choices:
            return 'on' if value else 'off'
        return value

    def fault(self, value: Any) -> str:
        """Return why the value is refused, or '' when it is fine."""
        if type(value) is not type(self.default) and not (
                isinstance(self.default, list) and isinstance(value, (list, tuple))):
            return (f"parameter '{self.name}' is {value!r} of type {type(value).__name__}, but "
                    f'must be of type {type(self.default).__name__}')
        if self.lowest is not None and not (
                math.isfinite(value) and self.lowest <= value <= self.highest):
            return (f"parameter '{self.name}' is {value}, but must lie between {self.lowest} "
                    f'and {self.highest}')
        for one in value if isinstance(value, (list, tuple)) else (value,):
            if self.choices and one not in self.choices:
                return (f"parameter '{self.name}' is '{one}', but must be one of: "
                        f"{', '.join(self.choices)}")
        return ''


def _option(path: str):
    """Return the default of the pipeline's option of this path."""
    return reduce(getattr, path.split('.'), PipelineOptions())


TABLE = (
    Spec('autostart', True, 'Configure and activate without being asked; set to false where a '
         'lifecycle manager does it.', read_only=True),
    Spec('expression_model', '', 'ONNX file of the expression classifier; empty: the one that '
         'comes with the package.', read_only=True),
    Spec('detector_model', '', 'ONNX file of the face detector (BlazeFace or YuNet); empty: the '
         'one that comes with the package.', read_only=True),
    Spec('threads', 1, 'Threads that ONNX Runtime uses for one network.', 1, 64, read_only=True),
    Spec('providers', ['cpu'], 'Execution providers, best first; the first one that loads is '
         'used and reported, the CPU being the last resort.',
         choices=('cpu', 'xnnpack', 'cuda', 'tensorrt'), read_only=True),
    Spec('ros4hri', 'auto', 'Publish under /humans as REP-155 says; auto: where hri_msgs is '
         'installed.', choices=('auto', 'on', 'off'), read_only=True),
    Spec('image_transport', 'raw', 'raw subscribes to <image> (sensor_msgs/Image), compressed '
         'to <image>/compressed (sensor_msgs/CompressedImage, JPEG or PNG).',
         choices=('raw', 'compressed')),
    Spec('image_reliability', 'auto', 'Reliability of the image subscription; auto follows the '
         'publishers that are there.', choices=('auto', 'best_effort', 'reliable')),
    Spec('max_rate', 0.0, 'Most frames to process in a second of message time, in Hz; 0: all.',
         0.0, 1000.0),
    Spec('frame_budget', True, 'When the machine cannot keep up, detect less often, then process '
         'fewer frames, say so in /diagnostics, and return to normal when there is time again.'),
    Spec('detector.long_side', _option('detector.long_side'), 'Longer side of the '
         "detector's input, in pixels: larger finds smaller faces and costs more.", 64, 2048),
    Spec('detector.score_threshold', _option('detector.score_threshold'),
         'Least confidence of a detected face.', 0.0, 1.0),
    Spec('detector.iou_threshold', _option('detector.iou_threshold'),
         'Overlap (intersection over union) above which two detections are one face.', 0.0, 1.0),
    Spec('detector.min_size', _option('detector.min_size'),
         'Least length of the shorter side of a face box, in pixels of the received image.',
         0, 4096),
    Spec('detector.max_faces', _option('detector.max_faces'),
         'Most faces that are detected in one frame.', 1, 100),
    Spec('detection_interval', _option('detection_interval'), 'Longest time between two '
         'detections, in seconds of message time: in between, faces are followed and any doubt '
         'calls the detector; a new face is found that much later. 0: detect in every frame.',
         0.0, 10.0),
    Spec('tracker.presence_grace', _option('tracker.presence_grace'), 'How long a face that is '
         'not seen is still published, in seconds of message time: a blink of the detector.',
         0.0, 10.0),
    Spec('tracker.memory', _option('tracker.memory'), 'How long a face that is gone is '
         'remembered, in seconds of message time: who comes back until then keeps the id. Of a '
         'pause between two images half a second counts at most.', 0.0, 60.0),
    Spec('tracker.start_score', _option('tracker.start_score'), 'Least confidence of a new face; '
         'a known one is kept down to `detector.score_threshold`.', 0.0, 1.0),
    Spec('tracker.confirm_hits', _option('tracker.confirm_hits'),
         'Frames that must show a face before it is published.', 1, 100),
    Spec('smoothing.time_constant', _option('smoothing.time_constant'),
         'Time constant of the exponential smoothing of the expression, in seconds; 0: off.',
         0.0, 60.0),
    Spec('smoothing.hysteresis', _option('smoothing.hysteresis'),
         'Lead in probability that a new label needs to replace the shown one; 0: the most '
         'probable one is shown always.', 0.0, 1.0),
    Spec('smoothing.dwell', _option('smoothing.dwell'), 'How long a new label must have had that '
         'lead, in seconds of message time; up to twice as long right after another change.',
         0.0, 10.0),
    Spec('min_confidence', _option('min_confidence'),
         'Least probability at which a label is shown; below it the word is '
         '`unsure`.', 0.0, 1.0),
    Spec('jpeg_quality', 80, 'Quality of ~/image_annotated/compressed, in percent.', 1, 100),
    Spec('diagnostics.no_image_warn', 1.0, 'Seconds without an image after which the camera '
         'is reported as WARN.', 0.1, 3600.0),
    Spec('diagnostics.no_image_error', 3.0, 'Seconds without an image after which the camera '
         'is reported as ERROR.', 0.1, 3600.0),
    Spec('diagnostics.min_rate', 0.0, 'Image rate in Hz below which the camera is reported as '
         'WARN; 0: never.', 0.0, 1000.0),
    Spec('diagnostics.max_loss_share', 0.1, 'Share of the images lost on their way, as far as the '
         'middleware tells, above which the camera is reported as WARN.', 0.0, 1.0),
    Spec('diagnostics.max_age', 0.5, 'Age of a stamp on arrival, in seconds, above which the '
         'camera is reported as WARN.', 0.0, 3600.0),
    Spec('diagnostics.stale_age', 5.0, 'Age of a stamp on arrival, in seconds, above which the '
         'camera is reported as STALE.', 0.0, 86400.0),
    Spec('diagnostics.max_future', 0.1, 'How far a stamp may lie in the future on arrival, in '
         'seconds, before the camera is reported as WARN.', 0.0, 3600.0),
    Spec('diagnostics.max_drop_share', 0.25, 'Share of received frames dropped by a slow machine '
         'above which inference is reported as WARN.', 0.0, 1.0),
    Spec('diagnostics.max_cpu', 90.0, "Load of the machine's processors, in percent, above "
         'which the host is reported as WARN.', 0.0, 100.0),
    Spec('diagnostics.max_temperature', 90.0, 'Temperature in degrees Celsius above which the '
         'host is reported as WARN.', 0.0, 200.0),
)

SPECS = {spec.name: spec for spec in TABLE}

#: ONNX Runtime's names of the execution providers.
PROVIDERS = {
    'cpu': 'CPUExecutionProvider', 'xnnpack': 'XnnpackExecutionProvider',
    'cuda': 'CUDAExecutionProvider', 'tensorrt': 'TensorrtExecutionProvider',
}


class ParameterError(ValueError):
    """A parameter's value is refused; the message names parameter, value and what is allowed."""


def declare(node) -> dict[str, Any]:
    """
    Declare every parameter of the table on the node and return the values by name.

    :raises ParameterError: a value given at start is refused.
    """
    for spec in TABLE:
        try:
            node.declare_parameter(spec.name, spec.default, spec.descriptor())
        except Exception as error:  # noqa: B902 - the kinds differ between distributions
            hint = '; write it with a decimal point' if 'DOUBLE' in str(error) else ''
            raise ParameterError(f"parameter '{spec.name}' is refused: {error}{hint}") from error
    values = {spec.name: spec.read(node.get_parameter(spec.name).value) for spec in TABLE}
    check(values)
    return values


def check(values: Mapping[str, Any]) -> None:
    """
    Check a full set of values, each by itself and together.

    :raises ParameterError: the first fault found.
    """
    for name, value in values.items():
        fault = SPECS[name].fault(value)
        if fault:
            raise ParameterError(fault)
    for lower, upper in (('diagnostics.no_image_warn', 'diagnostics.no_image_error'),
                         ('diagnostics.max_age', 'diagnostics.stale_age')):
        if values[lower] > values[upper]:
            raise ParameterError(
                f"parameter '{lower}' is {values[lower]}, but must not exceed '{upper}' "
                f'({values[upper]})')
    try:
        pipeline_options(values)
    except ValueError as error:
        raise ParameterError(str(error)) from error


def pipeline_options(values: Mapping[str, Any]) -> PipelineOptions:
    """Return the pipeline's options that the parameters of the same paths ask for."""
    return _filled(PipelineOptions(), values, '')


def _filled(options, values: Mapping[str, Any], prefix: str):
    changes = {}
    for field in fields(options):
        path = prefix + field.name
        inner = getattr(options, field.name)
        if is_dataclass(inner):
            changes[field.name] = _filled(inner, values, path + '.')
        elif path in values:
            changes[field.name] = values[path]
    return replace(options, **changes)


def options_by_factor(values: Mapping[str, Any]) -> dict[int, PipelineOptions]:
    """
    Return the pipeline's options for frames decoded at 1/1, 1/2, 1/4 and 1/8 of their size.

    Lengths in pixels are the received image's, so they shrink with the frame.
    """
    return {
        factor: pipeline_options(
            {**values, 'detector.min_size': values['detector.min_size'] // factor})
        for factor in (1, 2, 4, 8)}
