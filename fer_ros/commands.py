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
Entry points of the commands.

Each imports its module when it is called, so that a package that is missing is told in a line.
"""

from __future__ import annotations

import fer_ros.abrupt_ending  # noqa: F401, before all others
from fer_ros.boundary import bounded
from fer_ros.core.free_memory import keep_heap_together
from fer_ros.core.packages import tells_missing_packages
from fer_ros.ros import ending, middleware
from fer_ros.ros.middleware import tells_start_faults
from fer_ros.standard_streams import open_standard_streams


@tells_missing_packages('fer_node')
@tells_start_faults('fer_node')
def fer_node() -> int:
    """Run the node."""
    ending.leave_at_once()
    open_standard_streams()
    # Before an import starts a thread, as that of rclpy does.
    keep_heap_together()
    middleware.check_environment()
    from fer_ros.ros.node import main
    return main()


@bounded('fer_demo')
def fer_demo() -> int:
    """Run the demo."""
    from fer_ros.demo.cli import main
    return main()


@bounded('fer_evaluate')
def fer_evaluate() -> int:
    """Evaluate models on labelled pictures."""
    from fer_ros.evaluate.cli import main
    return main()


@bounded('fer_replay')
def fer_replay() -> int:
    """Replay a recording."""
    from fer_ros.replay.cli import main
    return main()


@bounded('fer_benchmark')
def fer_benchmark() -> int:
    """Measure what the pipeline costs."""
    from fer_ros.bench.cli import main
    return main()


@bounded('fer_monitor')
def fer_monitor() -> int:
    """Show what the nodes say."""
    from fer_ros.monitor.cli import main
    return main()


@bounded('fer_window')
def fer_window() -> int:
    """Show the window of the rqt plugin by itself."""
    from fer_ros.rqt.window import main
    return main()


@bounded('fer_layout')
def fer_layout() -> int:
    """Print a layout of Foxglove or rviz."""
    from fer_ros.layout.cli import main
    return main()


@bounded('fer_study')
def fer_study() -> int:
    """Make the tables of many recordings."""
    from fer_ros.study.cli import main
    return main()
