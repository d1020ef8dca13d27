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
"""Other ways to do what the package does, each in turn with the way that it was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
import gc
import json
from pathlib import Path
import tempfile
import time

from fer_ros.bench.imagery import scene
from fer_ros.bench.pipeline import load, PERIOD, RecordingModel, Setting
from fer_ros.bench.timing import CLOCKS, in_turn, percentiles
from fer_ros.core.onnx_model import session_options
import numpy as np
import onnxruntime

#: How the package calls its networks: what the others are compared with.
AS_USED = 'as used'
# Runs of the same way in a row; the last counts: a way finds its own data in the cache.
_BLOCK = 4
# Faces in a batch, and runs that the profiler of ONNX Runtime adds up.
_BATCH, _PROFILED = 4, 50

Way = Callable[[], object]


def measure_alternatives(setting: Setting) -> dict:
    """
    Run both networks on a frame's own tensors, and whole frames, in several ways.

    :param setting: its frames are the rounds; its threads those of the package's way.
    :return: for JSON. `networks`: of `detector` and `classifier` the ways, each with `ms` and
        the `ratio` to `AS_USED`; `operators`: the share of each operator in a network's time;
        `collector`: frames with Python's garbage collector on, frozen and off.
    """
    pipeline, models = load(setting)
    frames = scene(setting.size, setting.faces)
    for index, frame in enumerate(frames[:3]):
        pipeline.process(frame, index * PERIOD)
    clock = CLOCKS[setting.clock]
    networks, operators = {}, {}
    for name, model in zip(('detector', 'classifier'), models):
        ways = ways_of(model, setting.threads)
        if name == 'classifier':
            ways.update(_batches(model))
        times = in_turn(ways, setting.frames, setting.warmup, clock, _BLOCK)
        networks[name] = {
            way: {'ms': percentiles(seconds)['p50'], 'ratio': round(float(np.median(
                np.array(seconds) / np.array(times[AS_USED]))), 3)}
            for way, seconds in times.items()}
        operators[name] = _operators(model)
    return {
        'size': list(setting.size), 'threads': setting.threads, 'frames': setting.frames,
        'clock': setting.clock, 'networks': networks, 'operators': operators,
        'collector': _collector(setting, frames, clock)}


def _session(model: RecordingModel, threads: int = 1, **changes) -> onnxruntime.InferenceSession:
    """Return a session like the package's with some of its options changed."""
    options = session_options(threads)
    for name, value in changes.items():
        setattr(options, name, value)
    return onnxruntime.InferenceSession(
        str(model.path), options, providers=['CPUExecutionProvider'])


def ways_of(model: RecordingModel, threads: int) -> dict[str, Way]:
    """
    Return ways to run a network on the tensors it was last fed, by name.

    :param threads: of the package's way, and of the one with bound inputs and outputs.
    """
    level = onnxruntime.GraphOptimizationLevel
    sessions = {
        'graph as exported': _session(model, graph_optimization_level=level.ORT_DISABLE_ALL),
        'without layout changes': _session(
            model, graph_optimization_level=level.ORT_ENABLE_EXTENDED),
        'no memory arena': _session(model, enable_cpu_mem_arena=False),
        'no memory pattern': _session(model, enable_mem_pattern=False),
        # Not one that spins: it would go on while it is the others' turn.
        'two threads': _session(model, threads=2)}
    feeds = _fed(model)
    return {
        AS_USED: lambda: model.run(feeds),
        'bound inputs and outputs': _bound(_session(model, threads), feeds),
        **{name: partial(session.run, None, feeds) for name, session in sessions.items()}}


def _fed(model: RecordingModel) -> Mapping[str, np.ndarray]:
    """Return what the network was fed in the pipeline."""
    assert model.feeds is not None, 'a pipeline has run before'
    return model.feeds


