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

"""The animated picture of README appears whole or not at all."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
import resource

from fer_ros.boundary import OutputError
import numpy as np
import pytest

SCRIPT = Path(__file__).parents[1] / 'scripts' / 'make_animation.py'

PICTURES = [np.full((90, 120, 3), value, np.uint8) for value in (10, 120, 240)]


@pytest.fixture(scope='module')
def animation():
    """Return the script as a module."""
    pytest.importorskip('PIL')
    spec = spec_from_file_location('make_animation', SCRIPT)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_animation_has_all_pictures(animation, tmp_path):
    from PIL import Image
    path = tmp_path / 'a.webp'
    animation.write(PICTURES, path)
    with Image.open(path) as written:
        assert written.n_frames == 3 and written.size == animation.SIZE
    assert [each.name for each in tmp_path.iterdir()] == ['a.webp']


def test_an_earlier_one_survives_a_full_disk(animation, tmp_path):
    path = tmp_path / 'a.webp'
    path.write_bytes(b'an earlier one')
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(OutputError, match='a.webp cannot be written'):
            animation.write(PICTURES, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert path.read_bytes() == b'an earlier one'
    assert [each.name for each in tmp_path.iterdir()] == ['a.webp']
