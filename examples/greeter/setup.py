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

"""Installs the greeter."""

from pathlib import Path
from xml.etree import ElementTree

from setuptools import setup

package_name = 'greeter'
maintainer = ElementTree.parse(Path(__file__).with_name('package.xml')).find('maintainer')

setup(
    name=package_name,
    version='0.1.0',
    packages=[package_name],
    data_files=[
        ('share/ament_index/resource_index/packages', ['resource/' + package_name]),
        ('share/' + package_name, ['package.xml']),
        ('share/' + package_name + '/launch', ['launch/greeter.launch.py']),
    ],
    install_requires=['setuptools'],
    extras_require={'test': ['pytest']},
    zip_safe=False,
    maintainer=maintainer.text,
    maintainer_email=maintainer.get('email'),
    description='Greets once each person who stands in front and smiles.',
    license='Apache-2.0',
    entry_points={'console_scripts': ['greeter = greeter.greeter:main']},
)
