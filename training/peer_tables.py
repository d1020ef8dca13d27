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

"""What peers.py measured, as tables of a page."""

_SCORES = 'accuracy | macro recall of 8 / of 7 | ECE'


def lines(result: dict) -> list:
    """Return Markdown lines: what the networks are and cost, FER+ faces, photographs."""
    rows = result['networks']
    names = [f"**{rows[0]['name']}**", *(f"`{row['name']}`" for row in rows[1:])]
    named = list(zip(names, rows))
    ours = rows[0]['ms']
    return [
        '| network | licence | parameters | ms per face | it / ours |', '|---|---|---|---|---|',
        *(f"| {name} | {row['licence']} | {row['parameters'] / 1e6:.2f} M | {row['ms']:.2f} "
          f"| {row['ms'] / ours:.1f} |" for name, row in named), '',
        f"| {result['faces']} faces of FER+ `valid` | {_SCORES} |", '|---|---|---|---|',
        *(f"| {' | '.join([name, *_cells(row['ferplus'])])} |" for name, row in named), '',
        f"| {result['photographs']} photographs | {_SCORES} | accuracy on {result['held_out']} "
        'held out | in the best framing |', '|---|---|---|---|---|---|',
        *(f"| {' | '.join([name, *_cells(row['photos']), *_framings(row['photos'])])} |"
          for name, row in named)]


def _cells(scores: dict) -> list:
    return [f"{scores['accuracy']:.1%}",
            f"{scores['macro_recall']:.1%} / {scores['macro_recall_of_7']:.1%}",
            f"{scores['ece']:.1%}"]


def _framings(scores: dict) -> list:
    return ['-' if scores[key] is None else f'{scores[key]:.1%}'
            for key in ('held_out', 'best_framing')]
