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

"""An MCAP file, as it is or compressed as a whole."""

from io import BytesIO

from mcap.writer import CompressionType, Writer
from targets import _bags
from targets._files import file_with
import zstandard

LONGEST = 1 << 14
TOKENS = [
    b'\x89MCAP0\r\n', b'cdr', b'ros2', b'ros2msg', b'zstd', b'lz4', b'sensor_msgs/msg/Image',
    b'sensor_msgs/Image', b'json', b'offered_qos_profiles', b'\x28\xb5\x2f\xfd',
    *(bytes((opcode,)) for opcode in range(1, 16)), b'\xff' * 8, bytes(8)]
_ZSTD = b'\x28\xb5\x2f\xfd'


def one_input(data: bytes) -> None:
    packed = data.startswith(_ZSTD)
    _bags.read(file_with(data, 'bag.mcap.zstd' if packed else 'bag.mcap'))


def small(compression, chunked=True, index=True, encoding='cdr', profile='ros2'):
    """Return an MCAP file of two messages."""
    out = BytesIO()
    writer = Writer(out, compression=compression, use_chunking=chunked, use_statistics=index,
                    use_summary_offsets=index, repeat_schemas=index, repeat_channels=index)
    writer.start(profile, 'fuzz')
    schema = writer.register_schema('sensor_msgs/msg/Image', 'ros2msg', b'uint8 x')
    channel = writer.register_channel('/image', encoding, schema, {'offered_qos_profiles': ''})
    for time in (5, 4):
        writer.add_message(channel, time, bytes(40), time)
    writer.finish()
    return out.getvalue()


def seeds():
    for compression in CompressionType:
        for chunked in (True, False):
            for index in (True, False):
                yield small(compression, chunked, index)
    yield small(CompressionType.NONE, encoding='json')
    yield small(CompressionType.NONE, profile='ros1')
    yield zstandard.compress(small(CompressionType.NONE))
    for compression in ('none', 'message', 'storage', 'file'):
        yield _bags.recording('MCAP', compression)[0]
    for cut in (100, 300):
        yield small(CompressionType.ZSTD)[:-cut]
