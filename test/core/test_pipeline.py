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
The way of one frame, with the real models.

Where a test is about faces that come, move and go, a script takes the place of the detector:
no picture makes a real one miss a face at a chosen moment. All else is the real thing.
"""

from __future__ import annotations

import math
from pathlib import Path
import re

import cv2
import fer_ros
from fer_ros.core.affect import valence_arousal
from fer_ros.core.assets import model_path
from fer_ros.core.classifier import ExpressionClassifier
from fer_ros.core.detector import DetectorOptions
from fer_ros.core.face_network import DEFAULT_CROP
from fer_ros.core.onnx_model import OnnxModel
from fer_ros.core.pipeline import build_pipeline, FacePipeline, PipelineOptions, STAGES
from fer_ros.core.smoothing import SmoothingOptions
from fer_ros.core.tracker import TrackerOptions
from fer_ros.core.types import Box, Detection, Frame, LABELS, UNSURE
from fer_ros.demo.stills import load_stills
import numpy as np
import pytest

EPOCH = 1.7e9


class Script:
    """Stand in for a detector: give the detections of a list of scenes, one per frame."""

    family = 'blazeface'
    default_crop = DEFAULT_CROP

    def __init__(self, *scenes):
        self.scenes = list(scenes)
        self.options = None

    def detect(self, frame, known=()):
        """Return the next scene."""
        return self.scenes.pop(0)

    detect_still = detect


class Counted(ExpressionClassifier):
    """The real classifier, remembering how many faces each batch had."""

    def __init__(self, model):
        super().__init__(model)
        self.batches = []

    def classify(self, crops):
        """Classify, and note the size of the batch."""
        self.batches.append(len(crops))
        return super().classify(crops)


def face(x, y=160.0, size=100.0, score=0.9):
    """Return a detection centred at (x, y)."""
    landmarks = np.array([[-.2, -.1], [.2, -.1], [0, .1], [0, .3]]) * size + (x, y)
    return Detection(
        Box(x - size / 2, y - size / 2, size, size), score, landmarks.astype(np.float32))


def noise(seed):
    """Return a picture of soft noise: every place of every picture looks different."""
    coarse = np.random.default_rng(seed).integers(0, 256, (24, 32, 3), np.uint8)
    return Frame(np.ascontiguousarray(coarse.repeat(15, 0).repeat(15, 1)))


@pytest.fixture(scope='module')
def classifier():
    return Counted(OnnxModel(model_path('expression.onnx')))


@pytest.fixture(scope='module')
def portraits():
    """Return frames by name, each with the face of an embedded still where `face(100)` is."""
    frames = {}
    for name, still in load_stills().items():
        x, y, width, height = (round(value) for value in still.box)
        part = still.pixels[y - height // 4:y + height * 5 // 4, x - width // 4:x + width * 5 // 4]
        pixels = np.full((360, 480, 3), 128, np.uint8)
        pixels[85:235, 25:175] = cv2.resize(part, (150, 150), interpolation=cv2.INTER_AREA)
        frames[name] = Frame(pixels)
    return frames


@pytest.fixture
def scripted(classifier):
    """Return a function that makes a pipeline whose detector follows the given scenes."""
    def make(*scenes, **options):
        classifier.batches.clear()
        options = PipelineOptions(**{'detection_interval': 0.0, **options})
        return FacePipeline(Script(*scenes), classifier, options)
    return make


def play(pipeline, stamps):
    """Process one frame per stamp and return the faces of each."""
    return [result.faces for result in results(pipeline, stamps)]


def results(pipeline, stamps):
    """Process one frame per stamp and return the result of each."""
    return [pipeline.process(drawn(index, pipeline.detector.scenes[0]), EPOCH + stamp)
            for index, stamp in enumerate(stamps)]


def drawn(seed, scene):
    """Return noise with the same person, a little different each time, where the scene says."""
    pixels = noise(seed).pixels
    for each in scene:
        left, top, width, height = (round(value) for value in each.box)
        part = pixels[top:top + height, left:left + width]
        person = cv2.resize(noise(99).pixels[:90, :90], (width, height))
        part[:] = cv2.addWeighted(person, 0.85, part, 0.15, 0.0)
    return Frame(pixels)


def test_faces_come_confirmed_and_largest_first(scripted):
    scene = [face(100, size=60, score=.99), face(240, size=110, score=.7), face(390, size=90)]
    first, second = play(scripted(scene, scene), (0.0, 0.03))
    assert first == ()
    assert [each.box for each in second] == [scene[1].box, scene[2].box, scene[0].box]
    assert [each.score for each in second] == [.7, .9, .99]
    assert len({each.id for each in second}) == 3


def test_a_face_is_consistent_in_itself(scripted):
    scene = [face(100), face(300)]
    _, *frames = play(scripted(*[scene] * 6), np.arange(6) / 30)
    for each in (each for faces in frames for each in faces):
        probabilities = each.expression.probabilities
        assert re.fullmatch('f[a-z]{5}', each.id)
        assert probabilities.shape == (8,)
        assert probabilities.sum() == pytest.approx(1.0, abs=1e-6)
        assert each.confidence == probabilities[LABELS.index(each.label)]
        expected = [float(value) for value in valence_arousal(probabilities)]
        assert [each.valence, each.arousal] == pytest.approx(expected)
        assert each.landmarks.shape == (4, 2) and each.landmarks.dtype == np.float32
        assert type(each.valence) is type(each.arousal) is type(each.confidence) is float
        assert each.observed and each.raw is not None


def test_only_what_is_seen_and_confirmed_is_classified(scripted, classifier):
    one, two = [face(100)], [face(100), face(300)]
    play(scripted(one, two, two, one, [], two), np.arange(6) / 30)
    assert classifier.batches == [0, 1, 2, 1, 0, 2]


def test_a_face_not_seen_stays_where_expected_with_its_last_expression(scripted):
    moving = [[face(100 + 6 * step)] for step in range(20)]
    stamps = [*np.arange(22) / 30, 0.78, 0.86]
    frames = play(scripted(*moving, [], [], [], []), stamps)
    seen, = frames[19]
    for faces in frames[20:23]:
        lost, = faces
        assert (lost.id, lost.observed, lost.raw) == (seen.id, False, None)
        assert lost.expression is seen.expression
        assert (lost.label, lost.confidence) == (seen.label, seen.confidence)
        assert lost.box.x > seen.box.x and lost.landmarks[0, 0] > seen.landmarks[0, 0]
        seen = lost
    assert frames[23] == ()  # 0.23 s after it was last seen


@pytest.mark.parametrize('jump, resets', [
    (-100.0, 1),  # a recording starts over
    (0.0, 1),     # a stamp twice
    (60.0, 0),    # a pause: nothing to report, and nobody was missed
])
def test_time_jumps(scripted, jump, resets):
    pipeline = scripted(*[[face(100)]] * 6)
    before, = play(pipeline, (0.0, 0.1, 0.2))[-1]
    later = 0.2 + jump
    pauses = results(pipeline, (later, later + 0.1))
    assert (pauses[0].faces == ()) == bool(resets)
    after, = pauses[bool(resets)].faces
    assert sum(result.reset for result in pauses) == resets
    assert (after.id != before.id) == bool(resets)
    # The filter started anew as well.
    assert after.expression.probabilities == pytest.approx(after.raw.probabilities)
    assert before.expression.probabilities != pytest.approx(before.raw.probabilities)


def test_after_a_pause_somebody_else_is_somebody_else(scripted, portraits):
    pipeline = scripted(*[[face(100)]] * 5)
    stamps = [EPOCH, EPOCH + 0.1, EPOCH + 0.2, EPOCH + 60.2, EPOCH + 60.3]
    frames = [portraits['collins']] * 3 + [portraits['hopper']] * 2
    *_, (before,), first, (after,) = (
        pipeline.process(frame, stamp).faces for frame, stamp in zip(frames, stamps))
    assert first == () and after.id != before.id
    assert after.expression.probabilities != pytest.approx(before.expression.probabilities)


def test_where_faces_were_in_frames_of_another_size_is_nobody(scripted):
    pipeline = scripted(*[[face(400.0)]] * 4, [], [])
    *_, (shown,) = play(pipeline, [0.0, 0.05, 0.1, 0.15])
    # Still expected in a frame of the same size, and not in a smaller one.
    same, = pipeline.process(noise(5), EPOCH + 0.2).faces
    smaller = pipeline.process(
        Frame(np.ascontiguousarray(noise(6).pixels[::2, ::2])), EPOCH + 0.25)
    assert same.id == shown.id and not same.observed and not smaller.faces


@pytest.mark.parametrize('order', [('collins', 'hopper'), ('hopper', 'collins')])
@pytest.mark.parametrize('rate', [5.0, 10.0, 30.0])
def test_a_hard_cut_shows_somebody_else(scripted, portraits, order, rate):
    pipeline = scripted(*[[face(100)]] * 12)
    frames = [portraits[name] for name in order for _ in range(6)]
    shown = [pipeline.process(frame, EPOCH + index / rate).faces
             for index, frame in enumerate(frames)]
    (before,), (after,) = shown[5], shown[11]
    assert after.id != before.id
    # Nobody is shown with what belongs to another: not even for the time of a blink.
    for faces in shown[6:]:
        assert before.id not in {each.id for each in faces}
    (first,), = [faces for faces in shown[6:8] if faces]
    # It is answered from its own crop, not from what the other person looked like.
    assert first.expression.probabilities == pytest.approx(first.raw.probabilities)


def test_reset_starts_over_without_counting(scripted):
    pipeline = scripted(*[[face(100)]] * 4)
    before, = play(pipeline, (0.0, 0.1))[-1]
    pipeline.reset()
    first, second = results(pipeline, (0.05, 0.1))
    after, = second.faces
    assert first.faces == () and not first.reset and not second.reset
    assert after.id != before.id


@pytest.mark.parametrize('stamp', [math.nan, math.inf])
def test_a_stamp_is_a_time(scripted, stamp):
    with pytest.raises(ValueError, match='stamp .* finite'):
        scripted([]).process(noise(0), stamp)


def test_unsure_blanks_the_label_alone(scripted):
    tracker = TrackerOptions(confirm_hits=1)
    (sure,), = play(scripted([face(100)], tracker=tracker), [0.0])
    (unsure,), = play(scripted([face(100)], tracker=tracker, min_confidence=1.0), [0.0])
    assert (sure.label, unsure.label) == (sure.expression.label, UNSURE)
    assert unsure.confidence == 0.0 and unsure.ranking[0] == (UNSURE, 0.0)
    assert unsure.ranking[1:] == sure.ranking == sure.expression.ranking
    assert (unsure.expression.probabilities == sure.expression.probabilities).all()


def test_options_may_change_between_frames(scripted):
    pipeline = scripted(*[[face(100)]] * 5)
    smoothed, = play(pipeline, (0.0, 0.03, 0.06))[-1]
    assert smoothed.expression.probabilities != pytest.approx(smoothed.raw.probabilities)
    pipeline.options = PipelineOptions(
        detector=DetectorOptions(max_faces=3),
        smoothing=SmoothingOptions(time_constant=0.0), min_confidence=1.0)
    plain, = pipeline.process(drawn(9, [face(100)]), EPOCH + 0.09).faces
    assert plain.id == smoothed.id and plain.label == UNSURE
    assert plain.expression.probabilities == pytest.approx(plain.raw.probabilities)
    assert pipeline.detector.options.max_faces == 3


@pytest.mark.parametrize('change, words', [
    ({'min_confidence': 1.5}, ('min_confidence', '1.5', '0', '1')),      # no probability
    ({'min_confidence': math.nan}, ('min_confidence', 'nan')),           # not a number
    ({'tracker': None}, ('tracker', 'None', 'TrackerOptions')),          # left out
    ({'smoothing': 0.3}, ('smoothing', '0.3', 'SmoothingOptions')),      # a number for all
    ({'detector': TrackerOptions()}, ('detector', 'DetectorOptions')),   # mixed up
])
def test_options_are_checked(change, words):
    with pytest.raises(ValueError) as error:
        PipelineOptions(**change)
    assert all(word in str(error.value) for word in ('PipelineOptions', *words))


def test_a_refused_assignment_changes_nothing(scripted):
    pipeline = scripted()
    before = pipeline.options
    with pytest.raises(ValueError, match='PipelineOptions'):
        pipeline.options = {'min_confidence': 0.5}
    assert pipeline.options is before


def test_every_stage_is_timed(scripted):
    pipeline = scripted([face(100)], [face(100)])
    for result in (pipeline.process(noise(0), EPOCH), pipeline.process_still(noise(0))):
        seconds = dict(result.stage_seconds)
        total = seconds.pop('total')
        assert tuple(seconds) == STAGES
        assert min(seconds.values()) >= 0.0 and sum(seconds.values()) <= total


def test_a_still_is_answered_at_once_and_leaves_the_stream_alone(scripted):
    pair = [face(100, size=60), face(300)]
    pipeline = scripted([face(100)], [face(100)], pair, [face(100)])
    (before,) = play(pipeline, (0.0, 0.1))[-1]
    still = pipeline.process_still(noise(7)).faces
    assert [each.box for each in still] == [pair[1].box, pair[0].box]
    assert before.id not in {each.id for each in still} and len({each.id for each in still}) == 2
    for each in still:
        assert each.observed and each.label == each.expression.label
        assert each.expression.probabilities == pytest.approx(each.raw.probabilities)
    (after,) = play(pipeline, (0.2,))[0]
    assert after.id == before.id


def test_a_frame_that_fails_does_not_spoil_the_next(scripted, monkeypatch):
    pipeline = scripted([face(100)], [face(100)], [], [face(100)])

    def fail(crops):
        raise MemoryError('no room for the batch')

    pipeline.process(drawn(0, [face(100)]), EPOCH)
    with monkeypatch.context() as broken:
        broken.setattr(pipeline.classifier, 'classify', fail)
        with pytest.raises(MemoryError):
            pipeline.process(drawn(1, [face(100)]), EPOCH + 0.03)
    # Confirmed by then, but never classified: nothing can be said about it yet.
    assert pipeline.process(drawn(2, [face(100)]), EPOCH + 0.06).faces == ()
    assert len(pipeline.process(drawn(3, [face(100)]), EPOCH + 0.09).faces) == 1


@pytest.fixture
def real():
    return build_pipeline(model_path('expression.onnx'), model_path('face_detector.onnx'))


@pytest.fixture(scope='module')
def group():
    """Return one picture of two people: Eileen Collins at the left, Grace Hopper, larger."""
    assets = Path(fer_ros.__file__).parent / 'demo' / 'assets'
    left, right = (cv2.imread(str(assets / name)) for name in ('collins.jpg', 'hopper.jpg'))
    return np.hstack([left, right[:len(left)]])


def test_two_people_are_found_and_told_apart(real, group):
    faces = ()
    seen = set()
    for step in range(6):
        # The camera pans: the picture moves by 12 pixels per frame.
        view = np.roll(group, 12 * step, axis=1)
        faces = real.process(Frame(view), EPOCH + step / 30).faces
        seen |= {each.id for each in faces}
    hopper, collins = faces
    assert seen == {hopper.id, collins.id}
    # The middles of the faces as people.json has them, 60 pixels further by now.
    assert hopper.box.center == pytest.approx((512 + 265 + 60, 240), abs=25)
    assert collins.box.center == pytest.approx((223 + 60, 128), abs=25)
    assert collins.label == 'happy' and collins.valence > 0.3
    assert all(each.observed and each.score > 0.6 for each in faces)


def at_edge(name, share):
    """Return a frame with a still's face, of which so much lies beyond the left edge."""
    still = load_stills()[name]
    zoom = 120 / still.box.height
    u, v = still.box.center
    move = np.array([
        [zoom, 0.0, still.box.width * zoom * (0.5 - share) - zoom * u],
        [0.0, zoom, 180 - zoom * v]])
    return Frame(cv2.warpAffine(
        still.pixels, move, (640, 360), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE))


