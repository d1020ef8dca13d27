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

"""The command fer_study: many recordings, one set of tables, and how far people agree."""

from __future__ import annotations

import sys

from fer_ros.boundary import bounded
from fer_ros.core.metadata_values import ModelError
from fer_ros.stream.parameter_spec import ParameterError


@bounded('fer_study', ParameterError, ModelError)
def main(args: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    arguments = sys.argv[1:] if args is None else args
    if arguments[:1] == ['agree']:
        from fer_ros.study.agree_cli import run as agree
        return agree(arguments[1:])
    from fer_ros.study.run_cli import run
    return run(arguments)


if __name__ == '__main__':
    sys.exit(main())
