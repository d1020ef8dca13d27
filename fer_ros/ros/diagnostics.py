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

"""What /diagnostics says of inference, faces, model and host, each with a hint."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterable, Mapping

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue
from fer_ros.core.pipeline import STAGES
from fer_ros.core.text import counted, shown
from fer_ros.ros.doing import INACTIVE, RESTS
from fer_ros.ros.frame_counts import EVENTS, Window
from fer_ros.ros.system_load import SystemLoad
from fer_ros.ros.worker import stuck_text
from fer_ros.stream.load_shedding import Effort

OK, WARN = DiagnosticStatus.OK, DiagnosticStatus.WARN
ERROR, STALE = DiagnosticStatus.ERROR, DiagnosticStatus.STALE

#: The statuses, in the order they are published; the name of one is '<node>: <status>'.
STATUSES = ('camera', 'inference', 'faces', 'model', 'host')

#: What the model status tells of the model's metadata, and the inference status of its engine.
METADATA = ('name', 'version', 'sha256', 'accuracy', 'license', 'training_data')
ENGINE = ('detector', 'crop', 'landmarks', 'provider', 'detector provider', 'threads')

#: What is timed of a frame; the inference status has a value of each.
TIMED = ('decode', *STAGES, 'publish', 'total')

#: Events whose totals since activation the camera's status has; the inference's has the others.
CAMERA_EVENTS = (
    'received', 'lost', 'bad', 'repeated', 'late', 'unstamped', 'foreign', 'resets', 'jumps')
INFERENCE_EVENTS = tuple(event for event in EVENTS if event not in CAMERA_EVENTS)

#: Most characters of a message or a value: some quote what came from outside.
MESSAGE_LENGTH = 1000

#: Seconds for which all faces must stand sideways or on their heads before it is the camera.
TURNED_SECONDS = 3.0

#: Share of the time from which on a machine that does less is still called too slow.
BUSY = 0.8

_SLOW_HINT = 'lower detector.long_side, set max_rate, or give it more threads'


@dataclass(frozen=True)
class NodeView:
    """
    What the node knows of itself.

    :param name: fully qualified.
    :param state: of the lifecycle.
    :param duty: what the node does, as fer_ros/ros/doing.py has it.
    :param failure: why the last transition failed, or ''.
    :param stuck: for how many seconds the worker has been stuck in a frame; 0: it is not.
    :param namesakes: other nodes of the same name.
    :param metadata: what the expression model says about itself; empty while none is loaded.
    :param engine: of `ENGINE`, for the record; empty while none is loaded.
    :param skipped_providers: wanted execution providers that did not load, with the reason.
    :param attention: why attention cannot be told where somebody wants it, or ''.
    """

    name: str
    state: str
    duty: str = INACTIVE
    failure: str = ''
    stuck: float = 0.0
    namesakes: int = 0
    metadata: Mapping[str, Any] = field(default_factory=dict)
    engine: Mapping[str, Any] = field(default_factory=dict)
    skipped_providers: Mapping[str, str] = field(default_factory=dict)
    attention: str = ''

    @property
    def active(self) -> bool:
        """Return whether its lifecycle lets the node process images."""
        return self.state == 'active'

    @property
    def rest(self) -> str:
        """Return why the node processes no image although all is well, and what to do; or ''."""
        if not self.active:
            return 'inactive'
        return RESTS.get(self.duty, '')


@dataclass(frozen=True)
class Report:
    """Level, sentence and values of one status."""

    level: bytes
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def status(self, name: str, hardware_id: str) -> DiagnosticStatus:
        """Return the message."""
        return DiagnosticStatus(
            level=self.level, name=name, message=shown(self.message, MESSAGE_LENGTH),
            hardware_id=shown(hardware_id, MESSAGE_LENGTH),
            values=[KeyValue(key=shown(key), value=shown(_text(value), MESSAGE_LENGTH))
                    for key, value in self.values.items()])


def inference(node: NodeView, window: Window, totals: Mapping[str, int],
              parameters: Mapping[str, Any]) -> Report:
    """Report on the processing; arguments as in `camera`."""
    events, received = window.events, window.events['received']
    values = {
        'doing': node.duty, **{key: node.engine.get(key, 'not loaded') for key in ENGINE},
        'rate (Hz)': window.per_second('processed'),
        **{f'{stage} (ms)': 1e3 * window.stage_seconds[stage]
            if stage in window.stage_seconds else None for stage in TIMED},
        'dropped': events['dropped'],
        'load (%)': None if window.load is None else 100.0 * window.load,
        'effort': effort_text(window.effort), **totals_of(totals, INFERENCE_EVENTS)}
    if node.stuck:
        return Report(ERROR, stuck_text(node.stuck), values)
    if node.rest and not (node.active and node.namesakes):
        return Report(OK, node.rest, values)
    if node.namesakes:
        return Report(WARN, (
            f'{node.namesakes} other nodes are called {node.name}: every image is answered more '
            'than once; give each node a name or a namespace of its own'), values)
    if events['failed']:
        return Report(
            ERROR, f"{events['failed']} frames failed: {window.last_error}", values)
    dropped = events['dropped']
    lost = f', {dropped} of {received} frames dropped' if dropped else ''
    if window.effort.level and (events['processed'] or events['shed']):
        busy = 'is too slow' if lost or (window.load or 0.0) >= BUSY else 'was too slow'
        return Report(WARN, (
            f'this machine {busy}: {effort_text(window.effort)}{lost}; {_SLOW_HINT}'), values)
    if received and dropped / received > parameters['diagnostics.max_drop_share']:
        return Report(WARN, f'this machine is too slow{lost.replace(",", ":", 1)}; {_SLOW_HINT}',
                      values)
    if received and not events['processed'] and not events['limited'] and not events['shed']:
        return Report(WARN, f'none of {received} images could be processed; see the status of '
                      'the camera', values)
    if not received:
        return Report(OK, 'no image to process', values)
    total = window.stage_seconds.get('total')
    timing = '' if total is None else f', {total * 1e3:.1f} ms each'
    return Report(
        OK, f"{window.per_second('processed'):.1f} frames per second{timing}", values)


def effort_text(effort: Effort) -> str:
    """Return what is done for the frames, for people."""
    if not effort.level:
        return 'as configured'
    text = f'detecting every {effort.detection_interval:g} s'
    if effort.every > 1:
        text += f', processing one of {effort.every} frames'
    return text


def faces(node: NodeView, window: Window, parameters: Mapping[str, Any]) -> Report:
    """Report who is there and how they look, as long as images say so."""
    if node.rest:
        return Report(OK, node.rest, {'tracked': None})
    if window.faces_age is None:
        return Report(OK, 'no image was processed yet', {'tracked': None})
    # A low `max_rate` is wanted: no warning before two of its periods.
    wanted = 2.0 / parameters['max_rate'] if parameters['max_rate'] > 0.0 else 0.0
    if window.faces_age >= max(wanted, parameters['diagnostics.no_image_warn']):
        return Report(STALE, (
            f'no image was processed for {window.faces_age:.1f} s: nobody is known to be there; '
            'see the statuses of camera and inference'), {'tracked': None})
    count = len(window.faces)
    values = {f'face {face.id}': f'{face.label} {face.confidence:.2f}' for face in window.faces}
    if window.turn_needed and window.turn_seconds >= TURNED_SECONDS:
        return Report(WARN, (
            f'all faces have been turned for {window.turn_seconds:.0f} s; is the camera mounted '
            f"that way? set rotate to {(parameters['rotate'] + window.turn_needed) % 360}"),
            {'tracked': count, **values})
    if node.attention:
        return Report(WARN, node.attention, {'tracked': count, **values})
    return Report(
        OK, f"{counted(count, 'face')} tracked", {'tracked': count, **values})


def model(node: NodeView) -> Report:
    """Report which model answers, or why none does."""
    values = {'state': node.state, **node.metadata, 'providers not used': listed(
        f'{name}: {reason}' for name, reason in node.skipped_providers.items())}
    if node.failure:
        return Report(ERROR, node.failure, values)
    if not node.metadata:
        return Report(OK, f'not loaded: the node is {node.state}', values)
    if node.skipped_providers:
        name, reason = next(iter(node.skipped_providers.items()))
        used = dict.fromkeys((node.engine['provider'], node.engine['detector provider']))
        return Report(WARN, (
            f'{name} was asked for and is not used ({reason}); '
            f"{', '.join(used)} {'is' if len(used) == 1 else 'are'}"), values)
    return Report(OK, f"{node.metadata['name']} {node.metadata['version']}", values)


def host(load: SystemLoad, parameters: Mapping[str, Any]) -> Report:
    """Report how busy and how warm the machine is."""
    values = {
        'processors': load.processors, 'load of all processors (%)': load.machine_percent,
        'load by this process (% of one)': load.process_percent,
        'memory of this process (MB)': load.memory_mb, 'threads of this process': load.threads,
        'temperature (deg C)': load.temperature}
    if not load.can_open:
        return Report(ERROR, 'this process has no file descriptor left: no new subscriber can '
                      'hear of it; raise the limit (ulimit -n)', values)
    if (load.temperature or 0.0) > parameters['diagnostics.max_temperature']:
        return Report(WARN, f'{load.temperature:.0f} degrees Celsius; the processor may slow '
                      'itself down: check its cooling', values)
    if load.machine_percent is None:
        return Report(OK, 'the load of the processors is unknown', values)
    if load.machine_percent > parameters['diagnostics.max_cpu']:
        return Report(WARN, f'processors are {load.machine_percent:.0f} % busy; frames may be '
                      'dropped: lower max_rate or detector.long_side', values)
    return Report(OK, f'processors are {load.machine_percent:.0f} % busy', values)


def totals_of(totals: Mapping[str, int], events: tuple[str, ...]) -> dict[str, int]:
    """Return the values that tell how often events happened since activation."""
    return {f'{event} (total)': totals[event] for event in events}


def listed(words: Iterable[str]) -> str:
    """Return words that may have come from outside, sorted, for people."""
    return ', '.join(sorted(shown(word) for word in words)) or 'none'


def _text(value: Any) -> str:
    if value is None or value == '':
        return 'unknown'
    return f'{value:.3f}' if isinstance(value, float) else str(value)
