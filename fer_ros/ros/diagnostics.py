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

"""What /diagnostics says: camera, inference, faces, model and host, each with a hint."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue
from fer_ros.ros.frame_counts import Window
from fer_ros.ros.system_load import SystemLoad
from fer_ros.stream.load_shedding import Effort

OK, WARN = DiagnosticStatus.OK, DiagnosticStatus.WARN
ERROR, STALE = DiagnosticStatus.ERROR, DiagnosticStatus.STALE

#: The statuses, in the order they are published; the name of one is '<node>: <status>'.
STATUSES = ('camera', 'inference', 'faces', 'model', 'host')

#: What the model status tells of the model's card, and the inference status of its engine.
CARD = ('name', 'version', 'sha256', 'accuracy', 'license')
ENGINE = ('detector', 'provider', 'threads')

_SLOW_HINT = 'lower detector.long_side, set max_rate, or give it more threads'

_REPRESENTED = {'best_effort': 'BEST_EFFORT', 'reliable': 'RELIABLE'}


@dataclass(frozen=True)
class CameraView:
    """
    What the node sees of its camera topic.

    :param active: the node subscribes.
    :param publishers: (node, type, reliability name) of each publisher of the topic.
    :param incompatible: QoS policy because of which a publisher was refused, or ''.
    :param silence: seconds since the last image or since activation.
    :param clock_stands: simulated time is used and does not advance.
    :param others: topics that carry images now.
    :param lost: images that the middleware lost on their way in this window.
    :param lost_total: the same since the node started.
    """

    topic: str
    type_name: str
    transport: str
    reliability: str
    active: bool
    publishers: tuple[tuple[str, str, str], ...] = ()
    incompatible: str = ''
    silence: float = 0.0
    clock_stands: bool = False
    others: tuple[str, ...] = ()
    lost: int = 0
    lost_total: int = 0


@dataclass(frozen=True)
class Report:
    """Level, sentence and values of one status."""

    level: bytes
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def status(self, name: str, hardware_id: str) -> DiagnosticStatus:
        """Return the message."""
        return DiagnosticStatus(
            level=self.level, name=name, message=self.message, hardware_id=hardware_id,
            values=[KeyValue(key=key, value=_text(value)) for key, value in self.values.items()])


def camera(view: CameraView, window: Window, totals: Mapping[str, int],
           limits: Mapping[str, Any]) -> Report:
    """
    Report on the images that come in.

    :param limits: the node's parameters by name.
    """
    values = {
        'topic': view.topic, 'type': view.type_name, 'transport': view.transport,
        'subscribed as': view.reliability, 'publishers': len(view.publishers),
        'publisher QoS': _publisher_qos(view), 'rate (Hz)': window.rate,
        'image': window.size, 'age of the stamp (s)': window.age,
        'longest gap (s)': window.longest_gap, 'since the last image (s)': view.silence,
        'lost by the middleware': view.lost, 'lost by the middleware (total)': view.lost_total,
        **{f'{name} (total)': totals[name]
           for name in ('received', 'bad', 'repeated', 'resets')}}
    if not view.active:
        return Report(OK, 'inactive: not subscribed', values)
    level, message = _camera_verdict(view, window, limits)
    return Report(level, message, values)


def _camera_verdict(view, window, limits) -> tuple[bytes, str]:
    if view.silence >= limits['diagnostics.no_image_warn']:
        level = ERROR if view.silence >= limits['diagnostics.no_image_error'] else WARN
        if view.clock_stands and view.publishers:
            level = STALE
        return level, (
            f'no image on {view.topic} for {view.silence:.1f} s; publishers: '
            f'{len(view.publishers)}, QoS: {_publisher_qos(view)}; {_silence_hint(view)}')
    if window.bad:
        return ERROR, f'{window.bad} of {window.received} images unusable: {window.last_error}'
    if window.received and window.repeated == window.received:
        return STALE, ('the stamp of the images stands still; the camera driver must stamp each '
                       'image, or the simulated clock is paused')
    if window.age is not None and window.age > limits['diagnostics.stale_age']:
        return STALE, (f'images are {window.age:.1f} s old on arrival; {_age_hint()}')
    if window.age is not None and window.age > limits['diagnostics.max_age']:
        return WARN, (f'images are {window.age:.2f} s old on arrival; {_age_hint()}')
    if window.age is not None and -window.age > limits['diagnostics.max_future']:
        return WARN, (f'images are stamped {-window.age:.2f} s in the future; {_age_hint()}')
    if window.zero_stamps:
        return WARN, ('image stamps are zero; faces are tracked by time of arrival; the camera '
                      'driver should stamp its images')
    if view.lost > limits['diagnostics.max_loss_share'] * (view.lost + window.received):
        return WARN, (f'{view.lost} of {view.lost + window.received} images lost on their way; '
                      'large best-effort images get lost with default DDS settings: see '
                      'docs/dds.md')
    if window.rate < limits['diagnostics.min_rate']:
        return WARN, (f'{window.rate:.1f} images a second, fewer than '
                      f"{limits['diagnostics.min_rate']:g}; look at the camera driver and at the "
                      'network')
    if view.incompatible:
        return WARN, (f'a publisher of {view.topic} was refused (QoS {view.incompatible}); set '
                      'image_reliability to auto')
    return OK, f'{window.rate:.1f} images a second'


def inference(window: Window, dropped: int, dropped_total: int, totals: Mapping[str, int],
              engine: Mapping[str, Any], limits: Mapping[str, Any], active: bool,
              effort: Effort = Effort(0, 0.0, 1), load: float = 0.0) -> Report:
    """
    Report on the processing.

    :param dropped: frames replaced in the slot in this window.
    :param engine: provider, threads and the like, for the record.
    :param effort: what the frame budget allows; level 0 is what is configured.
    :param load: share of the time that frames take, 0 to 1.
    """
    per_second = window.processed / window.seconds if window.seconds else 0.0
    values = {
        **engine, 'rate (Hz)': per_second,
        **{f'{stage} (ms)': time * 1e3 for stage, time in window.timings.items()},
        'dropped': dropped, 'dropped (total)': dropped_total,
        'left out (total)': totals['left_out'], 'load (%)': 100.0 * load,
        'effort': effort_text(effort),
        **{f'{name} (total)': totals[name] for name in ('processed', 'limited', 'failed')}}
    if not active:
        return Report(OK, 'inactive', values)
    if window.failed:
        return Report(ERROR, f'{window.failed} frames failed: {window.last_error}', values)
    if effort.level:
        lost = f', {dropped} of {window.received} frames dropped' if dropped else ''
        return Report(WARN, (
            f'this machine is too slow: {effort_text(effort)}{lost}; {_SLOW_HINT}'), values)
    if window.received and dropped / window.received > limits['diagnostics.max_drop_share']:
        return Report(WARN, (
            f'this machine is too slow: {dropped} of {window.received} frames dropped; '
            f'{_SLOW_HINT}'), values)
    total = window.timings.get('total')
    timing = '' if total is None else f', {total * 1e3:.1f} ms each'
    return Report(OK, f'{per_second:.1f} frames a second{timing}', values)


def effort_text(effort: Effort) -> str:
    """Return what is done for the frames, for people."""
    if not effort.level:
        return 'as configured'
    text = f'detecting every {effort.detection_interval:g} s'
    if effort.every > 1:
        text += f', processing one of {effort.every} frames'
    return text


def faces(tracked: tuple, active: bool) -> Report:
    """Report who is there and how they look."""
    values = {
        f'face {face.id}': f'{face.label} {face.confidence:.2f}' for face in tracked}
    if not active:
        return Report(OK, 'inactive')
    return Report(OK, f"{len(tracked)} face{'' if len(tracked) == 1 else 's'} tracked",
                  {'tracked': len(tracked), **values})


def model(card: Mapping[str, Any], failure: str, state: str) -> Report:
    """
    Report which model answers, or why none does.

    :param card: what the model's card says; empty while none is loaded.
    :param failure: why the last transition failed, or ''.
    """
    if failure:
        return Report(ERROR, failure, {'state': state, **card})
    if not card:
        return Report(OK, f'not loaded: the node is {state}', {'state': state})
    return Report(OK, f"{card['name']} {card['version']}", {'state': state, **card})


def host(load: SystemLoad, limits: Mapping[str, Any]) -> Report:
    """Report how busy and how warm the machine is."""
    values = {
        'processors': load.processors, 'load of all processors (%)': load.machine_percent,
        'load by this process (% of one)': load.process_percent,
        'memory of this process (MB)': load.memory_mb, 'threads of this process': load.threads,
        'temperature (deg C)': load.temperature}
    if load.temperature is not None and load.temperature > limits['diagnostics.max_temperature']:
        return Report(WARN, f'{load.temperature:.0f} degrees Celsius; the processor may slow '
                      'itself down: check its cooling', values)
    if load.machine_percent is None:
        return Report(OK, 'the load of the processors is unknown', values)
    if load.machine_percent > limits['diagnostics.max_cpu']:
        return Report(WARN, f'processors are {load.machine_percent:.0f} % busy; frames may be '
                      'dropped: lower max_rate or detector.long_side', values)
    return Report(OK, f'processors are {load.machine_percent:.0f} % busy', values)


def _publisher_qos(view: CameraView) -> str:
    return ', '.join(sorted(set(one[2] for one in view.publishers))) or 'none'


def _silence_hint(view: CameraView) -> str:
    right = [one for one in view.publishers if one[1] == view.type_name]
    if view.publishers and not right:
        return (f'hint: it carries {view.publishers[0][1]}, not {view.type_name}; set '
                'image_transport or remap image')
    if view.incompatible or (
            right and view.reliability == 'reliable'
            and not any(one[2] == 'RELIABLE' for one in right)):
        return (f'hint: QoS does not match (subscribed {_REPRESENTED[view.reliability]}); set '
                'image_reliability to auto')
    if view.clock_stands and right:
        return 'hint: use_sim_time is set and the clock stands still; is the simulation paused?'
    if right:
        return ('hint: a publisher is there and silent; if the camera runs, its images may be '
                'too large for the default DDS settings: see docs/dds.md')
    if view.others:
        return f"hint: images are on {', '.join(view.others)}; remap image to one of them"
    return ('hint: start the camera, or check ROS_DOMAIN_ID and ROS_AUTOMATIC_DISCOVERY_RANGE '
            'on both sides')


def _age_hint() -> str:
    return ('hint: synchronise the clocks (chrony), set use_sim_time for recordings and '
            'simulations, or look for a slow network')


def _text(value: Any) -> str:
    if value is None:
        return 'unknown'
    return f'{value:.3f}' if isinstance(value, float) else str(value)
