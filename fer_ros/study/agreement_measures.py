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
"""How far two codings of the same moments agree: kappa, F1, and concordance for numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ClassScore:
    """
    How far two codings agree about one class.

    :param support: samples of it in the first coding; `predicted` in the second.
    :param precision: share of the second coding's samples that the first confirms; None without
        any. Likewise `recall`, the other way round.
    :param f1: their harmonic mean; None where neither coding has the class.
    """

    support: int
    predicted: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True)
class Nominal:
    """
    How far two codings into classes agree.

    :param samples: compared.
    :param agreement: share of them in which both codings say the same, 0 to 1.
    :param chance: share that two codings with these shares of the classes, but nothing else in
        common, would agree in.
    :param kappa: Cohen's, (agreement - chance) / (1 - chance); None where both codings know but
        one class, or nothing was compared.
    :param largest: share of the most frequent class in the first coding: what always answering
        that one would agree in.
    :param macro_f1: mean of F1 over the classes that either coding has, without `unsure`.
    """

    samples: int
    agreement: float | None
    chance: float | None
    kappa: float | None
    largest: float | None
    macro_f1: float | None
    classes: tuple[ClassScore, ...]


def nominal(confusion: np.ndarray, named: int | None = None) -> Nominal:
    """
    Return the measures of a confusion matrix.

    J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological
    Measurement 20 (1960), 37-46. A class that one coding alone has counts with an F1 of 0.

    :param confusion: int (C, C): row the class in the first coding, column that in the second.
    :param named: number of classes, the first ones, that count for the mean of F1; None for all.
    """
    counts = np.asarray(confusion, np.float64)
    total = counts.sum()
    rows, columns, right = counts.sum(axis=1), counts.sum(axis=0), np.diag(counts)
    classes = tuple(
        ClassScore(int(row), int(column), float(hit / column) if column else None,
                   float(hit / row) if row else None,
                   float(2 * hit / (row + column)) if row + column else None)
        for row, column, hit in zip(rows, columns, right))
    if not total:
        return Nominal(0, None, None, None, None, None, classes)
    agreement = float(right.sum() / total)
    chance = float(rows @ columns / total**2)
    known = [one.f1 for one in classes[:named] if one.f1 is not None]
    return Nominal(
        int(total), agreement, chance,
        (agreement - chance) / (1.0 - chance) if chance < 1.0 else None,
        float(rows.max() / total), float(np.mean(known)) if known else None, classes)


@dataclass(frozen=True)
class Concordance:
    """
    How far two series of numbers agree.

    :param ccc: Lin's concordance correlation coefficient, -1 to 1; None where it is not defined:
        fewer than two samples, or both series constant at one value.
    :param correlation: Pearson's; None where a series is constant.
    :param difference: mean of the second series less that of the first.
    :param error: mean absolute difference.
    """

    samples: int
    ccc: float | None
    correlation: float | None
    difference: float | None
    error: float | None


def concordance(first: np.ndarray, second: np.ndarray) -> Concordance:
    """
    Return the measures of two series.

    L. I. Lin, "A concordance correlation coefficient to evaluate reproducibility", Biometrics 45
    (1989), 255-268: 2 cov / (var + var + (difference of means)^2), with variances over N.

    :param first: float (N,); second: float (N,).
    """
    if len(first) < 2:
        return Concordance(len(first), None, None, None, None)
    means = float(first.mean()), float(second.mean())
    # Constant is what has one value, not what rounds to a variance of zero.
    constant = [float(np.ptp(one)) == 0.0 for one in (first, second)]
    variances = [0.0 if still else float(one.var())
                 for one, still in zip((first, second), constant)]
    covariance = 0.0 if any(constant) else float(
        np.mean((first - means[0]) * (second - means[1])))
    difference = means[1] - means[0]
    spread = variances[0] + variances[1] + difference**2
    return Concordance(
        len(first), 2 * covariance / spread if spread else None,
        None if any(constant) else covariance / float(np.sqrt(variances[0] * variances[1])),
        difference, float(np.mean(np.abs(second - first))))
