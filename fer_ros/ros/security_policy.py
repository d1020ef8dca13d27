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
The SROS 2 policy of the node, written from its reference: what it may do, and nothing else.

`python3 -m fer_ros.ros.security_policy` prints config/fer.policy.xml, which is for the node as it
starts by itself; options tell of another namespace and other names. docs/security.md says what
to do with it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
import sys
from xml.etree import ElementTree

from fer_ros.arguments import Parser
from fer_ros.boundary import bounded, InputError
from fer_ros.ros import standard_interface, topics
from fer_ros.stream.face_place import camera_info_topic
from rclpy.exceptions import NameValidationException
from rclpy.expand_topic_name import expand_topic_name
from rclpy.validate_full_topic_name import validate_full_topic_name
from rclpy.validate_namespace import validate_namespace
from rclpy.validate_node_name import validate_node_name

#: Where the policy of the node as it starts by itself lies, below the repository's root.
POLICY_FILE = Path('config/fer.policy.xml')

#: Version of the format, SROS 2's.
_VERSION = '0.2.0'

#: Where the reference has a face's id, a policy has what matches any.
_FACE_ID, _ANY_ID, _STAND_IN = '<id>', '*', 'id_of_any_face'


def is_picture(kind: str) -> bool:
    """Return whether messages of this type carry a picture."""
    return kind in ('sensor_msgs/msg/Image', 'sensor_msgs/msg/CompressedImage')


class Names:
    """
    The names of the reference, as they are where the node was started in its own way.

    :param namespace: absolute.
    :param node: the node's name.
    :param remap: other names by those they replace, as in `-r FROM:=TO`.
    :raises ValueError: one of them is no name of ROS 2.
    :raises NameValidationException: likewise.
    """

    def __init__(self, namespace: str = '/', node: str = 'fer',
                 remap: Mapping[str, str] | None = None):
        validate_namespace(namespace)
        validate_node_name(node)
        self.namespace, self.node = namespace, node
        self._remap = {self._full(name): self._full(other)
                       for name, other in (remap or {}).items()}
        self._unused = dict.fromkeys(self._remap)

    def resolve(self, name: str) -> str:
        """Return the absolute name; `*` stands for the id of any face."""
        if _FACE_ID in name:
            # No name has a star: another word stands in for it until the name is whole.
            return self._full(name.replace(_FACE_ID, _STAND_IN)).replace(_STAND_IN, _ANY_ID)
        full = self._full(name)
        self._unused.pop(full, None)
        return self._remap.get(full, full)

    def subscribed(self) -> list[str]:
        """Return the topics that the node subscribes to."""
        image = self.resolve('image')
        # The node makes these of the camera's topic as it is after remapping.
        made = {'image/compressed': f'{image}/compressed', 'camera_info': camera_info_topic(image)}
        return [self.resolve(made.get(name, name))
                for name, *_ in (*topics.SUBSCRIBED, *standard_interface.SUBSCRIBED)]

    def published(self, pictures: bool = True) -> list[str]:
        """Return the topics that the node publishes, with or without those of pictures."""
        rows = (*topics.PUBLISHED, *standard_interface.PUBLISHED)
        return [self.resolve(name) for name, kind, _ in rows if pictures or not is_picture(kind)]

    def services(self) -> list[str]:
        """Return the services that the node offers."""
        return [self.resolve(name) for name, *_ in standard_interface.SERVICES]

    def unused(self) -> list[str]:
        """Return the names that should have been replaced and that the node does not have."""
        return list(self._unused)

    def _full(self, name: str) -> str:
        full: str = expand_topic_name(name, self.node, self.namespace)
        validate_full_topic_name(full)
        return full


def policy(names: Names, enclave: str = '/fer', pictures: bool = True) -> str:
    """
    Return the policy as XML.

    :param names: as the node has them.
    :param enclave: path of the enclave that the node runs in.
    :param pictures: False where the node runs with `publish_pictures` off: nothing that could
        carry a picture is allowed then.
    :raises ValueError: a name is replaced that the node does not have.
    :raises NameValidationException: the enclave's path is none.
    """
    validate_namespace(enclave)
    root = ElementTree.Element('policy', version=_VERSION)
    root.append(ElementTree.Comment(
        " Written by `python3 -m fer_ros.ros.security_policy` from the node's reference. "))
    profiles = ElementTree.SubElement(ElementTree.SubElement(ElementTree.SubElement(
        root, 'enclaves'), 'enclave', path=enclave), 'profiles')
    profile = ElementTree.SubElement(profiles, 'profile', ns=names.namespace, node=names.node)
    _allow(profile, 'service', 'reply', names.services())
    _allow(profile, 'topic', 'publish', names.published(pictures))
    _allow(profile, 'topic', 'subscribe', names.subscribed())
    if names.unused():
        raise ValueError(f"the node has no topic or service '{names.unused()[0]}' to remap; "
                         'docs/reference.md lists those it has')
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding='unicode')
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _allow(profile: ElementTree.Element, kind: str, act: str, names: Iterable[str]) -> None:
    group = ElementTree.SubElement(profile, f'{kind}s', {act: 'ALLOW'})
    for name in sorted(set(names)):
        ElementTree.SubElement(group, kind).text = name


def _rule(text: str) -> tuple[str, str]:
    name, sign, other = text.partition(':=')
    if not (name and sign and other):
        raise argparse.ArgumentTypeError(f"'{text}' is not of the form FROM:=TO")
    return name, other


@bounded('security_policy')
def main(arguments: Sequence[str] | None = None) -> int:
    """Print the policy that the arguments ask for and return the exit status."""
    parser = Parser(
        prog='python3 -m fer_ros.ros.security_policy',
        description='Print the SROS 2 policy of the node: what it may do, and nothing else.')
    parser.add_argument('--enclave', default='/fer', help='path of its enclave (%(default)s)')
    parser.add_argument('--namespace', default='/', help='that it runs in (%(default)s)')
    parser.add_argument('--name', default='fer', help='of the node (%(default)s)')
    parser.add_argument('--image', metavar='TOPIC', help='the camera, as image is remapped')
    parser.add_argument('--remap', '-r', metavar='FROM:=TO', type=_rule, action='append',
                        default=[], help='another topic, as at the start of the node')
    parser.add_argument('--without-pictures', action='store_true',
                        help='for a node with publish_pictures off: forbid what carries pictures')
    given = parser.parse_args(arguments)
    for name in (given.enclave, given.namespace, given.name, given.image or ''):
        if not name.isascii():
            raise InputError(f"'{name}' is no name in ROS: letters, digits, _ and / only")
    rules = dict(given.remap)
    if given.image is not None:
        rules['image'] = given.image
    try:
        names = Names(given.namespace, given.name, rules)
        text = policy(names, given.enclave, not given.without_pictures)
    except (ValueError, NameValidationException) as error:
        # The client library points at the character with a second and a third line.
        parser.error(' '.join(map(str.strip, str(error).splitlines()[:2])))
    sys.stdout.write(text)
    return 0


if __name__ == '__main__':
    sys.exit(main())
