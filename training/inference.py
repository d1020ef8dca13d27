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
"""Running a trained network on faces and scoring its answers."""

from pathlib import Path

from data import LABELS
from networks import build, config_from_dict
import numpy as np
import torch

MEAN, STD = 129.0, 65.0  # of the training pixels, 0..255, rounded


def to_input(faces: np.ndarray) -> torch.Tensor:
    """Turn uint8 faces [N, S, S] into the network's input, float32 [N, 1, S, S]."""
    tensor = torch.from_numpy(faces).unsqueeze(1).to(torch.float32)
    return tensor.sub_(MEAN).div_(STD).contiguous(memory_format=torch.channels_last)


def load_network(path: Path) -> tuple:
    """Return (the averaged network in evaluation mode, the checkpoint) of a run."""
    state = torch.load(path, map_location='cpu', weights_only=True)
    network = build(config_from_dict(state['network_config']))
    network.load_state_dict(state['ema'])
    return network.eval().to(memory_format=torch.channels_last), state


def predict(network: torch.nn.Module, faces: np.ndarray, batch: int = 128,
            bf16: bool = False) -> np.ndarray:
    """Return logits float32 [N, 8] for uint8 faces, in evaluation mode, full precision or bf16."""
    training = network.training
    network.eval()
    with torch.inference_mode(), torch.autocast('cpu', torch.bfloat16, enabled=bf16):
        parts = [network(to_input(faces[i:i + batch])).float().numpy()
                 for i in range(0, len(faces), batch)]
    network.train(training)
    return np.concatenate(parts)


def infer(model: Path, inputs: np.ndarray, batch: int = 64) -> np.ndarray:
    """Return an exported model's logits [N, 8] for float32 inputs [N, 1, S, S], on one thread."""
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(model), options, providers=['CPUExecutionProvider'])
    parts = [session.run(['logits'], {'faces': inputs[i:i + batch]})[0]
             for i in range(0, len(inputs), batch)]
    return np.concatenate(parts)


def evaluate(logits: np.ndarray, labels: np.ndarray) -> dict:
    """Return accuracy and macro recall of the faces whose label is not -1."""
    kept = labels >= 0
    hit, labels = logits[kept].argmax(1) == labels[kept], labels[kept]
    recalls = [float(hit[labels == c].mean()) for c in range(len(LABELS)) if (labels == c).any()]
    return {'accuracy': float(hit.mean()), 'macro_recall': float(np.mean(recalls))}
