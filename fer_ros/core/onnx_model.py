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


"""ONNX models; of core, stream and the node, this file alone uses ONNX Runtime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
import hashlib
import os
from pathlib import Path
from typing import Any

from fer_ros.core.external_data import has_external_data
from fer_ros.core.free_memory import return_free_memory
from fer_ros.core.input_sizes import InputSizes
from fer_ros.core.metadata_values import ModelError, read_front_matter
from fer_ros.core.options import THREADS
from fer_ros.core.regular_files import read_regular
from fer_ros.core.text import shown
import numpy as np
from numpy.typing import NDArray
import onnxruntime

__all__ = ['ModelError', 'ModelUser', 'OnnxModel', 'session_options']

#: The largest file that is loaded as a model, bytes.
MOST_BYTES = 1 << 29

_CPU = 'CPUExecutionProvider'
_ERRORS_ONLY = 3


class OnnxModel:
    """
    Load one ONNX file and run it.

    Loading checks the file against the `sha256` in the front matter of the model card beside
    it (same name, `.md`), if there is one. Runs of one model may come from several threads.

    :param path: the ONNX file.
    :param threads: that one run may use, see `THREADS`. Idle ones sleep instead of spinning: a
        robot has better things to do with its cores.
    :param providers: ONNX Runtime's execution providers, best first; the first that works is
        used, the CPU when none does.
    :param verify_checksum: whether to compare with the card.
    :raises ModelError: the file is missing, empty, damaged, larger than `MOST_BYTES` or not a
        regular one, keeps data in other files, its checksum differs from its card's, or ONNX
        Runtime does not know a provider.
    :raises ValueError: `threads` is outside its range.
    """

    def __init__(
            self, path: str | os.PathLike[str], *, threads: int = 1,
            providers: Sequence[str] = (_CPU,), verify_checksum: bool = True):
        fault = THREADS.fault(threads)
        if fault:
            raise ValueError(f'threads is {threads!r}; {fault}')
        self.path = Path(path)
        data = _read(self.path)
        self.sha256 = hashlib.sha256(data).hexdigest()
        if verify_checksum:
            self._verify()
        #: Wanted providers that did not work, with the reason.
        self.skipped: dict[str, str] = {}
        self._session = self._load(data, threads, providers)
        self.threads = int(threads)
        self._sizes = InputSizes()
        #: The execution provider in use.
        self.provider: str = self._session.get_providers()[0]
        try:
            #: Shape of each input: sizes, or names where the size is free.
            self.inputs: dict[str, list[int | str]] = {
                each.name: each.shape for each in self._session.get_inputs()}
            #: Names of the outputs, in the order of what `run` returns.
            self.outputs: list[str] = [each.name for each in self._session.get_outputs()]
            #: What the model says about itself.
            self.metadata: dict[str, str] = dict(
                self._session.get_modelmeta().custom_metadata_map)
        except UnicodeDecodeError:
            raise ModelError(
                f"names or metadata of model '{path}' are not UTF-8; fetch it again") from None

    def run(self, feeds: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """
        Run the network once.

        :param feeds: array of each input.
        :return: array of each output, in the order of `outputs`.
        :raises ModelError: an input is missing, or of another type or shape; an output holds
            NaN or infinity.
        """
        try:
            outputs = self._run_session(feeds)
        except Exception as error:  # ONNX Runtime's own classes are private and change
            given = ', '.join(
                f"'{name}' {array.dtype} {array.shape}" for name, array in feeds.items())
            raise ModelError(
                f"model '{self.path}' failed with input {given}, declared {self.inputs}: "
                f'{_first_line(error)}') from error
        for name, values in zip(self.outputs, outputs):
            if values.dtype.kind == 'f' and not np.isfinite(values).all():
                what = 'NaN' if np.isnan(values).any() else 'infinity'
                raise ModelError(
                    f"model '{self.path}' gave {what} in its output '{shown(name)}'; its "
                    'weights are damaged: fetch it again')
        return outputs

    def _run_session(self, feeds: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        outputs: list[NDArray[Any]]
        if self._sizes.have_shrunk(feeds):
            # Builds for some machines have no arena to be shrunk, and say so with an error.
            with suppress(Exception):
                outputs = self._session.run(None, feeds, _shrinking())
                return_free_memory()
                return outputs
        outputs = self._session.run(None, feeds)
        return outputs

    def require_shapes(
            self, outputs: Sequence[NDArray[Any]], wanted: Mapping[str, tuple[int, ...]]) -> None:
        """
        Check the shapes of what a run gave.

        :param outputs: as `run` returns them.
        :param wanted: the shape of each output that is needed, by its name.
        :raises ModelError: one is missing or has another rank or size.
        """
        given = dict(zip(self.outputs, outputs))
        for name, shape in wanted.items():
            if name not in given:
                raise ModelError(f"model '{self.path}' lacks the output '{name}'")
            if given[name].shape != shape:
                raise ModelError(
                    f"model '{self.path}' gave {given[name].shape} in its output '{name}'; "
                    f'{shape} is needed: use a model made by the scripts in training/')

    def _verify(self) -> None:
        card = self.path.with_suffix('.md')
        said = read_front_matter(card).get('sha256')
        if said is None or isinstance(said, str) and said.lower() == self.sha256:
            return
        # Anything else that YAML can be may be far larger than the card, shown as text.
        shown_said = said if isinstance(said, str) else f'a {type(said).__name__}'
        raise ModelError(
            f"model '{self.path}' has SHA-256 {self.sha256}, but its card '{card}' says "
            f'{shown(shown_said)}; fetch the file again, or correct the card if the model was '
            'changed on purpose')

    def _load(
            self, data: bytes, threads: int,
            providers: Sequence[str]) -> onnxruntime.InferenceSession:
        known = onnxruntime.get_all_providers()
        available = onnxruntime.get_available_providers()
        for provider in providers:
            if provider not in known:
                raise ModelError(
                    f"execution provider '{provider}' for model '{self.path}' does not exist; "
                    f"this machine offers: {', '.join(available)}")
        options = session_options(threads)
        for provider in dict.fromkeys((*providers, _CPU)):
            if provider not in available:
                self.skipped[provider] = 'not in this build of ONNX Runtime'
                continue
            try:
                session = onnxruntime.InferenceSession(
                    data, options, providers=list(dict.fromkeys((provider, _CPU))))
            except Exception as error:
                if provider == _CPU:
                    raise ModelError(
                        f"model '{self.path}' ({len(data)} bytes) is not a usable ONNX file: "
                        f'{_first_line(error)}; fetch it again') from error
                self.skipped[provider] = _first_line(error)
                continue
            if session.get_providers()[0] == provider:
                return session
            self.skipped[provider] = 'it did not load; its libraries may be missing'
        raise ModelError(f"model '{self.path}' cannot be loaded: {self.skipped}")


class ModelUser:
    """What works with a model: a face detector, an expression classifier."""

    _model: OnnxModel

    @property
    def provider(self) -> str:
        """Return the ONNX Runtime execution provider in use."""
        return self._model.provider

    @property
    def skipped_providers(self) -> dict[str, str]:
        """Return the wanted execution providers that did not load, each with the reason."""
        return self._model.skipped


def session_options(threads: int) -> onnxruntime.SessionOptions:
    """Return the options of ONNX Runtime that every model here is loaded with."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    options.add_session_config_entry('session.intra_op.allow_spinning', '0')
    return options


def _shrinking() -> onnxruntime.RunOptions:
    """Return the options of a run after which the arena gives back what is free."""
    options = onnxruntime.RunOptions()
    options.add_run_config_entry('memory.enable_memory_arena_shrinkage', 'cpu:0')
    return options


def _read(path: Path) -> bytes:
    try:
        data = read_regular(path, MOST_BYTES)
    except OSError as error:
        reason = 'does not exist' if isinstance(error, FileNotFoundError) else error.strerror
        raise ModelError(
            f"model '{shown(str(path), 300)}' cannot be read: {reason}; give the path of an ONNX "
            'file') from error
    if not data:
        raise ModelError(f"model '{path}' is empty; fetch it again")
    if data.startswith(b'version https://git-lfs'):
        raise ModelError(
            f"model '{path}' is a Git LFS pointer and not the model itself; run 'git lfs pull' "
            'where it was cloned')
    if has_external_data(data):
        raise ModelError(
            f"model '{path}' keeps its weights in other files, which its checksum does not cover; "
            'save it as one file, as onnx.save_model does by default')
    return data


def _first_line(error: Exception) -> str:
    return shown((str(error).strip() or type(error).__name__).splitlines()[0], 300)
