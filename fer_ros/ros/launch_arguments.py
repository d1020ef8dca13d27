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
The arguments of launch/fer.launch.py, and which of them are given.

Needs neither launch nor what the node needs: launch files are to load fast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
import os
from typing import Any

from fer_ros.core.text import did_you_mean, shown
from fer_ros.ros.launch_values import (
    Argument, BOOLEAN, ENCLAVE, LaunchArgumentError, MODEL, NAME, NAMESPACE, PACKAGED, PATH,
    read, SECONDS, TOPIC)

#: What an argument's name begins with where another launch file includes this one. launch hands
#: on whatever that one declares for itself, of which `namespace` and the like are not for us.
PREFIX = 'fer_'

#: What launch itself reads from the command line.
OF_LAUNCH = ('launch-prefix', 'launch-prefix-filter', 'emulate_tty')

#: Those that set the parameter of the same name.
PARAMETERS = (
    Argument('image_transport', 'raw: <image>; compressed: <image>/compressed.',
             ('raw', 'compressed')),
    Argument('image_reliability', 'Reliability to subscribe with; auto follows the camera.',
             ('auto', 'best_effort', 'reliable')),
    Argument('expression_model', f"ONNX file of the expression classifier, or '{PACKAGED}'.",
             MODEL),
    Argument('detector_model', f"ONNX file of the face detector, or '{PACKAGED}'.", MODEL),
    Argument('landmark_model', f"ONNX file of the landmark model, or '{PACKAGED}'.", MODEL),
    Argument('ros4hri', 'Publish under /humans (REP-155); auto: where hri_msgs is installed.',
             ('auto', 'on', 'off')),
    Argument('use_sim_time', 'Take the time from /clock (simulations, recordings).', BOOLEAN),
    Argument('autostart', 'Configure and activate at once; false leaves it to a lifecycle '
             'manager.', BOOLEAN),
    Argument('autostart_retry', 'Seconds until autostart tries again what failed; 0: never.',
             SECONDS),
    Argument('enabled', 'Process images; false: not until ~/enable says so.', BOOLEAN),
    Argument('lazy', 'Process images only while somebody subscribes to what comes of them.',
             BOOLEAN),
)

#: Those that name a topic, with the topics of the node that are called so then; what the others
#: have more than the first is added to the name.
TOPICS = (
    (Argument('image', 'Image topic to subscribe to, without the suffix of a transport.', TOPIC),
     ('image',)),
    (Argument('camera_info', "The camera's camera_info, where it is not beside the image.", TOPIC),
     ('camera_info',)),
    (Argument('expression', 'Faces and their expressions, instead of ~/expression.', TOPIC),
     ('~/expression',)),
    (Argument('image_annotated', 'The annotated picture, instead of ~/image_annotated; as JPEG it '
              'is <this>/compressed.', TOPIC),
     ('~/image_annotated', '~/image_annotated/compressed')),
    (Argument('markers', 'Markers for rviz, instead of ~/markers.', TOPIC), ('~/markers',)),
    (Argument('annotations', 'Annotations for Foxglove, instead of ~/annotations.', TOPIC),
     ('~/annotations',)),
    (Argument('tracked', 'The list of faces, instead of /humans/faces/tracked.', TOPIC),
     ('/humans/faces/tracked',)),
    (Argument('diagnostics', 'Instead of /diagnostics.', TOPIC), ('/diagnostics',)),
    (Argument('bond', 'The bond with a lifecycle manager that is in another namespace.', TOPIC),
     ('bond',)),
)

ARGUMENTS = (
    Argument('namespace', 'Namespace of the node, below that of an enclosing group; give each '
             f"camera its own. (On the command line no name needs its '{PREFIX}'.)", NAMESPACE),
    Argument('name', 'Name of the node, instead of fer.', NAME),
    Argument('params_file', 'YAML file with parameters; the arguments here win over it.', PATH),
    *(argument for argument, _ in TOPICS),
    *PARAMETERS,
    Argument('log_level', 'Least severity that the node logs.',
             ('debug', 'info', 'warn', 'error', 'fatal')),
    Argument('respawn', 'Start the node again when its process has ended (default: true).',
             BOOLEAN),
    Argument('respawn_delay', 'Seconds until then (default: 2).', SECONDS),
    Argument('enclave', 'SROS 2 enclave of the node, as /fer; else as the environment says.',
             ENCLAVE),
    Argument('fast_dds', 'auto (default): prepare Fast DDS for large images, for this node alone, '
             'unless the environment configures it already; off: leave it alone.',
             ('auto', 'off')),
)

