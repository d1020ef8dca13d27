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
"""Average the weights of runs that began as one: `python training/average.py A.pt B.pt OUT.pt`."""

import argparse
from pathlib import Path

import torch


def main() -> None:
    """Write a checkpoint like the first, with the mean of all averaged weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('checkpoints', type=Path, nargs='+')
    parser.add_argument('out', type=Path)
    options = parser.parse_args()
    states = [torch.load(path, map_location='cpu', weights_only=True)
              for path in options.checkpoints]
    if any(state['network_config'] != states[0]['network_config'] for state in states):
        parser.error('the checkpoints are of different networks; average runs of one')
    mean = states[0]
    for key, value in mean['ema'].items():
        if value.is_floating_point():
            mean['ema'][key] = torch.stack([state['ema'][key] for state in states]).mean(0)
    mean['network'] = mean['ema']
    torch.save(mean, options.out)


if __name__ == '__main__':
    main()
