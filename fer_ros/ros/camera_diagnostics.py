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

"""What /diagnostics says of the camera: silence, unusable images, stamps, each with a hint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping

from fer_ros.ros.diagnostics import (
    CAMERA_EVENTS, ERROR, listed, OK, Report, STALE, totals_of, WARN)
from fer_ros.ros.frame_counts import Window

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
    :param remedy: what to do where images are lost on their way, as part of a sentence.
    :param rest: why it does not subscribe, where that is not the state of its lifecycle.
    :param intrinsics: where its focal length is from; '' while nobody needs it.
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
    remedy: str = 'see docs/dds.md'
    rest: str = ''
    intrinsics: str = ''


def camera(view: CameraView, window: Window, totals: Mapping[str, int],
           parameters: Mapping[str, Any]) -> Report:
    """
    Report on the images that come in.

    :param totals: how often each event happened since activation.
    :param parameters: the node's parameters by name.
    """
    values = {
        'topic': view.topic, 'type': view.type_name, 'transport': view.transport,
        'subscribed as': view.reliability if view.active else 'not subscribed',
        'publishers': len(view.publishers),
        'publisher QoS': _publisher_qos(view), 'frame_ids': listed(window.frame_ids),
        'rate (Hz)': window.per_second('received'),
        'image': window.size, 'age of the stamp (s)': window.age,
        # An image that is still missing is missing already.
        'longest gap (s)': max(window.longest_gap, view.silence) if view.active else None,
        'since the last image (s)': view.silence if totals['received'] else None,
        'intrinsics': view.intrinsics or 'not needed', **totals_of(totals, CAMERA_EVENTS)}
    if not view.active:
        return Report(OK, view.rest or 'inactive: not subscribed', values)
    # First what came and was of no use: where images are slower than reports, the next report
    # would say that none came.
    level, message = (
        _unusable_verdict(window) or _silence_verdict(view, window, parameters)
        or _image_verdict(view, window, parameters) or _stamp_verdict(window, parameters)
        or (OK, f"{window.per_second('received'):.1f} images per second"))
    return Report(level, message, values)


def _unusable_verdict(window: Window) -> tuple[bytes, str] | None:
    events = window.events
    if events['bad']:
        return ERROR, (
            f"{events['bad']} of {events['received']} images unusable: {window.last_error}")
    return None


def loss(view: CameraView, window: Window, parameters: Mapping[str, Any]) -> str:
    """Return that images were lost on their way, and what helps; '' where hardly any were."""
    lost, came = window.events['lost'], window.events['received']
    if lost <= parameters['diagnostics.max_loss_share'] * (lost + came):
        return ''
    return (f'{lost} of {lost + came} images lost on their way: they are too large for the '
            f'settings of the middleware; {view.remedy}')


def _silence_verdict(view: CameraView, window: Window, parameters) -> tuple[bytes, str] | None:
    if view.silence < parameters['diagnostics.no_image_warn']:
        return None
    level = ERROR if view.silence >= parameters['diagnostics.no_image_error'] else WARN
    if view.clock_stands and view.publishers:
        level = STALE
    return level, (
        f'no image on {view.topic} for {view.silence:.1f} s; publishers: '
        f'{len(view.publishers)}, QoS: {_publisher_qos(view)}; '
        f'{loss(view, window, parameters) or _silence_hint(view)}')


def _image_verdict(view: CameraView, window: Window, parameters) -> tuple[bytes, str] | None:
    events = window.events
    received, lost = events['received'], loss(view, window, parameters)
    right = [one for one in view.publishers if one[1] == view.type_name]
    if events['foreign'] or len(window.frame_ids) > 1:
        return WARN, (
            f'images of {len(window.frame_ids)} frame_ids arrive in turn '
            f"({listed(window.frame_ids)}); {events['foreign']} of {received} were left out: "
            'give each camera a topic of its own')
    if len(right) > 1:
        return WARN, (
            f'{len(right)} publishers on {view.topic} ({listed(one[0] for one in right)}); only '
            'one camera may publish there: stop the others or remap them')
    if lost:
        return WARN, lost
    if view.incompatible:
        return WARN, (f'a publisher of {view.topic} was refused (QoS {view.incompatible}); set '
                      'image_reliability to auto')
    return None


def _stamp_verdict(window: Window, parameters) -> tuple[bytes, str] | None:
    events, received = window.events, window.events['received']
    if received and events['repeated'] >= received:
        return STALE, ('the stamp of the images stands still; the camera driver must stamp each '
                       'image, or the simulated clock is paused')
    if window.age is not None and window.age > parameters['diagnostics.stale_age']:
        return STALE, (f'images are {window.age:.1f} s old on arrival; {_age_hint()}')
    if window.age is not None and window.age > parameters['diagnostics.max_age']:
        return WARN, (f'images are {window.age:.2f} s old on arrival; {_age_hint()}')
    if window.age is not None and -window.age > parameters['diagnostics.max_future']:
        return WARN, (f'images are stamped {-window.age:.2f} s in the future; {_age_hint()}')
    amiss = _stamps_amiss(window)
    if amiss:
        return WARN, f'{amiss}; check the clocks, and that a single camera publishes'
    if window.zero_stamps:
        return WARN, ('image stamps are zero; faces are tracked by time of arrival; the camera '
                      'driver should stamp its images')
    if events['repeated']:
        return WARN, (f"{events['repeated']} of {received} images repeat a stamp and are left "
                      'out; the camera driver must stamp each image')
    if window.per_second('received') < parameters['diagnostics.min_rate']:
        return WARN, (f"{window.per_second('received'):.1f} images per second, fewer than "
                      f"{parameters['diagnostics.min_rate']:g}; check the camera driver and the "
                      'network')
    return None


def _stamps_amiss(window: Window) -> str:
    """Return what was wrong with single stamps, '' if nothing."""
    events, reasons = window.events, window.reasons
    parts = []
    if events['resets']:
        parts.append(f"image stamps went back {events['resets']} times: faces are tracked anew "
                     f"each time ({reasons.get('resets', '')})")
    if events['jumps']:
        parts.append(f"image stamps jumped ahead {events['jumps']} times "
                     f"({reasons.get('jumps', '')})")
    out = events['late'] + events['unstamped']
    if out:
        reason = reasons.get('late') or reasons.get('unstamped', '')
        parts.append(f"{out} of {events['received']} images left out because of their stamps "
                     f'({reason})')
    return '; '.join(parts)


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
        return ('hint: a publisher is there but sends nothing; if the camera runs, its images may '
                f'be too large for the settings of the middleware: {view.remedy}')
    if view.others:
        return f"hint: images are on {', '.join(view.others)}; remap image to one of them"
    return ('hint: start the camera, or check ROS_DOMAIN_ID and ROS_AUTOMATIC_DISCOVERY_RANGE '
            'on both sides')


def _age_hint() -> str:
    return ('hint: synchronise the clocks (chrony), set use_sim_time for recordings and '
            'simulations, or look for a slow network')
