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

"""
The site of these pages, for `make docs` and for rosdoc2.

The pages are written to be read in the repository: those that lie outside this folder are
brought into it, and links lead there. A link to a file that is no page leads to the repository, if
package.xml says where that is, and is plain text otherwise.
"""

import os
from pathlib import Path
import re
import shutil
from xml.etree import ElementTree

#: What sphinx reads: this folder, or the copy that rosdoc2 makes of it below the package.
HERE = Path(__file__).resolve().parent
ROOT = next(place for place in HERE.parents if (place / 'package.xml').is_file())
DOCS = ROOT / 'docs'
#: Where pages from outside this folder are put, under their own paths.
OUTSIDE = HERE / 'repository'

package = ElementTree.parse(ROOT / 'package.xml')
repository = next((url.text.strip() for url in package.iter('url')
                   if url.get('type') == 'repository'), None)

project = package.findtext('name')
author = package.findtext('maintainer')
copyright = f'2026 {author}'  # noqa: A001
version = release = package.findtext('version')

extensions = ['myst_parser']
root_doc = 'index'
exclude_patterns = ['_build']
myst_heading_anchors = 4
nitpicky = True
html_theme = 'furo'
html_title = f'{project} {version}'
html_show_sphinx = False


def outside_pages():
    """Return the pages of the repository that lie outside this folder."""
    found = [*ROOT.glob('*.md'), ROOT / 'CHANGELOG.rst', *ROOT.glob('models/*.md')]
    found += [ROOT / name / 'README.md' for name in (
        'fer_ros/demo/assets', 'interfaces', 'training')]
    return sorted(page for page in found if page.is_file())


def led(text, page):
    """
    Return the text of a page with links that are right in the site.

    :param page: Path of the page in the repository.
    """
    def in_site(path):
        return (HERE / path.relative_to(DOCS) if path.is_relative_to(DOCS)
                else OUTSIDE / path.relative_to(ROOT))

    def link(match):
        picture, label, target, anchor = match.groups(default='')
        path = (page.parent / target).resolve()
        if '://' in target or not target or not path.is_relative_to(ROOT) or not path.exists():
            return match[0]
        known = path in outside or path.is_relative_to(DOCS) and path.suffix != '.json'
        if not known:
            if repository is None:
                return label
            return f'[{label}]({repository}/blob/main/{path.relative_to(ROOT)}{anchor})'
        target = os.path.relpath(in_site(path), in_site(page).parent)
        return f'{picture}[{label}]({target}{anchor})'

    return re.sub(r'(!?)\[([^]]*)\]\(([^)#\s]*)(#[^)\s]*)?\)', link, text)


outside = set(outside_pages())


def bring_pages(app):
    """Write the pages from outside into this folder."""
    shutil.rmtree(OUTSIDE, ignore_errors=True)
    for page in outside:
        target = OUTSIDE / page.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = page.read_text(encoding='utf-8')
        target.write_text(led(text, page) if page.suffix == '.md' else text, encoding='utf-8')


def setup(app):
    """Bring the pages, and lead the links of those that are here."""
    def read(app, name, source):
        page = Path(app.env.doc2path(name))
        if page.suffix == '.md' and page.is_relative_to(HERE) and OUTSIDE not in page.parents:
            source[0] = led(source[0], DOCS / page.relative_to(HERE))

    app.connect('builder-inited', bring_pages)
    app.connect('source-read', read)
