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
Means of weights, over the steps of one run, or over runs that began as one.

The latter is a command: `python training/average.py A/last.pt B/last.pt MEAN/last.pt`.
"""

import argparse
from pathlib import Path

from networks import build
import torch


class Ema:
    """An exponential moving average of a network's weights and statistics."""

    def __init__(self, network: torch.nn.Module, decay: float) -> None:
        self.network = build(network.config)
        self.network = self.network.to(memory_format=torch.channels_last).eval()
        self.network.load_state_dict(network.state_dict())
        self.decay = decay

    @torch.no_grad()
    def update(self, network: torch.nn.Module, step: int) -> None:
        """Move towards the network; early steps move faster, so that the start is forgotten."""
        amount = 1.0 - min(self.decay, (1.0 + step) / (10.0 + step))
        ours, theirs = self.network.state_dict(), network.state_dict()
        floats = [k for k in ours if ours[k].is_floating_point()]
        torch._foreach_lerp_([ours[k] for k in floats], [theirs[k] for k in floats], amount)


def describe(path: Path) -> dict:
    """Return what a checkpoint says of its own making, to be stored with what came of it."""
    state = torch.load(path, map_location='cpu', weights_only=True)
    return {key: state.get(key)
            for key in ('train_config', 'plans', 'teachers', 'start', 'pretrained', 'mean_of')}


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
    # The first stands for itself; of the others nobody would know.
    mean['mean_of'] = [describe(path) for path in options.checkpoints[1:]]
    options.out.parent.mkdir(parents=True, exist_ok=True)
    torch.save(mean, options.out)


if __name__ == '__main__':
    main()
