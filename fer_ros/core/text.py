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

"""Text from outside, as it may be shown: bounded and on one line."""

from __future__ import annotations


def shown(text: object, limit: int = 80) -> str:
    """
    Return a text that came from outside so that it may stand in a log line or a status.

    Control characters and what is no text are escaped; what is longer than the limit is cut, and
    says how long it was.

    :param text: anything; its `str` counts.
    :param limit: most characters that are shown of it.
    """
    whole = str(text)
    part = whole[:limit]
    if not part.isprintable():
        part = ''.join(
            each if each.isprintable() else each.encode('unicode_escape', 'replace').decode()
            for each in part)[:limit]
    return part if len(whole) <= limit else f'{part}… ({len(whole)} characters)'
