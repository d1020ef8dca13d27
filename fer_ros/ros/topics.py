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

"""The node's topics and services in words, for the reference page."""

from __future__ import annotations

from fer_ros.core.camera import ASSUMED_VIEW
from fer_ros.core.head import FACE_WIDTH
from fer_ros.stream.face_roster import ALIVE, HEARTBEAT

#: The list of faces that REP-155 has, and where the nodes agree about it.
TRACKED = '/humans/faces/tracked'
BY_NODE = f'{TRACKED}_by_node'

#: Topics: name, type, what it carries and when.
SUBSCRIBED = (
    ('image', 'sensor_msgs/msg/Image',
     'The camera, where `image_transport` is `raw`. Depth 1: only the latest frame counts. '
     'Subscribed only while active.'),
    ('image/compressed', 'sensor_msgs/msg/CompressedImage',
     'The camera, where `image_transport` is `compressed`: `/compressed` is added to whatever '
     '`image` is remapped to. JPEG or PNG.'),
    ('camera_info', 'sensor_msgs/msg/CameraInfo',
     'Beside the image: of `/camera/image_raw` it is `/camera/camera_info`. Subscribed only while '
     'somebody needs it: `~/markers`, or poses of heads. Without it they are those of a camera '
     f'that sees `head_pose.field_of_view` ({ASSUMED_VIEW:g} degrees) from left to right, and the '
     'log says so once. Of an image called `image_rect…` the matrix P counts, of others K and D.'),
    ('/tf', 'tf2_msgs/msg/TFMessage',
     'The latest transforms, where `attention.target_frame` names a frame; subscribed only while '
     'attention is told.'),
    ('/tf_static', 'tf2_msgs/msg/TFMessage', 'Likewise.'),
    (TRACKED, 'hri_msgs/msg/IdsList',
     'Ids that other programs publish there: they are taken up into the list of all faces, for '
     f'{ALIVE:g} seconds from the last list that has them.'),
    (BY_NODE, 'hri_msgs/msg/IdsList',
     'What the other nodes `fer` say of their own faces.'),
    ('bond', 'bond/msg/Status',
     "Heartbeats of a lifecycle manager that bonds with the node, as Nav2's does. Only where bond "
     'is installed, `autostart` is off and the node is active.'),
)
PUBLISHED = (
    ('~/expression', 'vision_msgs/msg/Detection2DArray',
     'One message for each processed image, also when nobody is there, with the header of the '
     'image. Faces come largest first; two of about the same size keep the order they had. `id` '
     "is the track's and is never reused; `bbox` is in pixels of the received image; "
     '`results[0]` is the shown label, after smoothing, hysteresis and `min_confidence`: '
     '`unsure` with score 0 where the node is unsure. The (other) eight labels follow, falling '
     'by score; the eight scores sum to 1.'),
    ('~/image_annotated', 'sensor_msgs/msg/Image',
     'The picture with the layers that the parameters `annotated.…` name, bgr8, with the header '
     'of the image. The time in its corner is from the start of decoding to the faces. Only '
     'while somebody subscribes.'),
    ('~/image_annotated/compressed', 'sensor_msgs/msg/CompressedImage',
     'The same as JPEG. Only while somebody subscribes.'),
    ('~/markers', 'visualization_msgs/msg/MarkerArray',
     "For rviz: a frame and a text for each face, in the colour of its label, in the image's "
     'frame_id, which must be an optical one (x right, y down, z ahead). Its distance is that of '
     f'the head where the pose is known, else rough: that at which a face {FACE_WIDTH:g} m wide '
     'fills its box. With `annotated.gaze`, an arrow where the head points, in the colour of the '
     'level of attention. Only while somebody subscribes.'),
    ('~/annotations', 'foxglove_msgs/msg/ImageAnnotations',
     'For Foxglove: boxes, labels and arrows where heads point (`annotated.boxes`, '
     '`annotated.labels`, `annotated.gaze`) that lie over the raw image. Only where foxglove_msgs '
     'is installed, and while somebody subscribes.'),
    ('/tf', 'tf2_msgs/msg/TFMessage',
     'For each head whose pose is known `face_<id>` (x out of the face, z up) and `gaze_<id>` (z '
     "out of the face, y down), at the sellion, in the image's frame_id (REP-155). Where "
     '`head_frames` is true; while somebody subscribes, or always where `landmarks` is on.'),
    ('~/faces/<id>/attention', 'hri_msgs/msg/EngagementLevel',
     'Whether the person attends to the camera, or to `attention.target_frame`: unknown (0), '
     'disengaged (1), engaging (2), engaged (3) or disengaging (4). In ROS4HRI this level belongs '
     'to a person, whom this node does not know. Only while somebody subscribes, and not where '
     '`cues` is off.'),
    ('~/faces/<id>/speech', 'std_msgs/msg/Float32',
     'Probability that the person speaks, by the movement of the mouth, 0 to 1; nothing while '
     'the mouth is not seen. Likewise.'),
    ('/diagnostics', 'diagnostic_msgs/msg/DiagnosticArray',
     'Once a second by the wall clock, in every lifecycle state.'),
    ('bond', 'bond/msg/Status',
     'Heartbeats for that manager, ten per second from its first one on.'),
    (TRACKED, 'hri_msgs/msg/IdsList',
     'Ids of the faces tracked now (REP-155), by all nodes together: for each image that this '
     'node has processed, and when it changes. Of several nodes, one publishes it for all.'),
    (BY_NODE, 'hri_msgs/msg/IdsList',
     'Beside the list, for the other nodes: the key under which this one takes part, those of '
     'the nodes that it hears, then its own faces. When one of them changes, and every '
     f'{HEARTBEAT:g} seconds.'),
    ('/humans/faces/<id>/roi', 'hri_msgs/msg/NormalizedRegionOfInterest2D',
     "Box of the face, 0 to 1 of the picture's width and height, cut at its edges."),
    ('/humans/faces/<id>/expression', 'hri_msgs/msg/Expression',
     'The shown label, or the most probable one that hri_msgs knows where it lacks the word '
     '(contempt); `unsure` with confidence 0 when unsure. Its probability as confidence; '
     'valence and arousal.'),
    ('/humans/faces/<id>/landmarks', 'hri_msgs/msg/FacialLandmarks',
     "Seventy points, 0 to 1 of the picture's width and height, each with a confidence, which is "
     '0 outside the picture, and low on the far side of the head. Only while somebody '
     'subscribes, and not where `landmarks` is off.'),
    ('/humans/faces/<id>/facs', 'hri_msgs/msg/FacialActionUnits',
     'Intensity (0 to 1) and confidence of the action units that the shape of a face gives: 25, '
     '26, 43, 45 and 51 to 58; all others have confidence 0. Only while somebody subscribes, and '
     'not where `cues` is off.'),
    ('/humans/faces/<id>/cropped', 'sensor_msgs/msg/Image',
     'The face, bgr8, zero-padded, as large as `humans.faces.width` and `humans.faces.height` '
     'say. Only while somebody subscribes.'),
    ('/humans/faces/<id>/aligned', 'sensor_msgs/msg/Image',
     'The face with its eyes level, bgr8, of the same size. Only while somebody subscribes.'),
)

#: Services that the node offers beside those of every managed node: name, type, what it does.
SERVICES = (
    ('~/enable', 'std_srvs/srv/SetBool',
     'Sets the parameter `enabled`. false: the camera is not subscribed to, nobody is tracked any '
     'more, and the state of the lifecycle stays what it is; true: as before, with new ids. '
     'Answers success also while the node is not active; the message says so then.'),
)
