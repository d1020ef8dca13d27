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

"""Checks that each name in backticks, in comments, docstrings and pages, is in the code."""

from __future__ import annotations

import argparse
import sys

from pages.catalogue import Catalogue
from pages.markdown import ROOT
from pages.names import NamesChecker


def main(arguments: list[str] | None = None) -> int:
    """Print the names that are nowhere; return 1 where there are some."""
    argparse.ArgumentParser(description=__doc__).parse_args(arguments)
    problems = sorted(set(NamesChecker(Catalogue(ROOT)).problems()))
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
