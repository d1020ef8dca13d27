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

"""What our node classes keep under a name is nothing that rclpy keeps there."""

import ast
import inspect
import textwrap

from fer_ros.ros.managed_node import ManagedNode
from fer_ros.ros.node import FerNode
import pytest
from rclpy.lifecycle import LifecycleNode
from support import ask_a_node_of_this_process

#: What rclpy means its users to override.
MEANT = {'on_configure', 'on_activate', 'on_deactivate', 'on_cleanup', 'on_shutdown', 'on_error',
         'destroy_node'}


def assigned(source: str) -> set[str]:
    """Return the names that methods assign to attributes of `self`, in whatever way."""
    tree = ast.parse(textwrap.dedent(source))
    names = {node.attr for node in ast.walk(tree)
             if isinstance(node, ast.Attribute) and isinstance(node.ctx, (ast.Store, ast.Del))
             and isinstance(node.value, ast.Name) and node.value.id == 'self'}
    return names | {
        node.args[1].value for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, 'id', '') == 'setattr'
        and isinstance(node.args[1], ast.Constant)}


def named(cls: type) -> set[str]:
    """Return the names that the body of a class and its methods give a meaning to."""
    own = {name for name in vars(cls) if not name.startswith('__')}
    return own | assigned(inspect.getsource(cls))


def kinds(node) -> tuple[dict[str, type], dict[str, type], list[str]]:
    """Return the types of the attributes of a plain managed node, of `node`, and its topics."""
    plain = LifecycleNode('plain', context=node.context)
    try:
        return (*({name: type(value) for name, value in vars(one).items()}
                  for one in (plain, node)), [one.topic_name for one in node.publishers])
    finally:
        plain.destroy_node()


@pytest.fixture(scope='module')
def attributes():
    return ask_a_node_of_this_process(kinds)


@pytest.fixture(scope='module')
def of_rclpy(attributes):
    """Return the names that rclpy's lifecycle nodes and their classes have."""
    return set(attributes[0]) | set(dir(LifecycleNode))


@pytest.mark.parametrize('statement', [
    'self._publishers = {}', 'self._x, self._publishers = 1, 2', 'self._publishers += [1]',
    'self._publishers: list = []', 'for self._publishers in (): pass', 'del self._publishers',
    'with open(0) as self._publishers: pass', "setattr(self, '_publishers', 1)"])
def test_every_way_to_assign_is_seen(statement, of_rclpy):
    assert assigned(f'class A:\n    def f(self):\n        {statement}\n') & of_rclpy == {
        '_publishers'}


@pytest.mark.parametrize('cls', [ManagedNode, FerNode])
def test_no_name_in_the_source_is_one_of_rclpy(cls, of_rclpy):
    names = named(cls)
    assert len(names) > 5
    assert names & of_rclpy <= MEANT


def test_subclass_takes_no_name_of_its_base():
    # Where a base keeps something, a subclass may change it, but not keep something else there.
    assert named(FerNode) & named(ManagedNode) <= MEANT | {'release', 'unfinished'}


def test_no_attribute_of_a_node_replaces_one_of_rclpy(attributes, of_rclpy):
    plain, node, topics = attributes
    added = set(node) - set(plain)
    assert {'_session', '_camera', 'state_label'} <= added
    assert not added & of_rclpy and {name: node[name] for name in plain} == plain
    # What lies in the objects and what the source says are the same names.
    assert added <= named(FerNode) | named(ManagedNode)
    assert '/diagnostics' in topics
