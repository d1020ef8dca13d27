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

"""Installs fer_ros: an ament_python package whose root is the repository."""

from glob import glob
from pathlib import Path
from xml.etree import ElementTree

from setuptools import find_packages, setup

package_name = 'fer_ros'

#: Name, version, maintainer, licence: said in package.xml alone.
package = ElementTree.parse(Path(__file__).with_name('package.xml'))

#: Behind the version until it is released, as PEP 440 has it; versions of ROS packages are three
#: numbers and nothing else (REP-149). Empty in a release.
CANDIDATE = 'rc1'

setup(
    name=package_name,
    version=package.findtext('version') + CANDIDATE,
    packages=find_packages(include=['fer_ros', 'fer_ros.*']),
    package_data={package_name: ['py.typed', 'demo/assets/*', 'replay/*.jinja',
                                 'study/*.jinja']},
    data_files=[
        ('share/ament_index/resource_index/packages', ['resource/' + package_name]),
        ('share/' + package_name, ['package.xml', 'plugin.xml']),
        ('share/' + package_name + '/launch', glob('launch/*.launch.py')),
        ('share/' + package_name + '/config', glob('config/*')),
        ('share/' + package_name + '/models', glob('models/*.onnx') + glob('models/*.md')),
    ],
    install_requires=['setuptools', 'numpy', 'onnxruntime', 'PyYAML'],
    extras_require={
        # Robots have OpenCV from apt, which a wheel of it must not shadow.
        'opencv': ['opencv-python-headless'],
        # What fer_replay reads and writes recordings with, checks files with, its progress bar
        # and its report.
        'replay': ['rosbags', 'mcap', 'lz4', 'zstandard', 'jsonschema', 'tqdm', 'Jinja2'],
        # What fer_study runs on clusters with, writes tables with, reads URLs and .eaf files with;
        # it reads recordings as fer_replay does. For s3:// also: s3fs.
        'study': ['dask', 'distributed', 'pyarrow', 'fsspec', 'cryptography', 'pympi-ling'],
        # colcon test runs unittest, finding nothing, unless pytest is named here.
        'test': ['pytest'],
    },
    python_requires='>=3.10',
    zip_safe=False,
    maintainer=package.findtext('maintainer'),
    maintainer_email=package.find('maintainer').get('email'),
    description='Facial expression recognition for social robots, on the CPU.',
    license=package.findtext('license'),
    entry_points={
        'console_scripts': [
            'fer_node = fer_ros.commands:fer_node',
            'fer_demo = fer_ros.commands:fer_demo',
            'fer_evaluate = fer_ros.commands:fer_evaluate',
            'fer_replay = fer_ros.commands:fer_replay',
            'fer_benchmark = fer_ros.commands:fer_benchmark',
            'fer_monitor = fer_ros.commands:fer_monitor',
            'fer_window = fer_ros.commands:fer_window',
            'fer_layout = fer_ros.commands:fer_layout',
            'fer_study = fer_ros.commands:fer_study',
        ],
    },
)
