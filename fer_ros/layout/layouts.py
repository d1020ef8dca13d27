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

"""Layouts of Foxglove, rviz and rqt for a node in a namespace."""

from __future__ import annotations

import json
import re
from typing import Any

from fer_ros.core.display import COLOURS
from fer_ros.core.text import shown
from fer_ros.core.types import LABELS
from fer_ros.layout.qt_state import docks, geometry
import yaml

#: The topic of the images where nothing else is said: that of most drivers.
IMAGE = '/camera/image_raw'

#: Frame of the camera where nothing else is said: that of most drivers.
FRAME = 'camera_optical_frame'

#: Name of the node where nothing else is said.
NAME = 'fer'

#: The plugin of this package, as rqt names it: plugin.xml has the second part; and that of
#: rqt_reconfigure.
PLUGIN, RECONFIGURE = 'fer_ros/FerPlugin', 'rqt_reconfigure/Param'

# Each part is matched in one way only: else a long name that is none takes for ever.
_NAME = re.compile(r'(/[A-Za-z_][A-Za-z0-9_]*)+')

#: What tf2 takes as a frame, without spaces, which no driver gives it.
_FRAME = re.compile(r'[^/\s][^\s]{0,254}')


class LayoutError(ValueError):
    """A name cannot be one in ROS, or a frame none in tf; the message says which."""


def foxglove_layout(namespace: str = '', image: str = IMAGE, name: str = NAME) -> dict[str, Any]:
    """
    Return a layout for Foxglove, to be imported as JSON.

    Boxes, labels and arrows of `~/annotations` lie over the raw image; below it are the faces in
    space, beside it the eight probabilities of the largest face over time, the shown label,
    diagnostics and the message.

    :param namespace: of the node, with or without a slash; '' for none.
    :param image: topic of the images.
    :param name: of the node.
    :raises LayoutError: one of them is no name.
    """
    node = _node(namespace, name)
    image = _absolute(image, 'image topic')
    expression = f'{node}/expression'
    largest = f'{expression}.detections[0].results'
    plots = [_path(f'{largest}[:]{{hypothesis.class_id=="{label}"}}.hypothesis.score', label,
                   showLine=True, color='#{:02x}{:02x}{:02x}'.format(*COLOURS[label]))
             for label in LABELS]
    panels = {
        'Image!fer': {
            # Not synchronised: the picture is also shown where no annotations come.
            'synchronize': False, 'imageMode': {
                'imageTopic': image, 'synchronize': False,
                'annotations': {f'{node}/annotations': {'visible': True}}}},
        # The frames of heads, and arrows where they point, before the camera.
        '3D!fer': {'followMode': 'follow-pose', 'scene': {},
                   'topics': {f'{node}/markers': {'visible': True}}},
        'DiagnosticSummary!fer': {
            'minLevel': 0, 'pinnedIds': [], 'topicToRender': '/diagnostics',
            'hardwareIdFilter': '', 'sortByLevel': True},
        'Plot!fer': {
            'title': 'Expression of the largest face', 'paths': plots, 'minYValue': 0,
            'maxYValue': 1, 'showXAxisLabels': True, 'showYAxisLabels': True, 'showLegend': True,
            'legendDisplay': 'left', 'showPlotValuesInLegend': True, 'isSynced': True,
            'xAxisVal': 'timestamp', 'sidebarDimension': 160, 'followingViewWidth': 20},
        'StateTransitions!fer': {
            'isSynced': True, 'paths': [
                _path(f'{largest}[0].hypothesis.class_id', 'shown label, largest face')]},
        'RawMessages!fer': {
            'topicPath': expression, 'diffEnabled': False, 'diffMethod': 'previous message',
            'diffTopicPath': '', 'showFullMessageForDiff': False}}
    return {
        'configById': panels, 'globalVariables': {}, 'userNodes': {},
        'playbackConfig': {'speed': 1}, 'layout': _split(
            'row', 55,
            _split('column', 50, 'Image!fer',
                   _split('column', 65, '3D!fer', 'DiagnosticSummary!fer')),
            _split('column', 45, 'Plot!fer',
                   _split('column', 30, 'StateTransitions!fer', 'RawMessages!fer')))}


