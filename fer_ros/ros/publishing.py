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

"""What the node publishes of a processed image; in the worker's thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fer_ros.core.alignment import align
from fer_ros.core.camera import Camera
from fer_ros.core.pipeline import FacePipeline
from fer_ros.core.track_ids import TrackIds
from fer_ros.core.upright_crop import crop, pad
from fer_ros.ros import qos
from fer_ros.ros.camera_info import CameraInfoWatch
from fer_ros.ros.cues import CuePublisher
from fer_ros.ros.head_frames import HeadFramePublisher, TransformsMissing
from fer_ros.ros.overlays import AnnotationPublisher, MarkerPublisher, MessagesMissing
from fer_ros.ros.ros4hri import Ros4HriPublisher, Ros4HriUnavailable
from fer_ros.ros.target_frame import TargetFrameWatch
from fer_ros.stream import images, messages
from fer_ros.stream.parameters import always_landmarks, shown_layers
from fer_ros.stream.stream_result import StreamResult
from sensor_msgs.msg import CompressedImage, Image
from vision_msgs.msg import Detection2DArray


class ResultPublisher:
    """
    Publish the results of one node.

    :param node: lifecycle node that owns the publishers.
    :param pipeline: whose crop geometry the aligned pictures of faces have.
    :param values: the node's parameters, by name; with `publish_pictures` off, nothing that could
        carry a picture is made.
    :param ids: names the faces.
    :raises Ros4HriUnavailable: `ros4hri` is on and hri_msgs is not installed.
    """

    def __init__(
            self, node, pipeline: FacePipeline, values: Mapping[str, Any], ids: TrackIds):
        ros4hri, pictures = values['ros4hri'], values['publish_pictures']
        self._node = node
        self._geometry = pipeline.geometry
        self._expression = self._create(Detection2DArray, '~/expression', 10)
        self._annotated = self._annotated_jpeg = None
        if pictures:
            self._annotated = self._create(Image, '~/image_annotated', 1)
            self._annotated_jpeg = self._create(
                CompressedImage, '~/image_annotated/compressed', 1)
        self._head_frames: HeadFramePublisher | None = None
        if values['head_frames'] and values['landmarks'] != 'off':
            try:
                self._head_frames = HeadFramePublisher(node)
            except TransformsMissing as error:
                node.get_logger().info(str(error), once=True)
        self._camera_info = CameraInfoWatch(node, self._camera_needed)
        told = values['cues'] != 'off' and pipeline.landmarker is not None
        self._cues = CuePublisher(node) if told else None
        self._target = TargetFrameWatch(node, self._attention_needed)
        self._overlays = self._make_overlays()
        self._ros4hri: Ros4HriPublisher | None = None
        if ros4hri == 'off':
            return
        try:
            self._ros4hri = Ros4HriPublisher(
                node, values['landmarks'] != 'off', told,
                {'cropped': self._cropped, 'aligned': self._aligned} if pictures else {}, ids)
        except Ros4HriUnavailable as error:
            if ros4hri == 'on':
                self.destroy()
                raise
            node.get_logger().info(f'ROS4HRI topics are not published: {error}', once=True)

    @property
    def ros4hri(self) -> bool:
        """Return whether faces are published under /humans, too."""
        return self._ros4hri is not None

    def wants_landmarks(self, values: Mapping[str, Any]) -> bool:
        """
        Return whether somebody needs points on faces or poses of heads.

        :param values: the node's parameters, by name.
        """
        if values['landmarks'] == 'off' or always_landmarks(values):
            return bool(values['landmarks'] != 'off')
        if self._cues is not None and self._cues.wanted:
            return True
        if self._ros4hri is not None and self._ros4hri.landmarks_wanted:
            return True
        if self._head_frames is not None and self._head_frames.wanted:
            return True
        layers = set(shown_layers(values))
        return bool({'mesh', 'gaze', 'attention'} & layers) and any(
            publisher.get_subscription_count()
            for publisher in (self._annotated, self._annotated_jpeg) if publisher is not None
        ) or bool({'gaze', 'attention'} & layers) and any(
            overlay.has_audience() for overlay in self._overlays)

    def needs(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return what `Session.take` is to be told; belongs to the executor's thread."""
        return {'landmarks': self.wants_landmarks(values), 'camera': self.camera,
                'target': self._target.target}

    def camera(self, width: int, height: int) -> Camera:
        """Return the camera for its picture of a size in pixels."""
        return self._camera_info.camera(width, height)

    @property
    def intrinsics(self) -> str:
        """Return where the camera's numbers are from, for people; '' where nobody needs them."""
        return self._camera_info.source

    @property
    def attention_problem(self) -> str:
        """Return why attention cannot be told now, for people, or ''."""
        return self._target.problem

    def publish(self, result: StreamResult, values: Mapping[str, Any]) -> None:
        """
        Publish a processed image: the faces always, pictures where somebody subscribes.

        :param values: the node's parameters, by name.
        """
        header = result.header
        self._expression.publish(messages.detection_array(header, result.faces))
        if self._ros4hri is not None:
            self._ros4hri.publish(result, values)
        if self._head_frames is not None:
            self._head_frames.publish(result)
        if self._cues is not None:
            self._cues.publish(result)
        for overlay in self._overlays:
            overlay.publish(result, shown_layers(values))
        if self._annotated is None or self._annotated_jpeg is None:
            return
        plain = self._annotated.get_subscription_count()
        jpeg = self._annotated_jpeg.get_subscription_count()
        if not plain and not jpeg:
            return
        from fer_ros.viz.draw import draw_faces
        frame, faces = result.decoded()
        pixels = images.to_bgr(frame)
        draw_faces(pixels, faces, shown_layers(values), result.rate,
                   result.stage_seconds.get('total'))
        if plain:
            self._annotated.publish(messages.bgr_image(header, pixels))
        if jpeg:
            self._annotated_jpeg.publish(messages.jpeg_image(
                header, pixels, values['jpeg_quality']))

    def has_audience(self) -> bool:
        """
        Return whether somebody subscribes to what would be published of an image.

        /tf does not count: on a robot somebody always does.
        """
        publishers = filter(None, (self._expression, self._annotated, self._annotated_jpeg))
        return (any(publisher.get_subscription_count() for publisher in publishers)
                or any(overlay.has_audience() for overlay in self._overlays)
                or self._cues is not None and self._cues.wanted
                or self._ros4hri is not None and self._ros4hri.has_audience())

    def withdraw(self) -> None:
        """Say that nobody is there any more; no image may be published at the same time."""
        if self._ros4hri is not None:
            self._ros4hri.clear()
        if self._cues is not None:
            self._cues.clear()
        for overlay in self._overlays:
            overlay.clear()

    def follow(self) -> None:
        """Subscribe to what the answers need, or no more; in the executor's thread."""
        self._camera_info.follow()
        self._target.follow()

    def destroy(self) -> None:
        """Destroy every publisher; no image may be published at the same time."""
        if self._ros4hri is not None:
            self._ros4hri.destroy()
        if self._head_frames is not None:
            self._head_frames.destroy()
        self._camera_info.destroy()
        self._target.destroy()
        if self._cues is not None:
            self._cues.clear()
        for overlay in self._overlays:
            overlay.destroy()
        for publisher in filter(
                None, (self._expression, self._annotated, self._annotated_jpeg)):
            self._node.destroy_lifecycle_publisher(publisher)

    def _make_overlays(self) -> list[AnnotationPublisher | MarkerPublisher]:
        """Return what draws faces in other programs, as far as its messages are installed."""
        overlays: list[AnnotationPublisher | MarkerPublisher] = []
        makers: tuple[Callable[[], AnnotationPublisher | MarkerPublisher], ...] = (
            lambda: MarkerPublisher(self._node, self.camera),
            lambda: AnnotationPublisher(self._node))
        for make in makers:
            try:
                overlays.append(make())
            except MessagesMissing as error:
                self._node.get_logger().info(str(error))
        return overlays

    def _camera_needed(self) -> bool:
        return self.wants_landmarks(self._node.parameter_values) or any(
            overlay.wanted for overlay in self._overlays if isinstance(overlay, MarkerPublisher))

    def _attention_needed(self) -> bool:
        values = self._node.parameter_values
        return self._cues is not None and (
            self._cues.attention_wanted or always_landmarks(values)
            or 'attention' in shown_layers(values) and self.wants_landmarks(values))

    def _create(self, kind: type, topic: str, depth: int) -> Any:
        return self._node.create_lifecycle_publisher(
            kind, topic, qos.output_qos(depth), qos_overriding_options=qos.output_overrides())

    def _cropped(self, frame, face, width: int, height: int):
        """Return the face's box, scaled, centred and zero-padded: uint8 bgr (height, width, 3)."""
        return crop(frame, face.box, width, height)

    def _aligned(self, frame, face, width: int, height: int):
        """Return the face with its eyes level, framed as the classifier sees it, zero-padded."""
        square = align(
            frame, face.box, face.landmarks, self._geometry, min(width, height), color='bgr')
        return pad(square, width, height)
