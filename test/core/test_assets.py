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


"""Models are found in a checkout, in an install prefix, or where a variable says."""

from __future__ import annotations

from pathlib import Path

from fer_ros.core import assets
from fer_ros.core.assets import model_path
from fer_ros.core.metadata_values import ModelError
import pytest


@pytest.mark.parametrize('module, models', [
    ('fer_ros/core/assets.py', 'models'),                                       # a checkout
    ('lib/python3.12/site-packages/fer_ros/core/assets.py', 'share/fer_ros/models'),  # colcon
    ('local/lib/python3.10/dist-packages/fer_ros/core/assets.py', 'share/fer_ros/models'),
])
def test_models_are_found_from_the_package(tmp_path, monkeypatch, module, models):
    monkeypatch.delenv(assets.VARIABLE, raising=False)
    monkeypatch.setattr(assets, '__file__', str(tmp_path / module))
    (tmp_path / models).mkdir(parents=True)
    (tmp_path / models / 'some.onnx').touch()
    assert model_path('some.onnx') == (tmp_path / models / 'some.onnx').resolve()


def test_the_variable_comes_first_and_alone(tmp_path, monkeypatch):
    monkeypatch.setenv(assets.VARIABLE, str(tmp_path))
    with pytest.raises(ModelError) as error:
        model_path('expression.onnx')
    assert all(word in str(error.value) for word in (
        'expression.onnx', str(tmp_path), assets.VARIABLE))
    (tmp_path / 'expression.onnx').touch()
    assert model_path('expression.onnx') == tmp_path / 'expression.onnx'


def test_a_missing_model_is_named_with_a_remedy(monkeypatch):
    monkeypatch.delenv(assets.VARIABLE, raising=False)
    with pytest.raises(ModelError) as error:
        model_path('nothing.onnx')
    root = Path(assets.__file__).resolve().parents[2]
    assert all(word in str(error.value) for word in ('nothing.onnx', str(root), assets.VARIABLE))
