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

"""The running node: each parameter acts on the outputs that the reference names, and no other."""

from __future__ import annotations

from collections import defaultdict
from itertools import count
from math import inf
import re
import time

from fer_ros.demo.clip import EmbeddedClip
from fer_ros.ros import camera_diagnostics, diagnostics
from fer_ros.ros.frame_counts import EVENTS, Window
from fer_ros.ros.parameter_effects import OUTPUTS, outputs_of
from fer_ros.ros.system_load import SystemLoad
from fer_ros.ros.topics import PUBLISHED
from fer_ros.stream.parameters import TABLE
import numpy as np
import pytest
from rcl_interfaces.srv import SetParametersAtomically
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter
from rclpy.qos import qos_profile_sensor_data, QoSProfile
from sensor_msgs.msg import Image
from support import FerProcess, image_message, PATIENCE, ROOT, stamp_of

pytest.importorskip('hri_msgs')
pytest.importorskip('foxglove_msgs')

RATE = 15.0
CLIP = EmbeddedClip((320, 240), RATE, acted=True)
BLANK = np.zeros((240, 320, 3), np.uint8)

#: Somebody is missed for two frames, begins to look surprised, is away for a while and comes
#: back; a second person enters.
VISIT = [*map(CLIP.frame, range(33, 37)), *[BLANK] * 2, *map(CLIP.frame, range(37, 51)),
         *[BLANK] * 9, *map(CLIP.frame, range(51, 60))]

LARGE = [np.zeros((960, 1280, 3), np.uint8)] * 2

#: Else no two visits would be alike: a picture has the ids and the time that it took.
STEADY = {'annotated.labels': False, 'annotated.rate': False, 'load_shedding': False}

#: A value of each parameter with which the visit looks different.
CHANGED = {
    'rotate': 180, 'max_rate': 5.0, 'detector.long_side': 64, 'detector.score_threshold': 0.95,
    'detector.iou_threshold': 1.0, 'detector.min_size': 60, 'detector.max_faces': 1,
    'detection_interval': 0.0, 'tracker.presence_grace': 0.0, 'tracker.memory': 0.0,
    'tracker.start_score': 1.0, 'tracker.confirm_hits': 4, 'smoothing.time_constant': 2.0,
    'smoothing.hysteresis': 0.0, 'smoothing.dwell': 0.0, 'min_confidence': 0.9,
    'annotated.boxes': False, 'annotated.labels': True, 'annotated.bars': False,
    'annotated.affect': False, 'annotated.rate': True, 'jpeg_quality': 20,
    'humans.faces.width': 96, 'humans.faces.height': 96,
    'max_yaw': 1.0, 'head_pose.field_of_view': 100.0, 'annotated.mesh': True,
    'annotated.gaze': False}

#: With these no image is processed any more.
SILENCING = {'enabled': False, 'image_transport': 'compressed', 'image_reliability': 'reliable',
             'max_megapixels': 1}

#: Tests that show the effect of what cannot be changed while the node runs, or needs more than a
#: visit; those without a folder are in test/ros.
ELSEWHERE = {
    'autostart': 'test_lifecycle.py', 'autostart_retry': 'test_lifecycle.py',
    'lazy': 'test_duty.py', 'landmarks': 'test_landmarks.py',
    'landmark_model': 'test_landmarks.py', 'head_frames': 'test_landmarks.py',
    'landmark_interval': 'core/test_heads.py', 'head_pose.time_constant': 'core/test_head_pose.py',
    'cues': 'test_cues.py', 'attention.cone': 'test_cues.py',
    'attention.engage_time': 'test_cues.py', 'attention.target_frame': 'test_cues.py',
    **{f'attention.{name}': 'core/test_attention.py' for name in (
        'hysteresis', 'glance_time', 'disengage_time', 'memory', 'min_confidence')},
    'annotated.attention': 'viz/test_draw.py', 'smoothing.speech': 'core/test_smoothing.py',
    'id_seed': 'test_tracked_list.py', 'expression_model': 'test_truth.py',
    'detector_model': 'test_contributing.py', 'threads': 'test_lifecycle.py',
    'providers': 'test_start_faults.py', 'ros4hri': 'test_lifecycle.py',
    'publish_pictures': 'test_pictures_off.py', 'load_shedding': 'test_load_shedding_node.py',
    'max_lateness': 'test_time.py'}

