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

"""One colour for each expression, the same in every picture."""

#: Label to colour as #rrggbb; told apart also with colour-blind eyes as far as eight can be.
LABEL_COLORS = {
    'neutral': '#9a9a9a',
    'happy': '#e6b800',
    'surprised': '#56b4e9',
    'sad': '#0062a8',
    'angry': '#d0351c',
    'disgusted': '#2f8f4e',
    'scared': '#8a4fbf',
    'contempt': '#c06a9a',
}
