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

"""The reference page and the parameter file, written from the code so that neither drifts."""

from __future__ import annotations

from pathlib import Path
import textwrap

from fer_ros.core.pipeline import STAGES
from fer_ros.ros import camera_diagnostics, diagnostics, standard_interface
from fer_ros.ros.frame_counts import EVENTS, Window
from fer_ros.ros.system_load import SystemLoad
from fer_ros.ros.topics import PUBLISHED, SUBSCRIBED
from fer_ros.stream.parameter_spec import Spec
from fer_ros.stream.parameters import TABLE

#: Where the generated files lie, below the repository's root.
REFERENCE, PARAMETER_FILE = Path('docs/reference.md'), Path('config/fer.yaml')

#: When each status is not OK.
LEVELS = {
    'camera': 'WARN, then ERROR: no image for `diagnostics.no_image_warn` and '
              '`diagnostics.no_image_error` seconds. ERROR: unusable images. STALE: stamps older '
              'than `diagnostics.stale_age`, stamps that stand still, or silence while the '
              'simulated clock stands still. WARN: several publishers or frame_ids on the topic; '
              'stamps that go back, jump ahead, come late, repeat or are zero, are older than '
              '`diagnostics.max_age` or further in the future than `diagnostics.max_future`; a '
              'rate below `diagnostics.min_rate`; more than `diagnostics.max_loss_share` lost on '
              'the way; a publisher refused because of its QoS.',
    'inference': 'ERROR: the worker is stuck in a frame, in whatever state; frames failed. WARN: '
                 'more than `diagnostics.max_drop_share` of the frames dropped because the '
                 'machine is too slow, or it does less because it is or was a moment ago '
                 '(`load_shedding`; `effort` says what); images come and none can be processed; '
                 'another node has the same name.',
    'faces': 'STALE: no image was processed for `diagnostics.no_image_warn` seconds, so nobody is '
             'known to be there. WARN: all faces have stood sideways or on their heads for '
             'seconds; the message says which `rotate` would cure it; or attention is wanted and '
             '`attention.target_frame` is not known on /tf.',
    'model': 'ERROR: the last transition failed; the message says why. WARN: an execution '
             'provider that was asked for did not load; the message says why.',
    'host': 'WARN: warmer than `diagnostics.max_temperature` or busier than '
            '`diagnostics.max_cpu`. ERROR: no file descriptor is left.',
}


def parameter_file() -> str:
    """Return config/fer.yaml: every parameter with its default and what it means."""
    lines = [
        '# Parameters of the node fer, each at its default.',
        '# Written by `python3 -m fer_ros.ros.reference` from fer_ros/stream/parameters.py.',
        '/**:', '  ros__parameters:']
    groups: set[str] = set()
    for spec in TABLE:
        group, dot, name = spec.name.rpartition('.')
        indent = '    ' if not dot else '      '
        if dot and group not in groups:
            groups.add(group)
            lines += ['', f'    {group}:']
        note = f'{spec.description} {_limits(spec)}'
        lines += textwrap.wrap(note, 95, initial_indent=indent + '# ',
                               subsequent_indent=indent + '# ', break_on_hyphens=False)
        lines.append(f'{indent}{name}: {_yaml(spec.default)}')
    return '\n'.join(lines) + '\n'


def reference_page() -> str:
    """Return docs/reference.md."""
    parts = [
        '# Reference of the node `fer`\n',
        'Written by `python3 -m fer_ros.ros.reference` from the code; a test compares the two. '
        'Names are as without a namespace and without remapping.\n',
        '## Subscribed\n', _topics(SUBSCRIBED), '## Published\n', _topics(PUBLISHED),
        'Everything is published reliably; depth 10 for `~/expression` and `/diagnostics`, else '
        "1. QoS of `~/` topics and the image's history, depth and durability can be overridden "
        'by parameters `qos_overrides.<topic>.<publisher or subscription>.<policy>`. The '
        '`/humans` topics exist where hri_msgs is installed (`ros4hri`), topics of pictures where '
        '`publish_pictures` is on.\n', standard_interface.section(_topics),
        '## Parameters\n', _parameters(),
        '## Diagnostics\n',
        'Names are `<namespace>/fer: <status>`; `hardware_id` is the image topic for camera and '
        'faces, the host name for the others. Values with `(total)` count since the last '
        'activation, the others since the report before. Text from outside is escaped '
        'and cut.\n', _diagnostics(),
        '## Time\n', TIME, '## Several cameras\n', CAMERAS]
    return '\n'.join(parts)


