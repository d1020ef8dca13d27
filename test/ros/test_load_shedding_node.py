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

"""A node that is too slow for its camera: it does less, says so, and returns to normal."""

from diagnostic_msgs.msg import DiagnosticStatus
from rcl_interfaces.srv import SetParametersAtomically
from rclpy.parameter import Parameter
from support import CameraProcess, FerProcess, PATIENCE, Peer, running, wait_for

#: Side of the detector's input that no processor at hand manages 30 times a second, and one
#: that each does.
TOO_MUCH, LITTLE = 2048, 64


def value_of(status, key):
    """Return the text of a key of a status."""
    return {one.key: one.value for one in status.values}[key]


def set_long_side(peer, side):
    """Change the size of the detector's input on the live node."""
    request = SetParametersAtomically.Request(
        parameters=[Parameter('detector.long_side', value=side).to_parameter_msg()])
    assert peer.call(
        SetParametersAtomically, '/fer/set_parameters_atomically', request).result.successful


def test_too_slow_a_host_does_less_says_so_and_recovers():
    # The slow camera is one that this machine keeps up with in the end, whatever else it does.
    with running(FerProcess(load_shedding=True, detector__long_side=TOO_MUCH,
                            detection_interval=0.0), Peer(), CameraProcess(8.0)) as (
            process, peer, _):
        diagnostics = peer.diagnostics()
        with running(CameraProcess(30.0)):
            first = diagnostics.wait(
                'fer: inference', DiagnosticStatus.WARN, 'too slow: detecting')
            assert float(value_of(first, 'load (%)')) >= 80
            # What it says is in the log, too, once for each step.
            wait_for(lambda: 'this machine is too slow: detecting every 0.15 s' in process.log,
                     'a warning in the log')
        set_long_side(peer, LITTLE)
        last = diagnostics.wait('fer: inference', DiagnosticStatus.OK, 'frames per second',
                                seconds=2 * PATIENCE)
        assert value_of(last, 'effort') == 'as configured'
        wait_for(lambda: 'this machine keeps up again: as configured' in process.log,
                 'a word in the log')


def test_without_load_shedding_frames_are_dropped_and_nothing_else_changes():
    with running(FerProcess(detector__long_side=TOO_MUCH, load_shedding=False), Peer(),
                 CameraProcess(30.0)) as (process, peer, _):
        status = peer.diagnostics().wait(
            'fer: inference', DiagnosticStatus.WARN, 'frames dropped')
        assert value_of(status, 'effort') == 'as configured'
        assert 'this machine is too slow' not in process.log