def rviz_layout(namespace: str = '', image: str = IMAGE, frame: str = FRAME,
                name: str = NAME) -> dict[str, Any]:
    """
    Return a configuration of rviz: the faces in space, and the annotated picture.

    :param namespace: of the node, with or without a slash; '' for none.
    :param image: not used: rviz shows the annotated picture.
    :param frame: the camera's optical frame, in which the markers are.
    :param name: of the node.
    :raises LayoutError: one of the names is none, or the frame.
    """
    node = _node(namespace, name)
    if not (_FRAME.fullmatch(frame) and frame.isprintable()):
        raise LayoutError(
            f"frame '{shown(frame, 200)}' is none in tf: give the frame_id of the images, 1 to "
            "255 characters without spaces, the first no '/'")
    return {
        'Panels': [
            {'Class': 'rviz_common/Displays', 'Name': 'Displays'},
            {'Class': 'rviz_common/Views', 'Name': 'Views'}],
        'Visualization Manager': {
            'Class': '', 'Displays': [
                {'Class': 'rviz_default_plugins/Grid', 'Name': 'Grid', 'Enabled': True,
                 # The camera looks along z, so the floor of its optical frame is x and z.
                 'Plane': 'XZ', 'Cell Size': 0.5, 'Plane Cell Count': 10,
                 'Offset': {'X': 0, 'Y': 0.5, 'Z': 2}, 'Color': '160; 160; 164', 'Alpha': 0.5},
                {'Class': 'rviz_default_plugins/Axes', 'Name': 'Camera', 'Enabled': True,
                 'Length': 0.2, 'Radius': 0.01, 'Reference Frame': frame},
                {'Class': 'rviz_default_plugins/MarkerArray', 'Name': 'Faces', 'Enabled': True,
                 'Namespaces': {}, 'Topic': _topic(f'{node}/markers', 'Reliable')},
                {'Class': 'rviz_default_plugins/TF', 'Name': 'Heads', 'Enabled': True,
                 'Marker Scale': 0.4, 'Frame Timeout': 1, 'Filter (whitelist)': '^(face|gaze)_'},
                {'Class': 'rviz_default_plugins/Image', 'Name': 'Annotated picture',
                 'Enabled': True, 'Topic': _topic(f'{node}/image_annotated', 'Reliable')}],
            'Enabled': True, 'Name': 'root',
            'Global Options': {'Background Color': '48; 48; 48', 'Fixed Frame': frame,
                               'Frame Rate': 30},
            'Tools': [{'Class': 'rviz_default_plugins/MoveCamera'},
                      {'Class': 'rviz_default_plugins/Select'}],
            'Views': {'Current': {
                # From behind and above the camera. rviz takes z for up, but here up is -y: looking
                # along z, a quarter turn of the yaw sets that right.
                'Class': 'rviz_default_plugins/Orbit', 'Name': 'Current View', 'Distance': 3.0,
                'Focal Point': {'X': 0, 'Y': 0, 'Z': 1}, 'Pitch': -1.2, 'Yaw': 4.712,
                'Target Frame': frame}}},
        'Window Geometry': {
            'Width': 1280, 'Height': 800, 'Annotated picture': {'collapsed': False}}}