#: Outputs that do not answer each image; those of heads have tests of their own.
NOT_EVERY_FRAME = ('/diagnostics', '/tf', '/humans/faces/<id>/landmarks',
                   '/humans/faces/<id>/facs', '~/faces/<id>/attention', '~/faces/<id>/speech')
HEARD = [name for name in OUTPUTS if name not in NOT_EVERY_FRAME]

#: Seconds for which an answer is awaited that need not come.
MOMENT = 0.1


class Visitor:
    """
    A camera and everybody who hears the node; two visits of the same frames sound alike.

    Ids are letters in the order in which they come. The executor's thread is the test's, so that
    subscriptions to faces that have gone can be destroyed.
    """

    def __init__(self):
        self._context = rclpy.Context()
        rclpy.init(context=self._context)
        self._node = rclpy.create_node('visitor', context=self._context)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)
        self._heard = defaultdict(list)
        self._faces = {}
        self._kinds = {name: self._class_of(kind) for name, kind, _ in PUBLISHED}
        for name in HEARD:
            if '<id>' not in name:
                self._listen(name, name.replace('~', '/fer'))
        self._camera = self._node.create_publisher(Image, '/image', qos_profile_sensor_data)
        self._parameters = self._node.create_client(
            SetParametersAtomically, '/fer/set_parameters_atomically')
        self._start = 10 ** 6
        self.until(lambda: self._camera.get_subscription_count(), 'the node')
        self.meet()

    def close(self):
        self._executor.shutdown()
        self._node.destroy_node()
        rclpy.try_shutdown(context=self._context)

    def until(self, condition, what, seconds=PATIENCE):
        give_up = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > give_up:
                assert what is None, f'waited in vain for {what}'
                return False
            self._executor.spin_once(timeout_sec=0.02)
        return True

    def set(self, **values):  # noqa: A003
        """Set parameters, with two underlines for a point."""
        request = SetParametersAtomically.Request(parameters=[
            Parameter(name, value=value).to_parameter_msg()
            for name, value in values.items()])
        future = self._parameters.call_async(request)
        self.until(future.done, 'the parameters')
        assert future.result().result.successful, future.result().result.reason

    def meet(self):
        """Send pictures until one is answered on every topic: both ends know each other."""
        numbers = count(1)

        def answered():
            self._send(BLANK, next(numbers))
            return self.until(self._on_all_topics, None, 0.1)
        self._start -= 1000
        self._heard.clear()
        self.until(answered, 'an answer on every topic')
        # What else was sent meanwhile is answered, too.
        while any(self._heard.values()):
            self._heard.clear()
            self.until(lambda: False, None, 0.5)

    def _on_all_topics(self):
        return all(self._heard[name] for name in HEARD
                   if '<id>' not in name)

    def visit(self, frames, patience=None):
        """
        Return what is said of some frames, by topic, as lists of texts.

        :param patience: seconds for an answer that need not come; None: all must.
        """
        # The camera's images are best effort, and who has just subscribed to a face may miss the
        # next one: a visit in which something was lost is repeated.
        give_up = time.monotonic() + 2 * PATIENCE
        while time.monotonic() < give_up:
            said = self._visit(frames, patience)
            if said is not None:
                return said
        raise AssertionError('something was lost in each visit')

    def _visit(self, frames, patience):
        self._start -= 1000
        # Time starts over: nobody is there any more. What is said of that is not counted.
        self._heard.clear()
        self._send(BLANK, 0)
        seconds = patience or PATIENCE / 6
        complete = self.until(self._on_all_topics, None, seconds) or patience
        self._heard.clear()
        since = {}
        for number, pixels in enumerate(frames, 1):
            if not complete:
                break
            stamp = self._send(pixels, number)
            there = self.until(lambda: self._answer(stamp), None, seconds)  # noqa: B023
            if there:
                for name in self._ids(stamp) - since.keys():
                    since[name] = number
                    self._follow(name)
            complete = there or patience
            if not complete:
                print(f'nobody answered frame {number}')
        complete = complete and self.until(lambda: self._complete(since), None, 5.0)
        said = self._normalised(since) if complete else None
        for subscriptions in self._faces.values():
            for one in subscriptions:
                self._node.destroy_subscription(one)
        self._faces.clear()
        return said

    def _send(self, pixels, number):
        message = image_message(pixels, stamp=self._start + number / RATE)
        self._camera.publish(message)
        return stamp_of(message)

    def _answer(self, stamp):
        return all(any(stamp_of(one) == stamp for one in self._heard[name][-2:])
                   for name in ('~/expression', '/humans/faces/tracked'))

    def _ids(self, stamp):
        return set(next(one for one in self._heard['/humans/faces/tracked']
                        if stamp_of(one) == stamp).ids)

    def _follow(self, face):
        """Hear all of a face from its next frame on."""
        subscriptions = self._faces[face] = [
            self._listen(name, name.replace('<id>', face)) for name in HEARD if '<id>' in name]
        self.until(lambda: all(one.get_publisher_count() for one in subscriptions),
                   f'the topics of {face}')

    def _complete(self, since):
        """Tell whether everything came: of each answer, and of each face after its first."""
        heard = self._heard
        answers = len(heard['~/expression'])
        if any(len(heard[name]) < answers for name in HEARD
               if '<id>' not in name):
            return False
        for message in heard['/humans/faces/tracked']:
            for face in message.ids:
                if self._number(stamp_of(message)) > since.get(face, inf) and not all(any(
                        stamp_of(one) == stamp_of(message)
                        for one in heard[name.replace('<id>', face)])
                        for name in HEARD if '<id>' in name):
                    return False
        return True

    def _number(self, stamp):
        return round((stamp[0] - self._start + stamp[1] * 1e-9) * RATE)

    def _normalised(self, since):
        letters = {face: chr(97 + place) for place, face in enumerate(since)}
        said = {}
        for name in HEARD:
            if '<id>' not in name:
                said[name] = [self._text(one, letters) for one in self._heard[name]]
                continue
            said[name] = [
                (letter, number, self._text(one, letters)) for face, letter in letters.items()
                for one in self._heard[name.replace('<id>', face)]
                if (number := self._number(stamp_of(one))) > since[face]]
        return said

    @staticmethod
    def _text(message, letters):
        if hasattr(message, 'data'):
            return bytes(message.data)
        text = re.sub(r'sec=\d+, nanosec=\d+', '', str(message))
        for face, letter in letters.items():
            text = text.replace(face, letter)
        return text

    def _listen(self, name, topic):
        # A face's topics by their own names, the others by those of the reference.
        key = topic if '<id>' in name else name
        return self._node.create_subscription(
            self._kinds[name], topic, lambda message: self._heard[key].append(message),
            QoSProfile(depth=100))

    @staticmethod
    def _class_of(kind):
        package, _, name = kind.partition('/msg/')
        return getattr(__import__(f'{package}.msg', fromlist=[name]), name)


