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
"""Topics and services that the node has because it is a managed node of ROS 2."""

from __future__ import annotations

from collections.abc import Callable, Sequence

#: Topics: name, type, what it carries and when.
SUBSCRIBED = (
    ('/clock', 'rosgraph_msgs/msg/Clock', 'The time, where `use_sim_time` is on.'),
)
PUBLISHED = (
    ('/rosout', 'rcl_interfaces/msg/Log', 'What the node logs.'),
    ('/parameter_events', 'rcl_interfaces/msg/ParameterEvent', 'Parameters that changed.'),
    ('~/transition_event', 'lifecycle_msgs/msg/TransitionEvent', 'Changes of the state.'),
)

#: Services that the node offers: name, type, what it does. It calls none.
SERVICES = (
    ('~/change_state', 'lifecycle_msgs/srv/ChangeState',
     'Asks for a transition: configure, activate, deactivate, cleanup, shutdown.'),
    ('~/get_state', 'lifecycle_msgs/srv/GetState', 'The state.'),
    ('~/get_available_states', 'lifecycle_msgs/srv/GetAvailableStates', 'All states.'),
    ('~/get_available_transitions', 'lifecycle_msgs/srv/GetAvailableTransitions',
     'Transitions that start in the present state.'),
    ('~/get_transition_graph', 'lifecycle_msgs/srv/GetAvailableTransitions',
     'All transitions.'),
    ('~/list_parameters', 'rcl_interfaces/srv/ListParameters', 'Names of the parameters.'),
    ('~/describe_parameters', 'rcl_interfaces/srv/DescribeParameters',
     'Meaning, type and range.'),
    ('~/get_parameter_types', 'rcl_interfaces/srv/GetParameterTypes', 'Their types.'),
    ('~/get_parameters', 'rcl_interfaces/srv/GetParameters', 'Their values.'),
    ('~/set_parameters', 'rcl_interfaces/srv/SetParameters', 'Sets each that may be set.'),
    ('~/set_parameters_atomically', 'rcl_interfaces/srv/SetParametersAtomically',
     'Sets all or none.'),
    ('~/get_type_description', 'type_description_interfaces/srv/GetTypeDescription',
     'How a type is built; from Jazzy on.'),
)


Table = Callable[[Sequence[tuple[str, str, str]]], str]


def section(topics: Table, services: Table) -> str:
    """
    Return the section of the reference page about them.

    :param topics: makes a table of topics in Markdown; `services` likewise.
    """
    return '\n'.join((
        '## As every managed node\n',
        'Subscribed:\n', topics(SUBSCRIBED), 'Published:\n', topics(PUBLISHED),
        'Services offered; the node calls none:\n',
        services(SERVICES),
        'What SROS 2 is to allow the node is written from these tables: '
        '[security.md](security.md).\n'))