NAMES = tuple(argument.name for argument in ARGUMENTS)


class Leftover(str):
    """
    The value of an argument that was used.

    launch keeps what an include was given for all that follow it in the same group: a second
    camera would have what was meant for the first. Given again, a value is a plain `str`.
    """


def started_by_itself(words: Sequence[str], file: str) -> bool:
    """Return whether the words of a command line are to launch this file, and not another."""
    name = os.path.basename(file)
    return any(
        (word, following) == ('fer_ros', name)
        or os.path.basename(word) == name and os.path.isfile(word)
        and os.path.samefile(word, file)
        for word, following in zip(words, (*words[1:], '')))


def on_command_line(words: Sequence[str]) -> dict[str, str]:
    """Return the arguments among the words of `ros2 launch`, by their names."""
    return {name: value for name, separator, value in (word.partition(':=') for word in words)
            if separator and not name.startswith('-')}


def take(configurations: MutableMapping[str, str], alone: bool, said: Mapping[str, str],
         inform: Callable[[str], None], warn: Callable[[str], None]) -> dict[str, Any]:
    """
    Return the values that are given, by names without prefix; an empty one is none.

    :param configurations: launch's; of the declared defaults nothing stays there, and what was
        given is marked as used.
    :param alone: this is the file that `ros2 launch` was given: names need no prefix.
    :param said: the arguments on the command line, which are for every include.
    :param inform: called with what may be of interest in what other launch files have set.
    :param warn: likewise, with what is probably wrong there.
    :raises LaunchArgumentError: a value is refused, or a name on the command line is unknown.
    """
    if alone:
        _refuse_unknown(said)
    else:
        _tell_of_others(configurations, inform, warn)
    given, left = {}, []
    for argument in ARGUMENTS:
        long = PREFIX + argument.name
        for key in ((argument.name, long) if alone else (long,)):
            text = configurations.get(key, '')
            if isinstance(text, Leftover) and said.get(key) != text:
                left.append(key)
            elif text:
                given[argument.name] = read(argument, str(text))
                configurations[key] = Leftover(text)
        if not configurations.get(long, ' '):
            del configurations[long]
    if left:
        inform(f"not used again, as an include before this one was given it: {', '.join(left)}")
    return given


def remappings(given: Mapping[str, Any], resolve: Callable[[str], str]) -> list[tuple[str, str]]:
    """
    Return the pairs of names that the arguments of topics ask for.

    :param resolve: makes a topic absolute in the node's namespace.
    """
    pairs = []
    for argument, topics in TOPICS:
        if argument.name not in given:
            continue
        if argument.name == 'camera_info':
            # The node derives its name from the image's, so that is what there is to remap.
            from fer_ros.stream.face_place import camera_info_topic
            topics = (camera_info_topic(resolve(given.get('image', 'image'))),)
        pairs += [(topic, given[argument.name] + topic[len(topics[0]):]) for topic in topics]
    return pairs


def _refuse_unknown(names: Iterable[str]) -> None:
    for name in names:
        if name not in OF_LAUNCH and name.removeprefix(PREFIX) not in NAMES:
            hint = did_you_mean(
                name.removeprefix(PREFIX), NAMES, '--show-args lists those it has')
            raise LaunchArgumentError(f"fer.launch.py has no argument '{shown(name)}'{hint}")


def _tell_of_others(configurations: Mapping[str, str], inform: Callable[[str], None],
                    warn: Callable[[str], None]) -> None:
    unused = [name for name in NAMES
              if name in configurations and not configurations.get(PREFIX + name)]
    if unused:
        inform(f"not used for the node, as they may be meant for others: {', '.join(unused)} of "
               f"the enclosing launch file; pass {', '.join(PREFIX + name for name in unused)}")
    names = [PREFIX + name for name in NAMES]
    for name in configurations:
        if name.startswith(PREFIX) and name not in names:
            hint = did_you_mean(name, names)
            if hint:
                warn(f"fer.launch.py has no argument '{shown(name)}'{hint}")