TIME = """\
The clock is the image's own stamp; the node's clock only serves to judge its age.

| stamps | what happens |
|---|---|
| rise | the normal case |
| are older than the newest by less than `max_lateness` (images that overtook each other, two \
clocks) | the image is left out and counted, everybody keeps their id; WARN while it recurs |
| step back further, or only late ones come, a quarter of a second after a clock that goes on \
would have caught up | time started over (a recording, a simulation): tracks and filters are \
reset; ids are not used again; WARN |
| move ahead by a second more than time passed | used as they are; WARN |
| repeat | the image is skipped and counted: no stamp is answered twice; STALE when all do |
| are zero | where most are: the header is passed on as it is, faces are tracked by time of \
arrival; WARN. Where most are not: those without are left out like late ones |
| lie in the future | used as they are; WARN beyond `diagnostics.max_future` |
| are old | used as they are; WARN beyond `diagnostics.max_age`, STALE beyond \
`diagnostics.stale_age` |
| are of another `frame_id` than the images before | another camera's: left out until the first \
one has been silent for a second (for 2.5 of its periods, where that is longer), then that one \
is followed and faces are tracked anew; WARN |

With `use_sim_time` the age is judged by `/clock`. While that clock stands still and no image
comes, the camera is STALE instead of ERROR. Diagnostics go on by the wall clock.
"""


CAMERAS = """\
Give each node its own namespace: `ros2 launch fer_ros fer.launch.py namespace:=front
image:=/front/image_raw`. Topics, parameters and diagnostics are then apart, and ids under
`/humans/faces` differ. REP-155 knows one list, though: each node publishes the ids of its own
faces to `/humans/faces/tracked`, with its camera's `frame_id`. A consumer that takes the latest
message for the whole truth needs one list per camera: remap the topic, as
in `-r /humans/faces/tracked:=/front/faces/tracked`.
"""


def _limits(spec: Spec) -> str:
    parts = []
    if spec.lowest is not None:
        parts.append(f'{spec.lowest} to {spec.highest}')
    if spec.choices:
        parts.append('one of: ' + ', '.join(map(str, spec.choices)))
    if spec.read_only:
        parts.append('only at start')
    return f"({'; '.join(parts)})" if parts else ''


def _yaml(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(value)}]"
    return f"'{value}'" if isinstance(value, str) else str(value)


def _topics(rows) -> str:
    return '\n'.join(
        ['| topic | type | what and when |', '|---|---|---|',
         *(f'| `{name}` | {kind} | {text} |' for name, kind, text in rows), ''])


def _parameters() -> str:
    lines = ['| parameter | default | range | live | meaning |', '|---|---|---|---|---|']
    for spec in TABLE:
        limits = ' to '.join(str(one) for one in (spec.lowest, spec.highest)
                             ) if spec.lowest is not None else ', '.join(map(str, spec.choices))
        live = 'no' if spec.read_only else 'yes'
        lines.append(f'| `{spec.name}` | `{_yaml(spec.default)}` | {limits} | {live} | '
                     f'{spec.description} |')
    return '\n'.join((
        *lines, '',
        'Parameters that are live take effect with the next frame. A set of changes is taken as '
        'a whole or refused as a whole, with the reason. Read-only ones are refused at run '
        'time.\n'))


def sample_reports() -> dict[str, diagnostics.Report]:
    """Return a report of each status, for the keys of its values."""
    window = Window(seconds=1.0, stage_seconds=dict.fromkeys(
        ('decode', *STAGES, 'publish', 'total'), 0.0))
    totals = dict.fromkeys(EVENTS, 0)
    defaults = {spec.name: spec.default for spec in TABLE}
    view = camera_diagnostics.CameraView('image', '', 'raw', 'best_effort', active=True)
    node = diagnostics.NodeView(
        '/fer', 'active', metadata=dict.fromkeys(diagnostics.METADATA, ''))
    return {
        'camera': camera_diagnostics.camera(view, window, totals, defaults),
        'inference': diagnostics.inference(node, window, totals, defaults),
        'faces': diagnostics.faces(node, window, defaults),
        'model': diagnostics.model(node),
        'host': diagnostics.host(SystemLoad(1, 0.0, 0.0, 0.0, 1, None), defaults)}


def _diagnostics() -> str:
    lines = ['| status | not OK when | values |', '|---|---|---|']
    for name, report in sample_reports().items():
        keys = ', '.join(report.values) + (', face <id>' if name == 'faces' else '')
        lines.append(f'| {name} | {LEVELS[name]} | {keys} |')
    return '\n'.join((*lines, ''))


def main() -> None:
    """Write both files below the current directory, which must be the repository's root."""
    REFERENCE.write_text(reference_page(), encoding='utf-8')
    PARAMETER_FILE.write_text(parameter_file(), encoding='utf-8')


if __name__ == '__main__':
    main()