def _bound(session: onnxruntime.InferenceSession, feeds: Mapping[str, np.ndarray]) -> Way:
    """Return a run whose arrays were handed over once, and are only read and filled."""
    binding = session.io_binding()
    for name, array in feeds.items():
        binding.bind_cpu_input(name, array)
    for output in session.get_outputs():
        binding.bind_output(output.name)

    def run() -> list[np.ndarray]:
        session.run_with_iobinding(binding)
        return binding.copy_outputs_to_cpu()
    return run


def _batches(model: RecordingModel) -> dict[str, Way]:
    several = {name: np.repeat(array[:1], _BATCH, 0) for name, array in _fed(model).items()}
    single = {name: array[:1] for name, array in _fed(model).items()}
    return {
        f'{_BATCH} faces, one batch': lambda: model.run(several),
        f'{_BATCH} faces, one by one': lambda: [model.run(single) for _ in range(_BATCH)]}


def _operators(model: RecordingModel) -> dict[str, float]:
    """Return the share of each kind of operator in a network's time, the largest first."""
    with tempfile.TemporaryDirectory() as folder:
        session = _session(
            model, enable_profiling=True, profile_file_prefix=str(Path(folder) / 'profile'))
        for _ in range(_PROFILED):
            session.run(None, model.feeds)
        events = json.loads(Path(session.end_profiling()).read_text(encoding='utf-8'))
    spent: Counter[str] = Counter()
    for event in events:
        if event.get('cat') == 'Node' and event['name'].endswith('_kernel_time'):
            spent[event['args']['op_name']] += event['dur']
    total = sum(spent.values())
    return {name: round(duration / total, 3) for name, duration in spent.most_common()}


def _collector(setting: Setting, frames: list, clock: Callable[[], float]) -> dict:
    """Return the times of frames with each state of the garbage collector, in turn."""
    states: dict[str, Callable[[], AbstractContextManager]] = {
        'on': nullcontext, 'frozen': lambda: _between(gc.freeze, gc.unfreeze),
        'off': lambda: _between(gc.disable, gc.enable)}
    pipelines = {name: load(setting)[0] for name in states}
    times: dict[str, list[float]] = {name: [] for name in states}
    collections = dict.fromkeys(states, 0)
    for index in range(-setting.warmup, setting.frames):
        for name, state in states.items():
            with state():
                before, started = _collections(), clock()
                pipelines[name].process(
                    frames[index % len(frames)], (index + setting.warmup) * PERIOD)
                if index >= 0:
                    times[name].append(clock() - started)
                    collections[name] += _collections() - before
    return {name: {**percentiles(times[name]), 'collections': collections[name]}
            for name in states}


def _collections() -> int:
    return sum(generation['collections'] for generation in gc.get_stats())


@contextmanager
def _between(before: Way, after: Way) -> Iterator[None]:
    before()
    try:
        yield
    finally:
        after()


def measure_answers(faces: int, repeats: int) -> dict[str, float] | None:
    """
    Return microseconds to build and to serialise the answer to a frame; None without ROS.

    :param faces: in the frame.
    :param repeats: of each step; the median counts.
    """
    try:
        from fer_ros.stream.messages import detection_array
        from rclpy.logging import get_logger, LoggingSeverity
        from rclpy.serialization import serialize_message
        from std_msgs.msg import Header
    except ImportError:
        return None
    setting = Setting(faces=faces)
    pipeline, _ = load(setting)
    found: tuple = ()
    for index, frame in enumerate(scene(setting.size, faces)[:3]):
        found = pipeline.process(frame, index * PERIOD).faces
    header, logger = Header(frame_id='camera'), get_logger('fer_benchmark')
    logger.set_level(LoggingSeverity.INFO)
    message = detection_array(header, found)
    times = in_turn({
        'message': lambda: detection_array(header, found),
        'serialise': lambda: serialize_message(message),
        'silent log line': lambda: logger.debug('nothing to see'),
    }, repeats, max(1, repeats // 10), time.perf_counter)
    return {name: round(1e6 * float(np.median(seconds)), 1) for name, seconds in times.items()}