def rqt_layout(namespace: str = '', name: str = NAME) -> dict[str, Any]:
    """
    Return a perspective of rqt: the plugin of this package, and beside it rqt_reconfigure.

    Both show the node: the first with its picture, faces and diagnostics, large, the second with
    its parameters. Where rqt_reconfigure is not installed, the first has the window to itself.

    :param namespace: of the node, with or without a slash; '' for none.
    :param name: of the node.
    :raises LayoutError: one of them is no name.
    """
    node = _node(namespace, name)
    plugins: dict[str, dict[str, Any]] = {
        PLUGIN: {'node': node, 'topic': ''}, RECONFIGURE: {'selected_nodes': [node]}}
    width, height = (1000, 500), 850
    widgets = (f'{_instance(PLUGIN)}__FerWidget',
               f'{_instance(RECONFIGURE)}___plugincontainer_top_widget')
    return {
        'keys': {}, 'groups': {
            'mainwindow': {
                'keys': {
                    'geometry': _bytes(geometry(60, 60, sum(width), height)),
                    'state': _bytes(docks(dict(zip(widgets, width)), height))},
                'groups': {}},
            'pluginmanager': {
                'keys': {'running-plugins': _literal({plugin: [1] for plugin in plugins})},
                'groups': {f'plugin__{_instance(plugin)}': {
                    'keys': {}, 'groups': {'plugin': {
                        'keys': {key: _literal(value) for key, value in chosen.items()},
                        'groups': {}}}} for plugin, chosen in plugins.items()}}}}


def foxglove_text(namespace: str = '', image: str = IMAGE, frame: str = FRAME,
                  name: str = NAME) -> str:
    """Return the file to import in Foxglove; parameters as `rviz_layout`."""
    return json.dumps(foxglove_layout(namespace, image, name), indent=2) + '\n'


def rviz_text(namespace: str = '', image: str = IMAGE, frame: str = FRAME,
              name: str = NAME) -> str:
    """Return the file for `rviz2 -d`; parameters as `rviz_layout`."""
    return str(yaml.safe_dump(rviz_layout(namespace, image, frame, name), sort_keys=False))


def rqt_text(namespace: str = '', image: str = IMAGE, frame: str = FRAME,
             name: str = NAME) -> str:
    """Return the file for `rqt --perspective-file`; parameters as `rviz_layout`."""
    return json.dumps(rqt_layout(namespace, name), indent=2) + '\n'


#: Programs: what makes their layout, and the file of it for a node without a namespace.
LAYOUTS = {'foxglove': (foxglove_text, 'config/foxglove.json'),
           'rviz': (rviz_text, 'config/fer.rviz'),
           'rqt': (rqt_text, 'config/fer.perspective')}


def _node(namespace: str, name: str) -> str:  # With a slash: no node's, and refused as such.
    return _absolute(f"{namespace.strip('/')}/{' ' * ('/' in name)}{name}", 'node')


def _absolute(name: str, what: str) -> str:
    name = '/' + name.strip('/')
    if not _NAME.fullmatch(name):
        raise LayoutError(
            f"{what} '{shown(name, 200)}' is no name in ROS: words of letters, digits and _ "
            'with a slash between them, none beginning with a digit')
    return name


def _path(value: str, label: str, **fields: Any) -> dict[str, Any]:
    return {'value': value, 'label': label, 'enabled': True, 'timestampMethod': 'headerStamp',
            **fields}


def _split(direction: str, percentage: int, first: Any, second: Any) -> dict[str, Any]:
    return {'direction': direction, 'splitPercentage': percentage, 'first': first,
            'second': second}


def _topic(name: str, reliability: str) -> dict[str, Any]:
    return {'Value': name, 'Depth': 5, 'History Policy': 'Keep Last',
            'Reliability Policy': reliability, 'Durability Policy': 'Volatile'}


def _literal(value: Any) -> dict[str, str]:
    return {'repr': repr(value), 'type': 'repr'}


def _bytes(value: bytes) -> dict[str, str]:
    return {'repr(QByteArray.hex)': f"QByteArray(b'{value.hex()}')",
            'type': 'repr(QByteArray.hex)'}


def _instance(plugin: str) -> str:
    """Return how rqt calls the first instance of a plugin in its settings."""
    return f"{plugin.replace('/', '__')}__1"
