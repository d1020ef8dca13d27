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

"""The plugin that rqt loads; `rqt --standalone fer_ros` shows it alone."""

from __future__ import annotations

from pathlib import Path

from fer_ros.monitor.listener import Listener, surroundings
from fer_ros.monitor.model import Monitor
from fer_ros.rqt.pictures import PictureFeed
from fer_ros.rqt.widget import FerWidget
from rqt_gui_py.plugin import Plugin


class FerPlugin(Plugin):
    """
    Show a fer node in rqt.

    :param context: of rqt; its node lends the context of the middleware, and is not used itself:
        what it did would wait for other plugins.
    """

    def __init__(self, context):
        super().__init__(context)
        self.setObjectName('FerPlugin')
        self._listener = Listener([], context=context.node.context)
        self._feed = PictureFeed(context.node.context)
        self._monitor = Monitor()
        self._widget = FerWidget(self._monitor, self._listener, self._feed, surroundings())
        if context.serial_number() > 1:
            self._widget.setWindowTitle(
                f'{self._widget.windowTitle()} ({context.serial_number()})')
        context.add_widget(self._widget)

    def shutdown_plugin(self) -> None:
        """Leave the graph."""
        self._widget.stop()
        self._feed.close()
        self._listener.close()

    def save_settings(self, plugin_settings, instance_settings) -> None:
        """Keep what was chosen in the perspective."""
        instance_settings.set_value('node', self._monitor.chosen)
        instance_settings.set_value('topic', self._widget.topic)
        instance_settings.set_value('folder', str(self._widget.folder))

    def restore_settings(self, plugin_settings, instance_settings) -> None:
        """Choose what the perspective says."""
        node = instance_settings.value('node', '')
        if node:
            self._monitor.chosen = node
        self._widget.choose_topic(instance_settings.value('topic', ''))
        folder = instance_settings.value('folder', '')
        if folder:
            self._widget.folder = Path(folder)
