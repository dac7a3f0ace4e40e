"""The intervals, tests and coefficients that thresholds use: numbers in, frozen values out, no randomness.

From scipy where scipy has them. What it lacks is here, with its source named and checked against published examples.
Rates, differences, p-values and levels are fractions in 0..1 (differences in -1..1), never per cent.
"""

from .agreement import cohen_kappa, krippendorff_alpha
from .interval import Answer, Interval, Side
from .means import mean_interval, median_error, median_margin, normal_interval, standard_error
from .paired import mcnemar, minimum_detectable_effect, non_inferior, tango
from .quantiles import percentile, percentile_interval
from .rates import (
    at_least,
    clopper_pearson,
    least_passes,
    most_passes_that_fail,
    needed_to_prove,
    newcombe,
    wilson,
)
from .trend import MannKendall, TheilSen, block_medians, mann_kendall, theil_sen

__all__ = [
    "Answer",
    "Interval",
    "MannKendall",
    "Side",
    "TheilSen",
    "at_least",
    "block_medians",
    "clopper_pearson",
    "cohen_kappa",
    "krippendorff_alpha",
    "least_passes",
    "mann_kendall",
    "mcnemar",
    "mean_interval",
    "median_error",
    "median_margin",
    "minimum_detectable_effect",
    "most_passes_that_fail",
    "needed_to_prove",
    "newcombe",
    "non_inferior",
    "normal_interval",
    "percentile",
    "percentile_interval",
    "standard_error",
    "tango",
    "theil_sen",
    "wilson",
]
