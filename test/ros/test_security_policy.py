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
"""The SROS 2 policy: what it says of a node started in its own way, and that SROS 2 takes it."""

import os
import subprocess
import sys
from xml.etree import ElementTree

from fer_ros.ros import reference, security_policy, standard_interface
import pytest
from support import ROOT

PICTURES = {'/fer/image_annotated', '/fer/image_annotated/compressed',
            '/humans/faces/*/cropped', '/humans/faces/*/aligned'}


@pytest.fixture
def printed(capsys):
    """Return what prints with some arguments: the policy, or what is said against them."""
    def run(*arguments, refused=False):
        try:
            assert security_policy.main(arguments) == 0 and not refused
        except SystemExit as end:
            assert end.code == 2 and refused
        out, err = capsys.readouterr()
        assert bool(out) != bool(err)
        return err.splitlines()[-1] if refused else out
    return run


def rules(text):
    """Return the enclave's path, and the names by what is allowed: publish, subscribe, reply."""
    root = ElementTree.fromstring(text.encode())
    assert root.tag == 'policy' and root.get('version') == '0.2.0'
    enclave, = root.iter('enclave')
    found = {}
    for group in root.iter():
        if group.tag in ('topics', 'services'):
            (act, value), = group.attrib.items()
            assert value == 'ALLOW' and act not in found
            found[act] = [one.text for one in group]
            assert all(one.tag == group.tag[:-1] for one in group)
    assert found.keys() == {'publish', 'subscribe', 'reply'}
    assert all(len(names) == len(set(names)) for names in found.values())
    return enclave.get('path'), {act: set(names) for act, names in found.items()}


def test_the_shipped_policy_allows_what_the_reference_says_and_nothing_else():
    """Read from the page itself, not from what both are made of."""
    tables = {}
    for line in (ROOT / reference.REFERENCE).read_text().splitlines():
        if line.startswith(('## ', 'Subscribed:', 'Published:', 'Services ')):
            title = line.strip('# :').split()[0].lower()
        elif line.startswith('| `') and title in ('subscribed', 'published', 'services'):
            name = line.split('`')[1].replace('<id>', '*')
            name = name.replace('~', '/fer') if name[0] == '~' else f"/{name.lstrip('/')}"
            tables.setdefault(title, set()).add(name)
    path, allowed = rules((ROOT / security_policy.POLICY_FILE).read_text())
    assert path == '/fer'
    assert allowed == {'publish': tables['published'], 'subscribe': tables['subscribed'],
                       'reply': tables['services']}
    assert PICTURES < allowed['publish'] and '/clock' in allowed['subscribe']


def test_a_namespace_and_other_names_are_followed(printed):
    path, allowed = rules(printed(
        '--enclave', '/robot/front', '--namespace', '/front', '--name', 'faces',
        '--image', '/front_camera/image_raw', '--remap', '~/expression:=mood',
        '--remap', '/humans/faces/tracked:=/front/tracked',
        '--remap', '/front_camera/image_raw/compressed:=/small'))
    assert path == '/robot/front'
    assert allowed['subscribe'] == {
        '/front_camera/image_raw', '/small', '/front_camera/camera_info', '/tf', '/tf_static',
        '/clock'}
    assert {'/front/mood', '/front/tracked', '/front/faces/image_annotated',
            '/front/faces/faces/*/attention'} < allowed['publish']
    assert not {'/fer/expression', '/front/faces/expression', '/humans/faces/tracked'} & allowed[
        'publish']
    assert all(name.startswith('/front/faces/') for name in allowed['reply'])
    assert len(allowed['reply']) == len(standard_interface.SERVICES)


def test_without_pictures_nothing_that_carries_one_is_allowed(printed):
    _, full = rules(printed())
    _, allowed = rules(printed('--without-pictures'))
    assert full.pop('publish') - allowed.pop('publish') == PICTURES
    assert full == allowed


@pytest.mark.parametrize('arguments, words', [
    (('--namespace', 'front'), "must be absolute, it must lead with a '/': 'front'"),
    (('--enclave', 'fer'), "must be absolute, it must lead with a '/': 'fer'"),
    (('--name', 'a*'), "alphanumerics or '_': 'a*'"),
    (('--image', '/*'), "topic name '/*' is invalid"),
    (('--image', ''), "topic name '' is invalid"),
    (('--image', '/a//b'), "repeated '/': '/a//b'"),
    (('--remap', 'image'), "'image' is not of the form FROM:=TO"),
    (('--remap', 'nothing:=/a'), "no topic or service '/nothing' to remap"),
    (('--remap', '/humans/faces/*/roi:=/a'), 'is invalid'),
])
def test_what_is_no_name_is_refused_in_a_line(arguments, words, printed):
    assert words in printed(*arguments, refused=True)


#: What `ros2 security` does, by the library below it, in a keystore at sys.argv[1].
KEYSTORE = """
import pathlib, sys
from sros2.keystore import create_enclave, create_keystore, create_permission
keystore, policy = map(pathlib.Path, sys.argv[1:])
create_keystore(keystore)
create_enclave(keystore, '/fer')
create_permission(keystore, '/fer', policy)
"""


@pytest.mark.parametrize('arguments', [(), ('--without-pictures',)])
def test_sros2_makes_permissions_of_it(arguments, printed, tmp_path):
    pytest.importorskip('sros2', reason='sros2 is not installed here')
    policy = tmp_path / 'policy.xml'
    policy.write_text(printed(*arguments))
    subprocess.run([sys.executable, '-c', KEYSTORE, str(tmp_path / 'keys'), str(policy)],
                   check=True, env={**os.environ, 'ROS_DOMAIN_ID': '7'})
    grant, = ElementTree.parse(
        tmp_path / 'keys' / 'enclaves' / 'fer' / 'permissions.xml').iter('grant')
    assert grant.findtext('default') == 'DENY' and grant.find('deny_rule') is None
    topics = {act: {one.text for rule in grant.iter('allow_rule') for one in rule.findall(
        f'{act}/topics/topic')} - {'ros_discovery_info'} for act in ('publish', 'subscribe')}
    _, allowed = rules(policy.read_text())
    assert topics == {
        'publish': {f'rt{name}' for name in allowed['publish']}
        | {f'rr{name}Reply' for name in allowed['reply']},
        'subscribe': {f'rt{name}' for name in allowed['subscribe']}
        | {f'rq{name}Request' for name in allowed['reply']}}