@pytest.fixture(scope='module')
def room():
    """Return a visitor of the running node, and what a visit and large pictures sound like."""
    node = FerProcess()
    visitor = None
    try:
        visitor = Visitor()
        visitor.set(**STEADY)
        usual = visitor.visit(VISIT)
        assert visitor.visit(VISIT) == usual
        assert len(usual['~/expression']) == len(VISIT) and all(
            usual[name] for name in HEARD)
        yield visitor, usual
    finally:
        if visitor is not None:
            visitor.close()
        node.close()


def test_every_parameter_is_tried_here_or_elsewhere():
    known = {*CHANGED, *SILENCING, *ELSEWHERE, *REPORTED}
    assert known == {spec.name for spec in TABLE}
    for name, file in ELSEWHERE.items():
        word = name.rpartition('.')[2]
        text = (ROOT / 'test' / ('' if '/' in file else 'ros') / file).read_text()
        assert re.search(rf'\b{word}\b', text), (name, file)


@pytest.mark.parametrize('name', CHANGED)
def test_parameter_acts_on_the_outputs_of_its_row(room, name):
    visitor, usual = room
    visitor.set(**{name: CHANGED[name]})
    try:
        said = visitor.visit(VISIT, MOMENT if name == 'max_rate' else None)
    finally:
        default = next(spec.default for spec in TABLE if spec.name == name)
        visitor.set(**{name: STEADY.get(name, default)})
    different = {topic for topic in said if said[topic] != usual[topic]}
    assert different == set(outputs_of(name)) & set(HEARD)