@pytest.mark.parametrize('order', [('collins', 'hopper'), ('hopper', 'collins')])
@pytest.mark.parametrize('share', [0.0, 0.1, 0.25, 0.35])
def test_a_hard_cut_at_the_edge_shows_somebody_else(real, order, share):
    shown = []
    for index, name in enumerate(name for name in order for _ in range(8)):
        shown.append(real.process(at_edge(name, share), EPOCH + index / 30).faces)
    (before,), (after,) = shown[7], shown[15]
    assert after.id != before.id
    assert before.id not in {each.id for faces in shown[8:] for each in faces}


def beside(left, right, apart):
    """Return a frame of two stills, their faces so many heights apart."""
    frames = []
    for name, middle in ((left, 320 - 60 * apart), (right, 320 + 60 * apart)):
        still = load_stills()[name]
        zoom = 120 / still.box.height
        u, v = still.box.center
        frames.append(cv2.warpAffine(
            still.pixels, np.array([[zoom, 0, middle - zoom * u], [0, zoom, 180 - zoom * v]]),
            (640, 360), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE))
    return Frame(np.hstack([frames[0][:, :320], frames[1][:, 320:]]))


@pytest.mark.parametrize('apart', [0.85, 1.0, 1.4])
def test_two_who_come_where_another_left_are_both_there_at_once(real, apart):
    wall = Frame(np.full((360, 640, 3), 128, np.uint8))
    frames = [at_edge('collins', -1.5)] * 10 + [wall] * 3
    frames += [beside('hopper', 'collins', apart)] * 6
    shown = [real.process(frame, EPOCH + index / 10).faces for index, frame in enumerate(frames)]
    (before,), after = shown[9], shown[-1]
    assert len(after) == 2
    # The left one comes about where she was who left, and is somebody else.
    left = min(after, key=lambda each: each.box.x)
    assert left.id != before.id


