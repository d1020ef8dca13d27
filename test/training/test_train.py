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
"""Training resumes exactly, and its schedules are what they are called."""

import numpy as np
import pytest

torch = pytest.importorskip('torch')
pytest.importorskip('cv2')
pytest.importorskip('tqdm')
from augment import Augment, AugmentConfig  # noqa: E402,I100 after the skips
from calibration import softmax  # noqa: E402
from data import Split  # noqa: E402
from inference import evaluate, load_network, predict  # noqa: E402
from recipe import learning_rate, repeat_factors, TrainConfig  # noqa: E402
from trainer import Trainer  # noqa: E402

TINY = TrainConfig(config='small', epochs=2, batch=8, warmup_epochs=1.0, plain_epochs=0.5)


@pytest.fixture(scope='module')
def split():
    """Return 24 made-up faces whose brightness pattern depends on their label."""
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    votes = np.zeros((24, 10), int)
    votes[np.arange(24), np.arange(24) % 8] = 10
    faces = rng.integers(0, 256, (24, 48, 48)).astype(np.uint8)
    return Split(faces, votes, np.arange(24))


def test_resume_equals_uninterrupted(split, tmp_path):
    whole = Trainer(TINY, split, split)
    whole.run_epoch()
    whole.save(tmp_path / 'half.pt')
    expected = whole.run_epoch()
    resumed = Trainer(TINY, split, split)
    resumed.load(tmp_path / 'half.pt')
    line = resumed.run_epoch()
    assert (line['epoch'], line['loss']) == (2, expected['loss'])
    for ours, theirs in ((resumed.network, whole.network),
                         (resumed.ema.network, whole.ema.network)):
        for name, value in theirs.state_dict().items():
            torch.testing.assert_close(ours.state_dict()[name], value, rtol=0, atol=0, msg=name)


def test_checkpoint_holds_the_averaged_network(split, tmp_path):
    trainer = Trainer(TINY, split, split)
    trainer.run_epoch()
    trainer.save(tmp_path / 'last.pt')
    network, state = load_network(tmp_path / 'last.pt')
    assert state['epoch'] == 1 and not network.training
    for name, value in trainer.ema.network.state_dict().items():
        torch.testing.assert_close(network.state_dict()[name], value, rtol=0, atol=0)


def test_other_settings_do_not_resume(split, tmp_path):
    Trainer(TINY, split, split).save(tmp_path / 'last.pt')
    other = Trainer(TrainConfig(**{**TINY.__dict__, 'seed': 2}), split, split)
    with pytest.raises(ValueError, match='same settings'):
        other.load(tmp_path / 'last.pt')


def test_another_number_of_epochs_resumes_and_is_remembered(split, tmp_path):
    Trainer(TINY, split, split).save(tmp_path / 'last.pt')
    longer = Trainer(TrainConfig(**{**TINY.__dict__, 'epochs': 5}), split, split)
    longer.load(tmp_path / 'last.pt')
    longer.save(tmp_path / 'next.pt')
    assert load_network(tmp_path / 'next.pt')[1]['plans'] == [(0, 2)]


def test_a_run_starts_as_another(split, tmp_path):
    first = Trainer(TINY, split, split)
    first.run_epoch()
    first.save(tmp_path / 'last.pt')
    second = Trainer(TINY, split, split, start=tmp_path / 'last.pt')
    for name, value in first.ema.network.state_dict().items():
        torch.testing.assert_close(second.network.state_dict()[name], value, rtol=0, atol=0)


def test_a_pupil_learns_its_teachers_answers(split, tmp_path):
    teacher = Trainer(TINY, split, split)
    teacher.run_epoch()
    teacher.save(tmp_path / 'last.pt')
    config = TrainConfig(**{**TINY.__dict__, 'teacher_share': 0.25, 'views': 2})
    made = {'teachers': [tmp_path / 'last.pt'], 'pool': tmp_path / 'pool.npz'}
    pupil = Trainer(config, split, split, **made)
    assert pupil.pool.faces.shape == (2, 24, 48, 48)
    # The answers are those to the augmented views, up to the rounding of bfloat16.
    view = pupil.pool.faces[1]
    answers = sum(softmax(predict(teacher.ema.network, np.ascontiguousarray(v)))
                  for v in (view, view[:, :, ::-1])) / 2
    np.testing.assert_allclose(pupil.pool.answers[1], answers, atol=0.02)
    settings = AugmentConfig(cutout=0.0)
    faces, targets = pupil._draw(
        np.array([3, 5]), Augment(settings, np.random.default_rng(0)), np.random.default_rng(1))
    assert faces.shape == (2, 1, 48, 48)
    np.testing.assert_allclose(targets.sum(1), 1.0, atol=1e-5)
    for row, label in zip(targets.numpy(), (3, 5)):
        assert row[label] >= 0.75 and row.min() > 0
    again = Trainer(config, split, split, **made)
    np.testing.assert_array_equal(again.pool.answers, pupil.pool.answers)
    with pytest.raises(ValueError, match='pool.npz'):
        Trainer(TrainConfig(**{**config.__dict__, 'views': 3}), split, split, **made)
    pupil.run_epoch()
    pupil.save(tmp_path / 'pupil.pt')
    assert load_network(tmp_path / 'pupil.pt')[1]['teachers'][0]['train_config']['seed'] == 1


def test_without_views_teachers_are_asked_about_the_faces_themselves(split, tmp_path):
    teacher = Trainer(TINY, split, split)
    teacher.run_epoch()
    teacher.save(tmp_path / 'last.pt')
    config = TrainConfig(**{**TINY.__dict__, 'teacher_share': 0.5, 'views': 0})
    pupil = Trainer(config, split, split, [tmp_path / 'last.pt'])
    np.testing.assert_allclose(pupil.targets.sum(1), 1.0, atol=1e-5)
    votes = teacher.targets
    assert (pupil.targets[votes == 1.0] >= 0.5).all() and (pupil.targets[votes == 0.0] > 0).all()


@pytest.mark.parametrize('progress, share', [
    (0.025, 0.5),   # half of the warm-up
    (0.05, 1.0),    # its end
    (0.525, 0.5),   # half of the cosine
    (1.0, 0.0),     # the end
])
def test_learning_rate(progress, share):
    config = TrainConfig(epochs=40, warmup_epochs=2.0, learning_rate=0.01)
    assert learning_rate(config, progress) == pytest.approx(0.01 * share, abs=1e-9)


def test_rare_expressions_come_more_often():
    targets = np.eye(8, dtype=np.float32)[np.array([0] * 98 + [1, 2])]
    weights = np.ones(100, np.float32)
    weights[99] = 0.0
    factors = repeat_factors(targets, weights, threshold=0.04)
    assert factors[0] == 1.0                                # common: as it is
    assert factors[98] == pytest.approx(np.sqrt(0.04 * 99))  # rare: repeated
    assert factors[99] == 0.0                               # not a face: never


def test_evaluate_leaves_out_faces_without_label():
    logits = np.eye(8)[[0, 0, 1, 5]]
    scores = evaluate(logits, np.array([0, 0, 0, -1]))
    assert scores == {'accuracy': pytest.approx(2 / 3), 'macro_recall': pytest.approx(2 / 3)}
