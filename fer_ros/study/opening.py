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

"""Opening a recording of a study, a bag or a video, fetched where it is elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, ExitStack
import os
from pathlib import Path
import shutil
import tempfile
from typing import Any, NamedTuple

from fer_ros.boundary import InputError, reason
from fer_ros.replay.problems import Problems
from fer_ros.study.inputs import is_url, METADATA, public, Source, without_query

#: What is left free on the disk that a recording is fetched to, bytes.
SPARE = 100_000_000


class Opened(NamedTuple):
    """
    A recording that is open.

    :param messages: its images as (message, log time).
    :param topic: of the images; None for a video.
    :param images: how many; 0 where that is not known.
    :param problems: what is wrong with it.
    :param start: what the stamps begin at, nanoseconds, where they have no meaning of their own.
    """

    messages: Iterator[tuple[Any, int]]
    topic: str | None
    images: int
    problems: Problems
    start: int = 0


def frames_promised(source: Source) -> int:
    """Return how many frames a recording of this machine says it has; 0 where that takes long."""
    try:
        if source.kind == 'video':
            from fer_ros.study.videos import promise_of
            return promise_of(Path(source.path)).likely
        from fer_ros.replay.bag_metadata import read_metadata
        _, counts = read_metadata(Path(source.path) / METADATA)
        return max(counts.values(), default=0)
    except (OSError, ValueError):
        return 0  # whoever reads it tells


@contextmanager
def opened(
        task: Mapping[str, Any], topic: str | None,
        look: Callable[[], None]) -> Iterator[Opened]:
    """
    Open a recording, fetched to this machine where it is elsewhere.

    :param task: as of `work.process`.
    :param topic: of the images; None: the only one.
    :param look: is called now and then, and raises where all this is not wanted any more.
    :raises BagError, InputError, OSError: it cannot be used.
    """
    with ExitStack() as stack:
        path = Path(stack.enter_context(_fetched(task, look)) if is_url(task['path'])
                    else task['path'])
        if task['kind'] == 'video':
            from fer_ros.study.videos import promise_of, START_NS, video_messages
            os.stat(path)
            problems, promise = Problems(), promise_of(path)
            yield Opened(
                video_messages(path, problems, promise), None, promise.likely, problems, START_NS)
            return
        from fer_ros.replay.image_messages import image_messages
        from fer_ros.replay.reading import Bag, choose_image_topic
        bag = stack.enter_context(Bag(path))
        chosen = choose_image_topic(bag.topics, topic)
        yield Opened(image_messages(bag, chosen), chosen.name, chosen.count, bag.problems)


@contextmanager
def _fetched(task: Mapping[str, Any], look: Callable[[], None]) -> Iterator[str]:
    """Yield the path of a copy of a remote recording, which is removed again."""
    from fer_ros.study.remote import file_system
    system, path = file_system(task['path'])
    size = sum(size for _, size, _ in task['files'])
    with tempfile.TemporaryDirectory(prefix='fer_study_', dir=task.get('scratch')) as folder:
        free = shutil.disk_usage(folder).free
        if size + SPARE > free:
            raise InputError(f'its {size:,} bytes do not fit into {folder}, which has {free:,} '
                             'free; set TMPDIR to a disk with more')
        last = without_query(path).rstrip('/').rpartition('/')[2]
        whole = Path(folder, last)
        for name, *_ in task['files']:
            look()
            if name:
                whole.mkdir(exist_ok=True)
            try:
                system.get_file(f"{path.rstrip('/')}/{name}" if name else path,
                                str(whole / name if name else whole))
            except Exception as error:  # noqa: B902 - each file system has its own
                told = reason(error).replace(task['path'], public(task['path']))
                raise InputError(f'it cannot be fetched: {told}') from error
        yield str(whole)
