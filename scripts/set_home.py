#!/usr/bin/env python3
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

r"""
Says who keeps the package and where it lives: in package.xml, and in whatever repeats that.

    scripts/set_home.py --name 'First Last' --email first.last@host.org \
        --repository https://host.org/owner/fer_ros

What is not given stays. The maintainers of interfaces/* and examples/* follow; setup.py and the
site take both from package.xml when they need them. Needs nothing but Python.
"""

import argparse
from pathlib import Path
import re
import sys
from xml.sax.saxutils import escape, quoteattr, unescape

ROOT = Path(__file__).resolve().parents[1]
MAINTAINER = re.compile(r'<maintainer email="([^"]*)">([^<]*)</maintainer>')
URLS = re.compile(r'(?:  <url type="(?:repository|bugtracker)">[^<]*</url>\n)+')
# As catkin_pkg has it, which reads package.xml for colcon and bloom.
ADDRESS = re.compile(
    r'[-a-zA-Z0-9_%+]+(\.[-a-zA-Z0-9_%+]+)*@[-a-zA-Z0-9%]+(\.[-a-zA-Z0-9%]+)*\.[a-zA-Z]{2,}')
REPOSITORY = re.compile(r'https://[-a-zA-Z0-9.:]+(/[-\w.~]+)+/?')


def parsed(arguments):
    """Return what the command line says, or end with what is wrong about it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('--name', help='of the maintainer')
    parser.add_argument('--email', help='of the maintainer; reports of weaknesses go there')
    parser.add_argument('--repository', help='https address of the repository; empty: none')
    given = parser.parse_args(arguments)
    if given.email is not None and not ADDRESS.fullmatch(given.email):
        parser.error(f"--email '{given.email}' is no address that package.xml may "
                     'have; wanted is name@host.domain')
    if given.name is not None and not given.name.strip():
        parser.error('--name is empty')
    if given.name is not None and not given.name.isprintable():
        parser.error(f'--name {given.name!r} is not one line of printable characters')
    if given.repository and not REPOSITORY.fullmatch(given.repository):
        parser.error(f"--repository '{given.repository}' is not of the form https://host/path")
    return given


def with_maintainer(text, email, name):
    """Return a package.xml with another maintainer."""
    line = f'<maintainer email={quoteattr(email)}>{escape(name)}</maintainer>'
    return MAINTAINER.sub(lambda _: line, text)


def with_repository(text, repository):
    """Return a package.xml with another repository, or with none where it is empty."""
    address = escape(repository.removesuffix('/').removesuffix('.git'))
    lines = (f'  <url type="repository">{address}</url>\n'
             f'  <url type="bugtracker">{address}/issues</url>\n') if repository else ''
    return re.sub(r'(  <license>.*</license>\n)', lambda match: match[0] + lines,
                  URLS.sub('', text))


def main(arguments=None):
    """Write the files."""
    given = parsed(arguments)
    path = ROOT / 'package.xml'
    text = path.read_text(encoding='utf-8')
    email, name = map(unescape, MAINTAINER.search(text).groups())
    email, name = given.email or email, (given.name or name).strip()
    if given.repository is not None:
        text = with_repository(text, given.repository)
    path.write_text(with_maintainer(text, email, name), encoding='utf-8')
    for other in (*ROOT.glob('interfaces/*/package.xml'), *ROOT.glob('examples/*/package.xml')):
        other.write_text(
            with_maintainer(other.read_text(encoding='utf-8'), email, name), encoding='utf-8')
    return 0


if __name__ == '__main__':
    sys.exit(main())
