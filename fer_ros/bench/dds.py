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
"""Which images arrive, by what the camera's side and this side know of Fast DDS profiles."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from itertools import product
import json
import os
from pathlib import Path

from fer_ros.arguments import input_file, number
from fer_ros.bench.tables import size_text, table
from fer_ros.demo.processes import Child, ChildError, fast_dds_profile, isolate
from fer_ros.evaluate.card_tables import replace_tables
from fer_ros.evaluate.csv_table import DataError
from fer_ros.fast_dds import (
    KERNEL_LINE, node_profile, profile_environment, receive_buffer, SETTINGS)

SIZES, RATES = ((640, 480), (1280, 720)), (15.0, 30.0)

#: QoS that camera drivers publish with: that of sensor data, and the default.
RELIABILITIES = 'best_effort', 'reliable'

#: Who has a profile: heading, the camera's side, this side.
SIDES = (
    ('neither', False, False), ('this side', False, True), ("the camera's", True, False),
    ('both', True, True))

COMMAND, TABLE = 'fer_benchmark dds', 'rates'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `fer_benchmark dds`."""
    parser.add_argument(
        '--seconds', type=number(1, 3600), default=6.0,
        help='seconds that each part of the measurement lasts (default: 6)')
    parser.add_argument(
        '--page', type=input_file, metavar='FILE', help='write the table into this Markdown page')


def run(options: argparse.Namespace) -> tuple[dict, str]:
    """
    Send images from one process to another in each setting.

    :raises ChildError: a process did not come up.
    :raises ValueError: the page has no place for the table.
    """
    isolate(os.environ)
    shared = fast_dds_profile()
    if shared is None:
        raise ValueError('the profile config/fastdds.xml is not there; run it in a checkout or '
                         'from the installed package')
    plain = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    ours = plain | profile_environment(node_profile(shared.parent))
    theirs = plain | profile_environment(shared)
    rows = []
    for size, rate, reliability in product(SIZES, RATES, RELIABILITIES):
        rows.append({'size': list(size), 'rate': rate, 'camera': f'raw, {reliability}', **{
            heading: _once(options.seconds, size, rate, 'raw', reliability,
                           theirs if camera else plain, ours if node else plain)
            for heading, camera, node in SIDES}})
    for size, rate in product(SIZES, RATES):
        rows.append({'size': list(size), 'rate': rate, 'camera': 'compressed', 'neither': _once(
            options.seconds, size, rate, 'compressed', 'best_effort', plain, plain)})
    result = {'benchmark': 'dds', 'seconds': options.seconds,
              'receive_buffer': receive_buffer(), 'rows': rows}
    if options.page is not None:
        _write(options.page, result)
    return result, text(result)


def text(result: dict) -> str:
    """Return the table for people."""
    return (f"images received in a second; receive buffers of {result['receive_buffer'] >> 10} "
            f"KiB ('{KERNEL_LINE}' for more)\n" + table(*_table(result)))


def _table(result: dict) -> tuple[list[str], list[list[str]]]:
    headings = [heading for heading, *_ in SIDES]
    return ['picture', 'sent Hz', 'camera', *headings], [
        [size_text(row['size']), f"{row['rate']:g}", row['camera'],
         *(f"{row[one]['received_hz']:.1f}" if one in row else '' for one in headings)]
        for row in result['rows']]


def markdown(result: dict) -> list[str]:
    """Return the table for a page, line by line."""
    head, rows = _table(result)
    return ['| ' + ' | '.join(line) + ' |' for line in (head, ['---'] * len(head), *rows)]


def _write(page: Path, result: dict) -> None:
    try:
        replace_tables(page, {TABLE: markdown(result)}, COMMAND)
    except DataError as error:
        raise ValueError(str(error)) from error


def _once(
        seconds: float, size: tuple[int, int], rate: float, transport: str, reliability: str,
        camera: Mapping[str, str], reader: Mapping[str, str]) -> dict[str, float]:
    """Return what came of images that one process sent to another, each with its environment."""
    # Only here: it needs psutil, which the other benchmarks do without.
    from fer_ros.bench.ros import topic
    name = topic(argparse.Namespace(transport=transport))
    common = ['--topic', name, '--transport', transport, '--reliability', reliability]
    receiver = Child('reader', 'fer_ros.bench.dds_reader', common, reader)
    sender = Child('camera', 'fer_ros.bench.ros_camera', [
        *common, '--rate', str(rate), '--size', size_text(size), '--faces', '1',
        '--seconds', str(seconds)], camera)
    for child in (receiver, sender):
        child.watch()
    try:
        sender.wait(seconds + 90.0)
    finally:
        sender.stop()
        receiver.stop()
    try:
        sent, received = (json.loads(child.lines[-1]) for child in (sender, receiver))
    except (IndexError, ValueError) as error:
        raise ChildError(f'nothing was measured:\n{sender.tail()}\n{receiver.tail()}') from error
    share = received['received'] / sent['sent']
    return {
        'received_hz': round(share * (sent['sent'] - 1) / sent['seconds'], 2),
        'lost': sent['sent'] - received['received'], 'latency_ms': received['latency_ms']}
