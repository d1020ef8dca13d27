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
Each script runs with some dozen faces, in the environment of training/requirements.txt alone.

That is .venv-train, as `make train-setup` makes it; FER_TRAINING_PYTHON names another interpreter.
"""

import csv
import os
from pathlib import Path
import shutil
import subprocess
import tarfile

import cv2
from fer_ros import ExpressionRecognizer
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = Path(os.environ.get('FER_TRAINING_PYTHON', ROOT / '.venv-train' / 'bin' / 'python'))
EXPRESSIONS = (
    'neutral', 'happiness', 'surprise', 'sadness', 'anger', 'disgust', 'fear', 'contempt')
PORTRAITS = ('collins.jpg', 'hopper.jpg')

pytestmark = [
    pytest.mark.slow, pytest.mark.timeout(1200),
    pytest.mark.skipif(not PYTHON.exists(), reason='make train-setup makes the environment')]


#: Expressions of the pictures, as numbers of EXPRESSIONS: most are read off the portraits.
LABELS = (1, 0, 1, 0, 1, 0, 2, 3, 1, 0, 1, 0, 4, 5, 6, 7)


def portrait_of(label, number):
    """Return which portrait shows an expression: the first smiles, the second does not."""
    return {1: 0, 0: 1}.get(label, number % 2)


def write_ferplus(folder, faces):
    """Write two splits with six faces of each expression, as FER+ has them."""
    folder.mkdir()
    for split, first in (('train', 0), ('valid', 28638)):
        labels = [label for label in range(8) for _ in range(6)]
        sheet = np.zeros((48, 48 * 128), np.uint8)
        with open(folder / f'{split}.csv', 'w', newline='') as table:
            rows = csv.writer(table)
            rows.writerow(['image_id', *EXPRESSIONS, 'unknown', 'NF'])
            for number, label in enumerate(labels):
                rows.writerow([first + number, *(9 * (one == label) for one in range(8)), 0, 1])
                own = faces[portrait_of(label, number)]
                sheet[:, 48 * number:48 * (number + 1)] = own[number % len(own)]
        assert cv2.imwrite(str(folder / f'{split}.png'), sheet)


def write_table(path, head, rows):
    with open(path, 'w', newline='') as table:
        csv.writer(table).writerows([head, *rows])


@pytest.fixture(scope='module')
def checkout(tmp_path_factory):
    """Return a copy of the checkout with data of two portraits beside it."""
    folder = tmp_path_factory.mktemp('training')
    checkout, shared = folder / 'checkout', folder / 'shared' / 'data'
    listed = subprocess.run(
        ['git', 'ls-files', '-z', '-c', '-o', '--exclude-standard', 'fer_ros', 'models',
         'training', 'docs'], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split('\0')):
        if (ROOT / name).is_file():
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, checkout / name)
    shared.mkdir(parents=True)
    portraits = [cv2.imread(str(ROOT / 'fer_ros/demo/assets' / name)) for name in PORTRAITS]
    generator = np.random.default_rng(1)
    faces = [[np.clip(cv2.resize(cv2.cvtColor(one, cv2.COLOR_BGR2GRAY), (48, 48))
                      + generator.normal(0, 8, (48, 48)), 0, 255).astype(np.uint8)
              for _ in range(5)] for one in portraits]
    write_ferplus(shared / 'ferplus', faces)
    for name in ('photos', 'boxes', 'rafdb'):
        (shared / name).mkdir()
    written = []
    for number in range(48):
        name, label = f'{number:05}.jpg', LABELS[number % len(LABELS)]
        picture = portraits[portrait_of(label, number)]
        cv2.imwrite(str(shared / 'photos' / name), np.clip(
            picture + generator.normal(0, 12, picture.shape), 0, 255).astype(np.uint8))
        written.append((name, EXPRESSIONS[label]))
    write_table(shared / 'photos/image_labels.csv', ['image_filename', 'emotion'], written)
    write_table(shared / 'rafdb/train.csv', ['image_filename', 'emotion'], written)
    with tarfile.open(shared / 'rafdb/train.tar', 'w') as archive:
        for name, _ in written:
            archive.add(shared / 'photos' / name, name)
    box = ExpressionRecognizer().recognize(portraits[0]).faces[0].box
    cv2.imwrite(str(shared / 'boxes/masked.png'), portraits[0])
    write_table(shared / 'boxes/boxes.csv',
                ['image_filename', 'kind', 'xmin', 'ymin', 'xmax', 'ymax'],
                [('masked.png', 'with_mask', box.x, box.y, box.x + box.width,
                  box.y + box.height)])
    return checkout


def train(name, *arguments):
    return ('train.py', '--out', f'runs/{name}', '--epochs', '1', '--warmup-epochs', '0.2',
            '--batch', '16', '--validate-every', '1', *arguments)


#: In their order: later ones need what earlier ones write.
STEPS = {
    'train quick': train('quick', '--config', 'quick', '--mask', '0.2', '--glasses', '0.2',
                         '--side-light', '0.2', '--logit-adjustment', '0.3'),
    'train medium': train('medium', '--config', 'medium'),
    'train from teachers': train(
        'fast', '--config', 'fast', '--teachers', 'runs/medium/last.pt', '--teacher-share', '0.5',
        '--views', '1'),
    'grow': train('balanced', '--config', 'balanced', '--start', 'runs/fast/last.pt'),
    'resume': train('quick', '--config', 'quick', '--mask', '0.2', '--glasses', '0.2',
                    '--side-light', '0.2', '--logit-adjustment', '0.3', '--resume'),
    'prune': ('prune.py', 'runs/balanced/last.pt', '1', 'runs/pruned/last.pt'),
    'average': ('average.py', 'runs/pruned/last.pt', 'runs/pruned/last.pt', 'runs/mean/last.pt'),
    'world': ('world.py', 'runs/world.npz'),
    'world, masked': ('world.py', 'runs/world.npz', '--masked', 'models/expression.onnx'),
    'rafdb': ('rafdb.py', '../shared/data/rafdb', 'runs/rafdb.npz'),
    'rafdb, photographs': ('rafdb.py', '../shared/data/rafdb', 'runs/rafdb_tenth'),
    'train with rafdb': train('research', '--config', 'pruned', '--start', 'runs/mean/last.pt',
                              '--rafdb', 'runs/rafdb.npz', '--rafdb-copies', '1'),
    'export': ('export.py', 'runs/mean', '--out', 'runs/model.onnx'),
    'restore': ('restore.py', 'models/expression.onnx', 'runs/restored/last.pt'),
    'quantize': ('quantize.py', 'runs/mean', '--faces', '16'),
    'recalibrate': ('recalibrate.py', 'models/expression.onnx'),
    'report': ('report.py',),
    'plot': ('plot.py', '--out', 'runs'),
    'cost': ('cost.py', '--repeats', '1'),
    'measure_crops': ('measure_crops.py', '--faces', '4', '--out', 'runs/crops.json'),
    'check_crops': ('check_crops.py', '--faces', '8', '--sides', '128'),
    'check_detector': ('check_detector.py', '--count', '1', '--long-sides', '192'),
    'set_crop': ('set_crop.py',),
    # What they need comes from registries; their --help has loaded all that they import.
    'convert_face_detector': ('convert_face_detector.py', '--help'),
    'convert_yunet': ('convert_yunet.py', '--help'),
    'peers': ('peers.py', '--help'),
}


def test_no_script_is_left_out():
    scripts = {path.name for path in (ROOT / 'training').glob('*.py')
               if "__name__ == '__main__'" in path.read_text()}
    assert scripts == {script for script, *_ in STEPS.values()}


@pytest.mark.parametrize('step', STEPS)
def test_script_runs_in_its_own_environment(checkout, step):
    script, *arguments = STEPS[step]
    kept = {name: os.environ[name] for name in ('HOME', 'PATH', 'LANG') if name in os.environ}
    done = subprocess.run(
        [PYTHON, f'training/{script}', *arguments], cwd=checkout, capture_output=True, text=True,
        env={**kept, 'OMP_NUM_THREADS': '1'}, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
