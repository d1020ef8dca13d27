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

"""Which parameter acts on which output; a test holds the running node to it."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from fer_ros.ros.topics import BY_NODE, PUBLISHED
from fer_ros.stream.parameters import TABLE

#: Every output, in the order of the reference, without heartbeats for other nodes.
OUTPUTS = tuple(name for name, *_ in PUBLISHED if name not in ('bond', BY_NODE))

_HUMANS = tuple(name for name in OUTPUTS if name.startswith('/humans/'))
_FACE_PICTURES = tuple(name for name in _HUMANS if name.endswith(('/cropped', '/aligned')))
_CUES = ('~/faces/<id>/attention', '~/faces/<id>/speech', '/humans/faces/<id>/facs')
_ANNOTATED = ('~/image_annotated', '~/image_annotated/compressed')
_DRAWN = (*_ANNOTATED, '~/markers', '~/annotations')
_OF_EXPRESSIONS = ('~/expression', *_ANNOTATED, '~/markers', '~/annotations', '/diagnostics',
                   '/humans/faces/<id>/expression')

#: Parameters, by patterns of their names, and the outputs that are different for them.
_RULES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (('autostart', 'autostart_retry', 'enabled', 'lazy', 'id_seed', 'detector_model',
      'image_transport', 'image_reliability', 'rotate',
      'max_megapixels', 'max_rate', 'max_lateness', 'load_shedding', 'detector.*',
      'detection_interval', 'tracker.*'), OUTPUTS),
    # Its crop is the model's own.
    (('expression_model',), (*_OF_EXPRESSIONS, '/humans/faces/<id>/aligned')),
    (('smoothing.*', 'min_confidence', 'max_yaw'), _OF_EXPRESSIONS),
    (('landmarks', 'landmark_model', 'landmark_interval'),
     ('/humans/faces/<id>/landmarks', '/tf', *_CUES, *_DRAWN)),
    (('cues',), (*_CUES, *_DRAWN)),
    (('attention.target_frame',), ('~/faces/<id>/attention', *_DRAWN, '/diagnostics')),
    (('attention.cone', 'attention.hysteresis', 'attention.*_time', 'attention.memory',
      'attention.min_confidence'), ('~/faces/<id>/attention', *_DRAWN)),
    (('head_pose.time_constant', 'head_pose.field_of_view'), ('/tf', *_DRAWN)),
    (('head_frames',), ('/tf',)),
    (('threads', 'providers', 'diagnostics.*'), ('/diagnostics',)),
    (('ros4hri',), _HUMANS),
    (('publish_pictures',), (*_ANNOTATED, *_FACE_PICTURES)),
    (('humans.faces.*',), _FACE_PICTURES),
    (('annotated.boxes', 'annotated.labels'), (*_ANNOTATED, '~/annotations')),
    (('annotated.gaze', 'annotated.attention'), _DRAWN),
    (('annotated.bars', 'annotated.affect', 'annotated.rate', 'annotated.mesh'), _ANNOTATED),
    (('jpeg_quality',), ('~/image_annotated/compressed',)),
)


def outputs_of(parameter: str) -> tuple[str, ...]:
    """
    Return the outputs that a parameter acts on, in the order of the reference.

    :raises ValueError: no rule of this module tells, or more than one; add the parameter to one.
    """
    found = [outputs for patterns, outputs in _RULES
             if any(fnmatchcase(parameter, pattern) for pattern in patterns)]
    if len(found) != 1:
        raise ValueError(
            f"parameter '{parameter}' is in {len(found)} rules of "
            'fer_ros/ros/parameter_effects.py; name it in one')
    return tuple(output for output in OUTPUTS if output in found[0])


def section() -> str:
    """Return the section of the reference page about it."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for spec in TABLE:
        rows.setdefault(outputs_of(spec.name), []).append(spec.name)
    lines = ['| parameters | act on |', '|---|---|']
    lines += [f'| {_code(names)} | {_told(outputs)} |' for outputs, names in rows.items()]
    return '\n'.join((
        '## Which parameter acts on which output\n',
        'Faces are the same on all topics: what finds, follows and names them acts on every topic '
        'that tells of it, and on no other. A row says where something differs once the parameter '
        'does.\n', *lines, ''))


def _told(outputs: tuple[str, ...]) -> str:
    if outputs == OUTPUTS:
        return 'every topic that is published'
    rest = [output for output in OUTPUTS if output not in outputs]
    if len(rest) < len(outputs):
        return f'every topic but {_code(rest)}'
    return _code(outputs)


def _code(names: Iterable[str]) -> str:
    return ', '.join(f'`{name}`' for name in names)
