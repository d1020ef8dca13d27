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
"""The tables of the expression model's card, written by the evaluation that measured them."""

from __future__ import annotations

from pathlib import Path

from fer_ros.boundary import InputError
from fer_ros.bounded_text import read_text
from fer_ros.evaluate.csv_table import DataError
from fer_ros.evaluate.robustness import worst_and_mean
from fer_ros.staged_output import write_whole

_EVALUATE = 'make evaluate'

#: A table lies between these two lines; `{}` is its name.
BEGIN, END = f'<!-- {{}}: written by {_EVALUATE} -->', '<!-- end -->'


def write_tables(card: Path, result: dict, photographs: str = '') -> None:
    """
    Replace the tables of an expression model's card.

    :param card: Markdown with a line `BEGIN` and a line `END` around each table.
    :param result: as `fer_evaluate --json --robustness` writes it, or of photographs.
    :param photographs: name of the folder that the result is of; '' where it is of faces.
    :raises DataError: the card cannot be read, or lacks a table's lines.
    """
    replace_tables(
        card, photograph_tables(result, photographs) if photographs else tables(result))


def replace_tables(card: Path, named: dict[str, list[str]], command: str = _EVALUATE) -> None:
    """
    Replace tables of a model card.

    :param named: lines of each table by its name.
    :param command: that writes them, as the card's lines say.
    :raises DataError: the card cannot be read, or lacks a table's lines.
    """
    try:
        text = read_text(card)
    except InputError as error:
        raise DataError(f'model card {card}: {error}') from None
    except OSError as error:
        raise DataError(
            f'model card {card}: {error.strerror}; --card must name an existing file') from None
    for name, lines in named.items():
        begin = BEGIN.format(name).replace(_EVALUATE, command)
        before, found, rest = text.partition(begin + '\n')
        _, ended, after = rest.partition(END + '\n')
        if not found or not ended:
            raise DataError(
                f"{card} has no lines '{begin}' and '{END}'; put them where the table belongs")
        text = before + found + '\n' + '\n'.join(lines) + '\n\n' + ended + after
    write_whole(card, text.encode('utf-8'))


def tables(result: dict) -> dict[str, list[str]]:
    """Return the Markdown lines of every table by name."""
    return {
        'results': _results(result), 'confusion': _confusion(result),
        'confidence': _confidence(result['held_out']), 'robustness': _robustness(result)}


def photograph_tables(result: dict, name: str) -> dict[str, list[str]]:
    """Return the lines of the one table of a folder of photographs, by the folder's name."""
    worst = ', '.join(f'{truth} for {answer} {count}' for truth, answer, count in result['worst'])
    return {name: [
        *_results(result), '',
        f"Without a face: {result['not_detected']} of {result['faces']}. Expected calibration "
        f"error {_share(result['ece'])}; {_share(result['other_half']['ece'])} on the "
        f"{result['other_half']['faces']} that calibration never sees.", '',
        *_confusion(result), '', f'The {sum(row[2] for row in result["worst"])} most confident '
        f'mistakes, taken for each other: {worst or "none"}.']}


def _results(result: dict) -> list[str]:
    lines = ['| expression | faces | recall |', '|---|---|---|']
    lines += [
        f"| {label} | {result['support'][label]} | {_share(result['per_class'][label])} |"
        for label in result['labels']]
    return lines + [
        f"| **macro recall** | | **{_share(result['macro_recall'])}** |",
        f"| **accuracy** | {result['faces']} | **{_share(result['accuracy'])}** |"]


def _confusion(result: dict) -> list[str]:
    labels = result['labels']
    lines = ['| | ' + ' | '.join(labels) + ' |', '|---' * (len(labels) + 1) + '|']
    return lines + [
        f'| {label} | ' + ' | '.join(map(str, row)) + ' |'
        for label, row in zip(labels, result['confusion'])]


def _confidence(held_out: dict) -> list[str]:
    lines = [
        f"Expected calibration error {_share(held_out['ece'])} on {held_out['faces']} faces.", '',
        '| faces answered for | accuracy | `min_confidence` |', '|---|---|---|']
    return lines + [
        f"| {row['share']:.0%} | {_share(row['accuracy'])} | {row['min_confidence']:.2f} |"
        for row in held_out['coverage']]


def _robustness(result: dict) -> list[str]:
    rows = result['robustness']
    worst, mean = worst_and_mean(rows)
    lines = ['| degradation | accuracy | macro recall | points lost |', '|---|---|---|---|']
    lines += [
        f"| {name} | {_share(row['accuracy'])} | {_share(row['macro_recall'])} "
        f"| {row['drop']:.1f} |" for name, row in rows.items()]
    return lines + [f'| **mean, worst** | | | **{mean:.1f}, {worst:.1f}** |']


def _share(value: float | None) -> str:
    return '-' if value is None else f'{value:.2%}'
