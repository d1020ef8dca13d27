#!/usr/bin/env python3
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
The verbs of `ros2` with their options, as ROS 2 Jazzy documents them.

ros2cli is in no registry of Python packages, so its own parsers cannot be asked where the pages
are tested.
"""

from __future__ import annotations

_QOS = ('--qos-profile', '--qos-depth', '--qos-history', '--qos-reliability', '--qos-durability',
        '--qos-liveliness', '--qos-liveliness-lease-duration-seconds')
_NODE = ('--no-daemon', '-s', '--use-sim-time')
_HIDDEN = ('--include-hidden-topics',)

#: (flags, options with a value) by command and verb.
VERBS: dict[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...]]] = {
    ('topic', 'echo'): (('--csv', '--flow-style', '--no-arr', '--no-str', '--full-length', '-f',
                         '--once', '--include-message-info', '--raw', '--no-lost-messages',
                         *_NODE),
                        ('--field', '--filter', '--truncate-length', '-l', '--timeout',
                         '--spin-time', *_QOS)),
    ('topic', 'hz'): (('--wall-time', *_NODE), (
        '--window', '-w', '--filter', '--spin-time', *_QOS)),
    ('topic', 'bw'): (_NODE, ('--window', '-w', '--spin-time', *_QOS)),
    ('topic', 'delay'): (_NODE, ('--window', '-w', '--spin-time', *_QOS)),
    ('topic', 'info'): (('-v', '--verbose', *_NODE), ('--spin-time',)),
    ('topic', 'list'): (('-t', '--show-types', '-c', '--count-topics', '-v', '--verbose',
                         *_HIDDEN, *_NODE), ('--spin-time',)),
    ('topic', 'type'): (_NODE, ('--spin-time',)),
    ('topic', 'find'): (('-c', '--count-topics', *_HIDDEN, *_NODE), ('--spin-time',)),
    ('topic', 'pub'): (('-1', '--once', '--keep-alive', *_NODE), (
        '-r', '--rate', '-p', '--print', '-t', '--times', '-w', '--wait-matching-subscriptions',
        '--max-wait-time-secs', '-n', '--node-name', '--spin-time', *_QOS)),
    ('param', 'get'): (('--hide-type', '--include-hidden-nodes', *_NODE), ('--spin-time',)),
    ('param', 'set'): (('--include-hidden-nodes', *_NODE), ('--spin-time',)),
    ('param', 'list'): (('--include-hidden-nodes', '--param-type', *_NODE), (
        '--param-prefixes', '--filter', '--spin-time')),
    ('param', 'describe'): (('--include-hidden-nodes', *_NODE), ('--spin-time',)),
    ('param', 'delete'): (('--include-hidden-nodes', *_NODE), ('--spin-time',)),
    ('param', 'dump'): (('--include-hidden-nodes', *_NODE), ('--output-dir', '--spin-time')),
    ('param', 'load'): (('--include-hidden-nodes', '--no-use-wildcard', *_NODE), ('--spin-time',)),
    ('node', 'list'): (('-a', '--all', '-c', '--count-nodes', *_NODE), ('--spin-time',)),
    ('node', 'info'): (('--include-hidden', *_NODE), ('--spin-time',)),
    ('lifecycle', 'get'): (('--include-hidden-nodes', *_NODE), ('--spin-time',)),
    ('lifecycle', 'set'): (('--include-hidden-nodes', *_NODE), ('--spin-time',)),
    ('lifecycle', 'list'): (('-a', '--all', '--include-hidden-nodes', *_NODE), ('--spin-time',)),
    ('lifecycle', 'nodes'): (('-a', '--all', '-c', '--count-nodes', *_NODE), ('--spin-time',)),
    ('service', 'call'): ((), ('-r', '--rate')),
    ('service', 'list'): (('-t', '--show-types', '-c', '--count-services', *_NODE), (
        '--spin-time',)),
    ('service', 'type'): (_NODE, ('--spin-time',)),
    ('bag', 'record'): (('-a', '--all', '--use-sim-time', '--include-hidden-topics',
                         '--start-paused'), (
        '-o', '--output', '-s', '--storage', '-e', '--regex', '-x', '--exclude', '--topics', '-b',
        '--max-bag-size', '-d', '--max-bag-duration', '--max-cache-size', '--compression-mode',
        '--compression-format', '--qos-profile-overrides-path', '--storage-preset-profile')),
    ('bag', 'play'): (('-l', '--loop', '-p', '--start-paused'), (
        '-s', '--storage', '-r', '--rate', '--topics', '--remap', '-m', '--clock', '-d', '--delay',
        '--start-offset', '--read-ahead-queue-size', '--qos-profile-overrides-path')),
    ('bag', 'info'): (('-v', '--verbose', '-t', '--topic-name'), ('-s', '--storage')),
    ('bag', 'convert'): ((), ('-i', '--input', '-o', '--output-options')),
    ('bag', 'reindex'): ((), ('-s', '--storage')),
    ('pkg', 'prefix'): (('--share',), ()),
    ('pkg', 'list'): ((), ()), ('pkg', 'xml'): ((), ('-t', '--tag')),
    ('pkg', 'executables'): (('--full-path',), ()),
    ('interface', 'show'): (('--all-comments', '--no-comments'), ()),
    ('interface', 'list'): (('-m', '-s', '-a'), ()),
    ('interface', 'package'): ((), ()),
    ('security', 'create_keystore'): ((), ()), ('security', 'create_enclave'): ((), ()),
    ('security', 'create_permission'): ((), ()), ('security', 'list_enclaves'): ((), ()),
    ('security', 'generate_policy'): ((), ()), ('security', 'generate_artifacts'): ((), (
        '-k', '-n', '-e', '-p')),
    ('component', 'load'): ((), ('-n', '-r', '-p', '-e', '--node-namespace')),
    ('component', 'list'): ((), ()), ('component', 'types'): ((), ()),
    ('daemon', 'start'): ((), ()), ('daemon', 'stop'): ((), ()), ('daemon', 'status'): ((), ()),
    ('doctor', ''): (('-r', '--report', '-w', '-iw'), ()),
    ('multicast', 'send'): ((), ()), ('multicast', 'receive'): ((), ()),
}

COMMANDS = (*sorted({command for command, _ in VERBS}), 'run', 'launch')

#: What `ros2 lifecycle set` takes.
TRANSITIONS = ('configure', 'activate', 'deactivate', 'cleanup', 'shutdown')

#: Options of `ros2 launch` itself.
LAUNCH = (('-n', '--noninteractive', '-d', '--debug', '-p', '--print', '--print-description', '-s',
           '--show-args', '--show-arguments', '-a', '--show-all-subprocesses-output'),
          ('--launch-prefix', '--launch-prefix-filter'))

#: Options after `--ros-args`.
ROS_ARGUMENTS = (
    ('--enable-rosout-logs', '--disable-rosout-logs', '--enable-stdout-logs',
     '--disable-stdout-logs',
     '--enable-external-lib-logs', '--disable-external-lib-logs', '--'),
    ('-r', '--remap', '-p', '--param', '--params-file', '--log-level', '--log-config-file', '-e',
     '--enclave'))
