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

"""The node's parameters: one table from which all else about them is made."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, Mapping

from fer_ros.core.assets import LANDMARK_MODEL, model_path
from fer_ros.core.display import LAYERS, LAYERS_OFF
from fer_ros.core.metadata_values import ModelError
from fer_ros.core.options import options_by_path, THREADS
from fer_ros.core.pipeline import build_pipeline, FacePipeline, PipelineOptions
from fer_ros.core.text import did_you_mean, shown
from fer_ros.core.track_ids import PROCESS_IDS, TrackIds
from fer_ros.stream.image_limits import MAX_PIXELS
from fer_ros.stream.parameter_spec import ParameterError, Spec
from fer_ros.stream.rotation import ROTATIONS

#: A JPEG is decoded at reduced scale while it keeps this many times the detector's long side:
#: the smallest face the detector finds then still has more pixels than the classifier wants.
DETAIL = 3


def _of_options() -> tuple[Spec, ...]:
    """Return a parameter for each option of the pipeline, named by its path."""
    return tuple(
        Spec(path, one.default, one.description, one.low, one.high)
        for path, one in options_by_path(PipelineOptions))


TABLE = (
    Spec('autostart', True, 'Configure and activate without being asked; set to false where a '
         'lifecycle manager does it.', read_only=True),
    Spec('autostart_retry', 5.0, 'Seconds until autostart tries again what failed, and twice as '
         'long each further time, up to a minute; 0: never. Whoever asks for a transition ends '
         'that.', 0.0, 3600.0, read_only=True),
    Spec('enabled', True, 'Process images while active; false: the camera is not even subscribed '
         'to. The service ~/enable sets it.'),
    Spec('lazy', False, 'Process images only while somebody subscribes to what comes of them. '
         'Images are received all the same, so that the next one is answered when somebody '
         'does.'),
    Spec('expression_model', '', 'ONNX file of the expression classifier; empty: the one that '
         'comes with the package.', read_only=True),
    Spec('detector_model', '', 'ONNX file of the face detector (BlazeFace or YuNet); empty: the '
         'one that comes with the package.', read_only=True),
    Spec('landmarks', 'auto', 'Place points on faces and tell the pose of heads; auto: while '
         'somebody subscribes to what needs them, see docs/landmarks.md. off: the model is not '
         'even loaded.', choices=('auto', 'on', 'off'), read_only=True),
    Spec('landmark_model', '', 'ONNX file of the landmark model; empty: the one that comes with '
         'the package.', read_only=True),
    Spec('head_frames', True, 'Publish the frames face_<id> and gaze_<id> on /tf, as REP-155 '
         'says.', read_only=True),
    Spec('cues', 'auto', 'Tell from the heads of people what they attend to, whether they speak, '
         'and facial action units; auto: while somebody subscribes to one of these topics, see '
         'docs/attention.md. on: always. off: these topics are not even made.',
         choices=('auto', 'on', 'off'), read_only=True),
    Spec('threads', THREADS.default, THREADS.description, THREADS.low, THREADS.high,
         read_only=True),
    Spec('providers', ['cpu'], 'Execution providers, best first; the first one that loads is '
         'used and reported, the CPU being the last resort.',
         choices=('cpu', 'xnnpack', 'cuda', 'tensorrt'), read_only=True),
    Spec('ros4hri', 'auto', 'Publish under /humans as REP-155 says; auto: where hri_msgs is '
         'installed.', choices=('auto', 'on', 'off'), read_only=True),
    Spec('id_seed', 0, 'Any number but 0: the ids of faces are the same in each run, those of '
         'nodes with other names being others. For tests; on a robot, an id must never return.',
         0, 2 ** 31 - 1, read_only=True),
    Spec('publish_pictures', True, 'Publish pictures where somebody subscribes: '
         '~/image_annotated, raw and compressed, and cropped and aligned of each face. false: '
         'their publishers are not even made, and nothing at run time can change that.',
         read_only=True),
    Spec('image_transport', 'raw', 'raw subscribes to <image> (sensor_msgs/Image), compressed '
         'to <image>/compressed (sensor_msgs/CompressedImage, JPEG or PNG).',
         choices=('raw', 'compressed')),
    Spec('image_reliability', 'auto', 'Reliability of the image subscription; auto follows the '
         'publishers that are there.', choices=('auto', 'best_effort', 'reliable')),
    Spec('rotate', 0, 'By how many degrees, clockwise, images are turned before faces are looked '
         'for: 180 for a camera mounted upside down. What is published lies in the pixels of the '
         'received image. An EXIF orientation in a compressed image is ignored, as drivers do.',
         0, 270, choices=tuple(ROTATIONS)),
    Spec('max_megapixels', MAX_PIXELS // 1_000_000, 'Most pixels of an image, in millions; larger '
         'ones are refused before they are decoded.', 1, 1000),
    Spec('max_rate', 0.0, 'Most frames to process in a second of message time, in Hz; 0: all.',
         0.0, 1000.0),
    Spec('max_lateness', 1.0, 'How much older than the newest an image may be, in seconds, before '
         'it means that time started over: up to here it is left out and everybody keeps their '
         'id; 0: every step back starts over.', 0.0, 60.0),
    Spec('load_shedding', True, 'When the machine cannot keep up, detect less often, then process '
         'fewer frames, say so in /diagnostics, and return to normal when there is time again.'),
    *_of_options(),
    # Right after its group, the last one of the pipeline.
    Spec('attention.target_frame', '', 'Frame on /tf that people attend to, such as that of the '
         "robot's face or of a screen; empty: the camera."),
    *(Spec(f'annotated.{layer}', layer not in LAYERS_OFF,
           f'Layer of ~/image_annotated: {meaning}')
      for layer, meaning in LAYERS.items()),
    Spec('jpeg_quality', 80, 'Quality of ~/image_annotated/compressed, in percent.', 1, 100),
    Spec('humans.faces.width', 128, 'Width of the pictures of faces under /humans, in pixels: the '
         '/humans/faces/width of REP-155.', 16, 1024),
    Spec('humans.faces.height', 128, 'Their height, in pixels: /humans/faces/height of REP-155. '
         'A face keeps its proportions; what is left is black.', 16, 1024),
    Spec('diagnostics.no_image_warn', 1.0, 'Seconds without an image after which the camera '
         'is reported as WARN.', 0.1, 3600.0),
    Spec('diagnostics.no_image_error', 3.0, 'Seconds without an image after which the camera '
         'is reported as ERROR.', 0.1, 3600.0),
    Spec('diagnostics.min_rate', 0.0, 'Image rate in Hz below which the camera is reported as '
         'WARN; 0: never.', 0.0, 1000.0),
    Spec('diagnostics.max_loss_share', 0.1, 'Share of the images lost on their way, as far as the '
         'middleware tells, above which the camera is reported as WARN.', 0.0, 1.0),
    Spec('diagnostics.max_age', 0.5, 'Age of a stamp on arrival, in seconds, above which the '
         'camera is reported as WARN.', 0.0, 3600.0),
    Spec('diagnostics.stale_age', 5.0, 'Age of a stamp on arrival, in seconds, above which the '
         'camera is reported as STALE.', 0.0, 86400.0),
    Spec('diagnostics.max_future', 0.1, 'How far a stamp may lie in the future on arrival, in '
         'seconds, before the camera is reported as WARN.', 0.0, 3600.0),
    Spec('diagnostics.max_drop_share', 0.25, 'Share of received frames dropped by a slow machine '
         'above which inference is reported as WARN.', 0.0, 1.0),
    Spec('diagnostics.max_cpu', 90.0, "Load of the machine's processors, in percent, above "
         'which the host is reported as WARN.', 0.0, 100.0),
    Spec('diagnostics.max_temperature', 90.0, 'Temperature in degrees Celsius above which the '
         'host is reported as WARN.', 0.0, 200.0),
)

SPECS = {spec.name: spec for spec in TABLE}

#: ONNX Runtime's names of the execution providers.
PROVIDERS = {
    'cpu': 'CPUExecutionProvider', 'xnnpack': 'XnnpackExecutionProvider',
    'cuda': 'CUDAExecutionProvider', 'tensorrt': 'TensorrtExecutionProvider',
}


def unknown(name: str) -> str:
    """Return the sentence about a parameter that does not exist, with the nearest that does."""
    hint = did_you_mean(name, SPECS, 'see docs/reference.md')
    return f"the node has no parameter '{shown(name)}'{hint}"


def check(values: Mapping[str, Any]) -> None:
    """
    Check a full set of values, each by itself and together.

    :raises ParameterError: the first fault found.
    """
    for name, value in values.items():
        fault = SPECS[name].fault(value)
        if fault:
            raise ParameterError(fault)
    for lower, upper in (('diagnostics.no_image_warn', 'diagnostics.no_image_error'),
                         ('diagnostics.max_age', 'diagnostics.stale_age')):
        if values[lower] > values[upper]:
            raise ParameterError(
                f"parameter '{lower}' is {values[lower]}, but must not exceed '{upper}' "
                f'({values[upper]})')
    if values['cues'] == 'on' and values['landmarks'] == 'off':
        raise ParameterError(
            "parameter 'cues' is 'on', but needs 'landmarks', which is 'off'; set that to 'auto'")
    try:
        pipeline_options(values)
    except ValueError as error:
        raise ParameterError(str(error)) from error


def shown_layers(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the layers of the annotated picture that the parameters ask for."""
    return tuple(layer for layer in LAYERS if values[f'annotated.{layer}'])


