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
import difflib
import math
from typing import Any, Mapping

from fer_ros.core.options import options_by_path
from fer_ros.core.pipeline import PipelineOptions
from fer_ros.core.text import shown
from fer_ros.stream.rotation import ROTATIONS

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
    :param choices: permitted values, of strings, of each element of a list, and of numbers that
        are not free within their range.
    :param read_only: only settable at start.
    """

    name: str
    default: Any
    description: str
    lowest: float | None = None
    highest: float | None = None
    choices: tuple[str, ...] | tuple[int, ...] = ()
    read_only: bool = False

    def descriptor(self) -> Any:
        """Return the ParameterDescriptor that `ros2 param describe` and rqt_reconfigure show."""
        # Imported here, so that tools read the table on machines without ROS.
        from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
        descriptor = ParameterDescriptor(
            description=self.description, read_only=self.read_only)
        if self.choices:
            descriptor.additional_constraints = 'one of: ' + ', '.join(map(str, self.choices))
        # Unquoted, YAML takes these words for booleans; `read` turns them back.
        descriptor.dynamic_typing = 'on' in self.choices
        if self.lowest is None:
            return descriptor
        if isinstance(self.default, int):
            # Choices of a number are evenly spaced.
            step = int(self.choices[1]) - int(self.choices[0]) if self.choices else 1
            descriptor.integer_range = [
                IntegerRange(from_value=self.lowest, to_value=self.highest, step=step)]
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
                        f"{', '.join(map(str, self.choices))}")
        return ''


def _of_options() -> tuple[Spec, ...]:
    """Return a parameter for each option of the pipeline, named by its path."""
    return tuple(
        Spec(path, one.default, one.description, one.low, one.high)
        for path, one in options_by_path(PipelineOptions))


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
    Spec('rotate', 0, 'By how many degrees, clockwise, images are turned before faces are looked '
         'for: 180 for a camera mounted upside down. What is published lies in the pixels of the '
         'received image. An EXIF orientation in a compressed image is ignored, as drivers do.',
         0, 270, choices=tuple(ROTATIONS)),
    Spec('max_megapixels', 64, 'Most pixels of an image, in millions; larger ones are refused '
         'before they are decoded.', 1, 1000),
    Spec('max_rate', 0.0, 'Most frames to process in a second of message time, in Hz; 0: all.',
         0.0, 1000.0),
    Spec('max_lateness', 1.0, 'How much older than the newest an image may be, in seconds, before '
         'it means that time started over: up to here it is left out and everybody keeps their '
         'id; 0: every step back starts over.', 0.0, 60.0),
    Spec('load_shedding', True, 'When the machine cannot keep up, detect less often, then process '
         'fewer frames, say so in /diagnostics, and return to normal when there is time again.'),
    *_of_options(),
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


#: Beginnings of names that rclpy declares itself: in some distributions only, or only once a
#: topic is there.
_MIDDLEWARE = ('qos_overrides.', 'use_sim_time', 'start_type_description_service')


class ParameterError(ValueError):
    """A parameter's value is refused; the message names parameter, value and what is allowed."""


def declare(node: Any) -> dict[str, Any]:
    """
    Declare every parameter of the table on the node and return the values by name.

    Values given at start for parameters that do not exist are warned of, by name.

    :raises ParameterError: a value given at start is refused.
    """
    for spec in TABLE:
        try:
            node.declare_parameter(spec.name, spec.default, spec.descriptor())
        except Exception as error:  # noqa: B902 - the kinds differ between distributions
            hint = '; write it with a decimal point' if 'DOUBLE' in str(error) else ''
            raise ParameterError(f"parameter '{spec.name}' is refused: {error}{hint}") from error
    for name in _unknown_overrides(node):
        node.get_logger().warning(f'a value given at start is ignored: {unknown(name)}')
    values = {spec.name: spec.read(node.get_parameter(spec.name).value) for spec in TABLE}
    check(values)
    return values


def unknown(name: str) -> str:
    """Return the sentence about a parameter that does not exist, with the nearest that does."""
    near = difflib.get_close_matches(name, SPECS, 1)
    hint = f"did you mean '{near[0]}'?" if near else 'see docs/reference.md'
    return f"the node has no parameter '{shown(name)}'; {hint}"


def _unknown_overrides(node: Any) -> list[str]:
    """Return the names of values given at start that neither this table nor rclpy knows."""
    # rclpy keeps what YAML files and `-p` gave, for this node and for all, under this name only.
    given = getattr(node, '_parameter_overrides', {})
    return sorted(
        name for name in given
        if not name.startswith(_MIDDLEWARE) and not node.has_parameter(name))


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
    options: PipelineOptions = _filled(PipelineOptions(), values, '')
    return options


def _filled(options: Any, values: Mapping[str, Any], prefix: str) -> Any:
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
