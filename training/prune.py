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
Leave a layer out of a trained network: `python training/prune.py RUN/last.pt STAGE OUT/last.pt`.

Residual bottlenecks that learnt little can go (as layers dropped in training could, Huang et al.,
2016); some epochs more mend what it costs.
"""

import argparse
from dataclasses import replace
from pathlib import Path

from inference import load_network
from network import ExpressionNet, take_over
import torch


def prune(network: ExpressionNet, stage: int) -> ExpressionNet:
    """
    Return a network without the last bottleneck of a stage, counted from 0.

    Raises ValueError when nothing of the stage would be left.
    """
    stages = list(network.config.stages)
    if not 0 <= stage < len(stages) or stages[stage].repeats < 2:
        raise ValueError(f'stage {stage} of {stages} has no layer to spare; choose another')
    stages[stage] = replace(stages[stage], repeats=stages[stage].repeats - 1)
    smaller = ExpressionNet(replace(network.config, stages=tuple(stages)))
    take_over(smaller, network)
    return smaller.eval()


def main() -> None:
    """Write a checkpoint of the averaged weights without a layer, to be started from."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('checkpoint', type=Path)
    parser.add_argument('stage', type=int,
                        help='stage that loses its last layer, counted from 0')
    parser.add_argument('out', type=Path)
    options = parser.parse_args()
    network, state = load_network(options.checkpoint)
    smaller = prune(network, options.stage)
    state.update(network_config=smaller.config.to_dict(), ema=smaller.state_dict(),
                 network=smaller.state_dict())
    del state['optimizer']  # of the larger network
    options.out.parent.mkdir(parents=True, exist_ok=True)
    torch.save(state, options.out)


if __name__ == '__main__':
    main()
