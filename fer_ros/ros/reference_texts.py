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

"""Paragraphs of the reference page: what no table of the code says."""

from __future__ import annotations

from fer_ros.ros.tracked_list import MAX_BYTES
from fer_ros.stream.face_roster import ALIVE, LISTEN, MAX_IDS, MAX_NODES, STALE

#: What becomes of stamps.
TIME = """\
The clock is the image's own stamp; the node's clock only serves to judge its age.

| stamps | what happens |
|---|---|
| rise | the normal case |
| are older than the newest by less than `max_lateness` (images that overtook each other, two \
clocks) | the image is left out and counted, everybody keeps their id; WARN while it recurs |
| step back further, or only late ones come, a quarter of a second after a clock that goes on \
would have caught up | time started over (a recording, a simulation): tracks and filters are \
reset; ids are not used again; WARN |
| move ahead by a second more than time passed | used as they are; WARN |
| repeat | the image is skipped and counted: no stamp is answered twice; STALE when all do |
| are zero | where most are: the header is passed on as it is, faces are tracked by time of \
arrival; WARN. Where most are not: those without are left out like late ones |
| lie in the future | used as they are; WARN beyond `diagnostics.max_future` |
| are old | used as they are; WARN beyond `diagnostics.max_age`, STALE beyond \
`diagnostics.stale_age` |
| are of another `frame_id` than the images before | another camera's: left out until the first \
one has been silent for a second (for 2.5 of its periods, where that is longer), then that one \
is followed and faces are tracked anew; WARN |

With `use_sim_time` the age is judged by `/clock`. While that clock stands still and a publisher
is there from which no image comes, the camera is STALE instead of WARN or ERROR. Diagnostics go
on by the wall clock.
"""

#: Several nodes beside each other.
CAMERAS = """\
Give each node its own namespace: `ros2 launch fer_ros fer.launch.py namespace:=front
image:=/front/image_raw`, or start them all from one file as `two_cameras.launch.py` does
([launch.md](launch.md)). Topics, parameters and diagnostics are then apart, and ids under
`/humans/faces` differ: no node gives an id that it knows from another.

REP-155 knows one list, `/humans/faces/tracked`, and consumers such as libhri take each message
for the whole truth. So one node publishes the faces of all: the one that has been there longest.
The others tell it of theirs on `/humans/faces/tracked_by_node`, and go on when it ends; no server
is needed. A node that was killed, its faces with it, is gone from the list {alive:g} seconds
later; one that is deactivated or ends by itself, at once. The faces of a camera that sends
nothing any more leave the list after {stale:g} seconds, those of a paused simulation stay. A list
that some camera's image has changed has that image's header; of one that changed because somebody
is gone, `frame_id` is empty. A node listens for {listen:g} second after it was configured before
it publishes the list.

Other programs that publish there (hri_face_detect, for one) know nothing of this. Their ids are in
the list for {alive:g} seconds from the last message that has them, but their own messages lack
everybody else's: consumers still see faces come and go with each. Give the list of one of them
another name, as the argument `tracked:=/front/faces/tracked` of the launch file does, where two
such programs run. A recording that is played with these topics counts as such a program. The same
gives each camera a list of its own: nodes with the same name for the list share it. What comes
from outside is bounded: {max_nodes} nodes, {max_ids} ids of each, names as REP-155 has them,
{max_bytes} KiB in a message.
""".format(alive=ALIVE, stale=STALE, listen=LISTEN, max_nodes=MAX_NODES, max_ids=MAX_IDS,
           max_bytes=MAX_BYTES >> 10)
