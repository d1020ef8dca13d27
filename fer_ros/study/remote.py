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

"""Which recordings the URLs among the inputs of a study mean, by fsspec."""

from __future__ import annotations

from collections.abc import Iterator
import glob
from typing import Any

from fer_ros.boundary import InputError, reason
from fer_ros.core.text import natural_order, shown
from fer_ros.study.inputs import kind_of, METADATA, public, Source, without_query

#: Seconds in which a server of the web must accept a connection, and go on with what it sends.
CONNECT_SECONDS, READ_SECONDS = 10.0, 30.0

# What of a file says that it has changed, as the file systems call it.
_MARKS = ('ETag', 'etag', 'md5Hash', 'LastModified', 'Last-Modified', 'last_modified', 'updated',
          'mtime', 'modify', 'date_time')


def file_system(url: str) -> tuple[Any, str]:
    """
    Return the fsspec file system of a URL, and the path in it.

    :raises InputError: nothing is known of it, or it cannot be reached.
    """
    import fsspec
    name = _named(url)
    try:
        return fsspec.url_to_fs(url, **_options(url))
    except ImportError as error:
        raise InputError(f'{name} needs a package that is not installed: '
                         f'{shown(reason(error), 200)}; install it with pip') from error
    except Exception as error:  # noqa: B902 - each file system has its own
        raise InputError(f'{name} cannot be opened: {_told(url, error)}; see its address'
                         ) from error


def find_remote(url: str) -> Iterator[Source]:
    """
    Yield the recordings that a URL means.

    :raises InputError: there is none, or they cannot be listed.
    """
    system, path = file_system(url)
    # A query is none.
    pattern = glob.has_magic(without_query(path))
    try:
        paths = system.glob(path) if pattern else [path]
        found = [source for each in paths for source in _found(
            system, each, not pattern, _Addresses(url, path, system))]
        if not found and not pattern:
            # Some file systems find nothing where they cannot ask.
            system.info(path)
    except FileNotFoundError as error:
        why = error.__cause__ or error.__context__
        raise InputError(f'{_named(url)} is not there' + (
            f' ({_told(url, why)})' if why else '') + '; see its address') from error
    except Exception as error:  # noqa: B902 - each file system has its own
        raise InputError(f'{_named(url)} cannot be read: {_told(url, error)}; see its address and '
                         'the credentials') from error
    if not found:
        raise InputError(f'{_named(url)} holds no recording and no video; see its address')
    yield from found


def _named(url: str) -> str:
    return shown(public(url), 300)


def _told(url: str, error: BaseException) -> str:
    return shown(reason(error).replace(url, public(url)), 300)


def _options(url: str) -> dict[str, Any]:
    """Return how file systems are opened that would wait for minutes, or end after some."""
    names = [name for name in ('http', 'https') if f'{name}://' in url]
    if not names:
        # It tries each request five times itself, and each of these would be tried five times.
        return {name: {'config_kwargs': {'retries': {'max_attempts': 0}}}
                for name in ('s3', 's3a') if f'{name}://' in url}
    from aiohttp import ClientTimeout
    # A file may take as long as it takes while something comes.
    patience = ClientTimeout(
        total=None, sock_connect=CONNECT_SECONDS, sock_read=READ_SECONDS)
    return {name: {'client_kwargs': {'timeout': patience}} for name in names}


class _Addresses:
    """
    Return the URLs of what is found at a URL.

    Of a path in it, a file system does not know host and archive any more.

    :param url: where it was looked for.
    :param path: the same in the file system.
    """

    def __init__(self, url: str, path: str, system: Any):
        self._system = system
        self._links = url.split('::')
        self._link = next(number for number, one in enumerate(self._links) if '://' in one)
        link, end = self._links[self._link].rstrip('/'), path.rstrip('/')
        self._before = link.removesuffix(end) if link.endswith(end) else None
        if not end:
            self._before = self._links[self._link]

    def __call__(self, name: str) -> str:
        """Return the URL of a path of the file system."""
        if self._before is None:
            return self._system.unstrip_protocol(name)
        links = [*self._links]
        links[self._link] = self._before + name
        return '::'.join(links)


def _found(system: Any, path: str, strict: bool, url_of: _Addresses) -> Iterator[Source]:
    details = system.find(path, detail=True)
    names = sorted(details, key=natural_order)
    folders = {name.rpartition('/')[0] for name in names if name.endswith('/' + METADATA)}
    bags: dict[str, list[tuple[str, int, str]]] = {}
    for name in names:
        folder, _, last = without_query(name).rpartition('/')
        kind = kind_of(last) or ('video' if strict and name == path else '')
        if folder in folders and (kind == 'bag' or last == METADATA):
            bags.setdefault(folder, []).append((last, *_state(system, name, details[name])))
        elif kind:
            yield Source(url_of(name), kind, (('', *_state(system, name, details[name])),))
    for folder, files in bags.items():
        yield Source(url_of(folder), 'bag', tuple(files))


def _state(system: Any, name: str, detail: dict[str, Any]) -> tuple[int, str]:
    """Return size and mark of a file; those of the web come with the file alone."""
    if detail.get('size') is None:
        detail = {**detail, **system.info(name)}
    mark = next((str(detail[key]) for key in _MARKS if detail.get(key)), '')
    return int(detail.get('size') or 0), mark
