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

"""What a node does, in the words of its diagnostics; without ROS, as others read them, too."""

#: `INACTIVE` while its lifecycle says so; `DISABLED` by the parameter `enabled`, with no
#: subscription to the camera; `IDLE` because it is `lazy` and nobody subscribes to what would come
#: of an image, so that images are received and not looked at; or `WORKING`.
INACTIVE, DISABLED, IDLE, WORKING = 'inactive', 'disabled', 'idle', 'processing'

#: What is said of a node that is active and processes no image.
RESTS = {
    DISABLED: 'disabled: no image is processed until ~/enable is called with true',
    IDLE: 'idle: nobody subscribes, and lazy is on'}