@pytest.mark.parametrize('rate', [10.0, 30.0])
@pytest.mark.parametrize('name', ['collins', 'hopper'])
def test_who_walks_out_and_in_again_keeps_the_id(real, name, rate):
    # One width of the face to either side of the edge, out and back, 1.5 widths a second.
    away = [min(index / rate * 1.5, 3.0 - index / rate * 1.5) for index in range(int(2 * rate))]
    ids = {
        each.id for index, share in enumerate(away)
        for each in real.process(at_edge(name, share - 0.5), EPOCH + index / rate).faces}
    assert len(ids) == 1


@pytest.mark.parametrize('color, code', [
    ('rgb', cv2.COLOR_BGR2RGB),    # most cameras
    ('gray', cv2.COLOR_BGR2GRAY),  # infrared and industrial ones
])
def test_the_colour_order_matters_little(group, color, code):
    tracker = TrackerOptions(confirm_hits=1)
    answers = []
    for frame in (Frame(group), Frame(cv2.cvtColor(group, code), color)):
        pipeline = build_pipeline(
            model_path('expression.onnx'), model_path('face_detector.onnx'),
            PipelineOptions(tracker=tracker))
        answers.append(pipeline.process(frame, EPOCH).faces)
    for bgr, other in zip(*answers):
        assert other.box.center == pytest.approx(bgr.box.center, abs=5.0)
        assert other.label == bgr.label
    assert len(answers[0]) == len(answers[1]) == 2


def test_people_gone_coast_and_then_leave(real, group):
    for step in range(3):
        before = real.process(Frame(group), EPOCH + step / 30).faces
    wall = Frame(np.full_like(group, 90))
    gone = real.process(wall, EPOCH + 0.2).faces
    assert [each.id for each in gone] == [each.id for each in before]
    assert not any(each.observed for each in gone)
    assert real.process(wall, EPOCH + 0.7).faces == ()


def test_there_is_no_face_in_noise(real):
    for index in range(3):
        assert real.process(noise(index), EPOCH + index / 30).faces == ()
