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

"""The reference page and the parameter file say what the code does, and the graph agrees."""

from pathlib import Path

from fer_ros.ros import reference, security_policy, standard_interface
from fer_ros.stream.parameters import TABLE
import pytest
from support import FerProcess, Peer, ROOT, running, wait_for
import yaml

pytest.importorskip('hri_msgs')


@pytest.mark.parametrize('path, written', [
    (reference.REFERENCE, reference.reference_page),
    (reference.PARAMETER_FILE, reference.parameter_file),
    (security_policy.POLICY_FILE, lambda: security_policy.policy(security_policy.Names())),
])
def test_file_is_what_the_code_says(path: Path, written):
    assert (ROOT / path).read_text(encoding='utf-8') == written(), (
        'run: scripts/env python -m fer_ros.ros.reference; '
        'scripts/env python -m fer_ros.ros.security_policy > config/fer.policy.xml')


def test_parameter_file_holds_every_parameter_at_its_default():
    tree = yaml.safe_load((ROOT / reference.PARAMETER_FILE).read_text(encoding='utf-8'))
    flat = {}
    for name, value in tree['/**']['ros__parameters'].items():
        inner = value.items() if isinstance(value, dict) else [(None, value)]
        flat.update({f'{name}.{key}' if key else name: one for key, one in inner})
    assert flat == {spec.name: spec.default for spec in TABLE}
    assert all(type(flat[spec.name]) is type(spec.default) for spec in TABLE)


def test_graph_shows_the_topics_of_the_page_and_the_file_is_loadable():
    arguments = {'params_file': str(ROOT / reference.PARAMETER_FILE)}
    # With a lifecycle manager, which is what the bond is for.
    with running(FerProcess(autostart=False, **arguments), Peer()) as (_, peer):
        assert peer.transition('configure') and peer.transition('activate')
        received = peer.expressions()
        peer.camera(received)
        names = security_policy.Names()
        for rows, graph in (
            ((*reference.PUBLISHED, *standard_interface.PUBLISHED),
             peer.node.get_publisher_names_and_types_by_node),
            # Raw images come in, and nobody wants markers or attention.
            ([row for row in reference.SUBSCRIBED
              if row[0] not in ('image/compressed', 'camera_info', '/tf', '/tf_static')],
             peer.node.get_subscriber_names_and_types_by_node),
            ((*reference.SERVICES, *standard_interface.SERVICES),
             peer.node.get_service_names_and_types_by_node),
        ):
            written = {(names.resolve(name), kind)
                       for name, kind, _ in rows if '<id>' not in name}
            # Humble does not describe types yet.
            optional = {one for one in written if one[0] == '/fer/get_type_description'}
            wait_for(lambda: {(name, types[0]) for name, types in graph('fer', '/')} | optional
                     == written, f'{written} and nothing else')
        assert not peer.node.get_client_names_and_types_by_node('fer', '/')


def test_reports_name_their_levels():
    assert set(reference.LEVELS) == set(reference.sample_reports())
