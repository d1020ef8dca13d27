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

"""The boundary of a command: however it ends, one line says why and the exit status what kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
import errno
from functools import wraps
import os
import signal
import sys
import traceback
from typing import Any, TypeVar

from fer_ros.core.packages import missing_package
from fer_ros.core.text import shown
from fer_ros.interruptions import ENDING, ending_signals, handled, interrupted
from fer_ros.standard_streams import open_standard_streams

#: Exit statuses of the commands. 1 means that something is not as expected, and nothing else.
OK, FAILED, USAGE, DAMAGED, UNUSABLE, UNWRITTEN = 0, 1, 2, 3, 4, 5
#: A mistake of fer_ros itself; the number that sysexits.h has for it.
MISTAKE = 70
#: What is added to the number of a signal that ended the command: 130 SIGINT, 143 SIGTERM.
SIGNALLED = 128

#: In the environment, prints the traceback behind a line.
DEBUG = 'FER_DEBUG'

#: Most characters of a line; names and errors in it may come from outside.
LONGEST = 1000

#: What only writing can fail with: no space left, quota or file size exceeded, read-only; and
#: standard output that is closed.
_WRITING = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EBADF)

Command = TypeVar('Command', bound=Callable[..., int])


class InputError(ValueError):
    """Something from outside cannot be used; the message names it and the remedy."""


class OutputError(Exception):
    """Something cannot be written; the message names it, the reason and the remedy."""


def bounded(name: str, *inputs: type[Exception]) -> Callable[[Command], Command]:
    """
    Make a command end in one line and the exit status that fits, whatever happens in it.

    SIGTERM and SIGHUP end it as Ctrl-C does, also where the signal came in the middle of code
    that made an error of its own of it (`interruptions.interrupted`).
    `FER_DEBUG` in the environment prints tracebacks.

    :param name: of the command, with which the line begins.
    :param inputs: exceptions that mean that something from outside cannot be used, in addition
        to `InputError` and `OSError`.
    """
    def wrap(command: Command) -> Command:
        @wraps(command)
        def run(*arguments, **options):
            open_standard_streams()
            with _streams(), ending_signals() as signals:
                try:
                    try:
                        status = command(*arguments, **options)
                    except SystemExit:
                        _flush()
                        raise
                    _flush()
                    return status
                except Exception as error:  # noqa: B902
                    if not interrupted(error):
                        return _told(name, error, inputs)
                except KeyboardInterrupt:
                    pass
                with handled(ENDING, signal.SIG_IGN):
                    tell(name, 'stopped')
                    _abandon(sys.stdout)
                    return SIGNALLED + next(iter(signals), signal.SIGINT)
        return run  # type: ignore[return-value]
    return wrap


def tell(name: str, text: str, longest: int = LONGEST) -> None:
    """Print a line to standard error: escaped, cut, with the name of the command before it."""
    # Who closed standard error does not want to be told; print would take standard output.
    if sys.stderr is not None:
        with suppress(OSError):
            print(f'{name}: {shown(text, longest)}', file=sys.stderr, flush=True)
        _abandon(sys.stderr)


def reason(error: BaseException) -> str:
    """Return what an error says, in one line: of the system, its words without its number."""
    text = getattr(error, 'strerror', None) or str(error) or type(error).__name__
    return ' '.join(str(text)[:LONGEST].split())


def _flush() -> None:
    """Let a full disk be told here, and not at the exit of Python."""
    if sys.stdout is not None:
        sys.stdout.flush()
    _abandon(sys.stderr)


def _told(name: str, error: Exception, inputs: tuple[type[Exception], ...]) -> int:
    """Tell an error and return its exit status."""
    if os.environ.get(DEBUG):
        traceback.print_exception(error)
    package = missing_package(error) if isinstance(error, ImportError) else None
    if package is not None:
        tell(name, package)
        return USAGE
    if isinstance(error, BrokenPipeError):
        # The reader of standard output has what it wanted, such as `head`.
        _abandon(sys.stdout)
        return OK
    writing = isinstance(error, OSError) and error.errno in _WRITING
    if isinstance(error, OutputError) or writing:
        _abandon(sys.stdout)
        tell(name, str(error) if isinstance(error, OutputError) else
             f"{getattr(error, 'filename', None) or 'standard output'} cannot be written: "
             f'{reason(error)}')
        return UNWRITTEN
    if isinstance(error, (InputError, OSError, *inputs)):
        named = getattr(error, 'filename', None)
        tell(name, str(error) if named is None else f'{shown(str(named), 200)}: {reason(error)}')
        return USAGE
    what = 'more memory is needed than there is' if isinstance(error, MemoryError) else (
        f'{type(error).__name__}: {reason(error)}; this is a mistake of fer_ros, not yours: '
        f'please report it with what {DEBUG}=1 in the environment prints')
    tell(name, what)
    return MISTAKE


@contextmanager
def _streams() -> Iterator[None]:
    """Let names that the terminal's encoding lacks be printed escaped, instead of raising."""
    changed = []
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and getattr(stream, 'errors', None) == 'strict':
            with suppress(AttributeError):
                stream.reconfigure(errors='backslashreplace')  # type: ignore[union-attr]
                changed.append(stream)
    try:
        yield
    finally:
        for stream in changed:
            with suppress(ValueError, OSError):
                stream.reconfigure(errors='strict')  # type: ignore[union-attr]


def _abandon(stream: Any) -> None:
    """Drop what a standard stream did not take: Python would end with a status for it."""
    try:
        stream.flush()
    except (OSError, ValueError, AttributeError):
        with suppress(OSError, ValueError, AttributeError):
            number = stream.fileno()
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, number)
            os.close(null)
            stream.flush()
