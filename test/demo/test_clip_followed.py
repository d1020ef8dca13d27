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

"""The whole pipeline on the embedded clip: faces found, told apart and followed."""

from collections import Counter, defaultdict

from fer_ros.core.assets import model_path
from fer_ros.core.boxes import iou
from fer_ros.core.model_metadata import ModelError
from fer_ros.core.pipeline import build_pipeline, PipelineOptions
from fer_ros.core.types import Frame
from fer_ros.demo.clip import EmbeddedClip
import pytest


@pytest.fixture(scope='module')
def followed():
    """Return, for each frame of the clip at 10 Hz, [(true face, Face or None)] and all faces."""
    try:
        models = model_path('expression.onnx'), model_path('face_detector.onnx')
    except ModelError as error:
        pytest.skip(str(error))
    pipeline = build_pipeline(*models, PipelineOptions())
    clip = EmbeddedClip(rate=10.0)
    result = []
    for index, (pixels, seconds) in enumerate(clip):
        faces = pipeline.process(Frame(pixels), 1.0 + seconds).faces
        pairs = []
        for truth in clip.truth(index):
            if truth.visible > 0.6:
                best = max(faces, key=lambda face: iou(truth.box, face.box), default=None)
                close = best is not None and iou(truth.box, best.box) > 0.4
                pairs.append((truth, best if close else None))
        result.append((pairs, faces))
    return result


def test_visible_faces_are_found(followed):
    found = [face is not None for pairs, _ in followed for _, face in pairs]
    # Each needs a second look before it counts; nearly all others are there.
    assert len(found) > 150
    assert sum(found) / len(found) > 0.93


def test_people_keep_their_ids_while_they_cross(followed):
    ids = defaultdict(Counter)
    for pairs, _ in followed:
        for truth, face in pairs:
            if face is not None:
                ids[truth.identity][face.id] += 1
    assert set(ids) == {'collins', 'hopper', 'collins_mirrored'}
    for name in ('collins', 'hopper'):
        assert len(ids[name]) == 1, ids[name]
    # Hidden behind somebody for longer than a track lives: a new one afterwards.
    assert len(ids['collins_mirrored']) <= 2
    owners = Counter(track for counts in ids.values() for track in counts)
    assert max(owners.values()) == 1


def test_nobody_is_seen_in_an_empty_room(followed):
    for pairs, faces in followed[:8] + followed[-2:]:
        assert not pairs
        assert not [face for face in faces if face.observed]


def test_the_smiling_are_happy_and_the_calm_are_not(followed):
    labels = defaultdict(Counter)
    for pairs, _ in followed:
        for truth, face in pairs:
            if face is not None:
                labels[truth.identity][face.label] += 1
    for name in ('collins', 'collins_mirrored'):
        assert labels[name]['happy'] > 0.9 * labels[name].total()
    assert labels['hopper']['happy'] < 0.2 * labels['hopper'].total()


@pytest.mark.parametrize('rate', [5.0, 15.0, 30.0])
def test_three_people_are_three_ids_at_every_rate(rate):
    pipeline = build_pipeline()
    ids = {
        face.id for pixels, seconds in EmbeddedClip(rate=rate)
        for face in pipeline.process(Frame(pixels), 1.0 + seconds).faces}
    assert len(ids) == 3