@pytest.mark.parametrize('name', SILENCING)
def test_without_images_nothing_is_said_anywhere(room, name):
    visitor, _ = room
    frames = LARGE if name == 'max_megapixels' else VISIT[:2]
    assert len(visitor.visit(frames)['~/expression']) == len(frames)
    visitor.set(**{name: SILENCING[name]})
    try:
        said = visitor.visit(frames, MOMENT)
        assert not any(said.values())
        assert outputs_of(name) == OUTPUTS
    finally:
        visitor.set(**{name: next(spec.default for spec in TABLE if spec.name == name)})
        visitor.meet()


VIEW = camera_diagnostics.CameraView('image', 'Image', 'raw', 'reliable', active=True, silence=0.5)
NODE = diagnostics.NodeView('/fer', 'active')


def camera(defaults, silence=0.5, age=0.2, **events):
    window = Window(seconds=1.0, age=age)
    window.events.update({'received': 10, 'processed': 10, **events})
    view = camera_diagnostics.CameraView(
        'image', 'Image', 'raw', 'reliable', active=True, silence=silence)
    return camera_diagnostics.camera(view, window, dict.fromkeys(EVENTS, 0), defaults)


def inference(defaults):
    window = Window(seconds=1.0)
    window.events.update({'received': 10, 'processed': 9, 'dropped': 1})
    return diagnostics.inference(NODE, window, dict.fromkeys(EVENTS, 0), defaults)


def host(defaults):
    return diagnostics.host(SystemLoad(2, 50.0, 50.0, 100.0, 5, 50.0), defaults)


#: Parameters that act on /diagnostics alone: a value that changes what a report says, and it.
REPORTED = {
    'diagnostics.no_image_warn': (0.3, camera),
    'diagnostics.no_image_error': (1.0, lambda values: camera(values, silence=2.0)),
    'diagnostics.min_rate': (20.0, camera),
    'diagnostics.max_loss_share': (0.9, lambda values: camera(values, lost=5)),
    'diagnostics.max_age': (0.1, camera),
    'diagnostics.stale_age': (2.0, lambda values: camera(values, age=3.0)),
    'diagnostics.max_future': (1.0, lambda values: camera(values, age=-0.5)),
    'diagnostics.max_drop_share': (0.05, inference),
    'diagnostics.max_cpu': (40.0, host),
    'diagnostics.max_temperature': (40.0, host)}


@pytest.mark.parametrize('name', REPORTED)
def test_parameter_of_the_diagnostics_changes_a_report(name):
    defaults = {spec.name: spec.default for spec in TABLE}
    value, report = REPORTED[name]
    assert report({**defaults, name: value}).level != report(defaults).level
    assert outputs_of(name) == ('/diagnostics',)


def test_parameters_of_the_diagnostics_change_no_other_output(room):
    visitor, usual = room
    defaults = {spec.name: spec.default for spec in TABLE}
    values = {name: value for name, (value, _) in REPORTED.items()}
    visitor.set(**values)
    try:
        assert visitor.visit(VISIT) == usual
    finally:
        visitor.set(**{name: defaults[name] for name in values})