def pipeline_options(values: Mapping[str, Any]) -> PipelineOptions:
    """Return the pipeline's options that the parameters of the same paths ask for."""
    options: PipelineOptions = _filled(PipelineOptions(), values, '')
    return options


def always_landmarks(values: Mapping[str, Any]) -> bool:
    """Return whether points are placed on faces whether somebody subscribes or not."""
    return bool(values['landmarks'] == 'on' or values['cues'] == 'on')


def _filled(options: Any, values: Mapping[str, Any], prefix: str) -> Any:
    changes = {}
    for field in fields(options):
        path = prefix + field.name
        inner = getattr(options, field.name)
        if is_dataclass(inner):
            changes[field.name] = _filled(inner, values, path + '.')
        elif path in values:
            changes[field.name] = values[path]
    return replace(options, **changes)


def track_ids(values: Mapping[str, Any], node: str = '/fer') -> TrackIds:
    """Return what names the faces of a node, by its full name, as `id_seed` says."""
    seed = values['id_seed']
    return TrackIds(seed=f'{seed} {node}') if seed else PROCESS_IDS


def pipeline_for(values: Mapping[str, Any], ids: TrackIds = PROCESS_IDS) -> FacePipeline:
    """
    Load the models that the parameters name, and return the pipeline that they ask for.

    :param ids: names the faces.
    :raises ModelError: a model is missing, damaged or unsuitable.
    """
    return build_pipeline(
        values['expression_model'] or None, values['detector_model'] or None,
        pipeline_options(values), threads=values['threads'],
        providers=[PROVIDERS[name] for name in values['providers']], ids=ids,
        landmarks=_has_landmarks(values),
        landmark_model_path=values['landmark_model'] or None)


def _has_landmarks(values: Mapping[str, Any]) -> bool:
    """Return whether to load a landmark model: `auto` does without where none is installed."""
    if values['landmarks'] != 'auto' or values['landmark_model'] or values['cues'] == 'on':
        return bool(values['landmarks'] != 'off')
    try:
        return bool(model_path(LANDMARK_MODEL))
    except ModelError:
        return False


def options_by_factor(values: Mapping[str, Any]) -> dict[int, PipelineOptions]:
    """
    Return the pipeline's options for frames decoded at 1/1, 1/2, 1/4 and 1/8 of their size.

    Lengths in pixels are the received image's, so they shrink with the frame. Labels must not
    depend on who subscribes to what: speech counts for them only where points are always placed.
    """
    if not always_landmarks(values):
        values = {**values, 'smoothing.speech': 0.0}
    return {
        factor: pipeline_options(
            {**values, 'detector.min_size': values['detector.min_size'] // factor})
        for factor in (1, 2, 4, 8)}
