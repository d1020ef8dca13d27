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
"""Every network that can be trained here, by name."""

from typing import Dict, Union

from architectures import CONFIGS as EXPRESSION_CONFIGS, NetworkConfig
from face_backbone import BackboneConfig, FaceBackbone
from network import ExpressionNet

Config = Union[NetworkConfig, BackboneConfig]
CONFIGS: Dict[str, Config] = {**EXPRESSION_CONFIGS, 'face-backbone': BackboneConfig()}


def build(config: Config) -> Union[ExpressionNet, FaceBackbone]:
    """Return a new network, with random weights."""
    return FaceBackbone(config) if isinstance(config, BackboneConfig) else ExpressionNet(config)


def config_from_dict(values: dict) -> Config:
    """Build the configuration that a checkpoint describes."""
    return BackboneConfig(**values) if 'view_size' in values else NetworkConfig.from_dict(values)
