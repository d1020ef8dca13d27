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

"""Tables in CSV files from outside: what is wrong with one names it and is no traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
import csv
from pathlib import Path
from typing import TextIO

from fer_ros.boundary import reason


class DataError(Exception):
    """Data is missing or not what it should be; the message names it and the remedy."""


@contextmanager
def open_table(table: Path) -> Iterator[TextIO]:
    """
    Yield the text of a table, for `csv.DictReader`.

    A byte order mark, as spreadsheets write it, is not part of the first column's name.

    :raises DataError: it cannot be read, is no text, or, while it is read, no CSV.
    """
    try:
        with Path(table).open(newline='', encoding='utf-8-sig') as stream:
            yield stream
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f'{table} is not CSV text in UTF-8: {reason(error)}') from None
    except OSError as error:
        raise DataError(f'{table} cannot be read: {reason(error)}') from None
