"""What a spec says of a gate, as comparisons that can be made again."""

from typing import Any

import pytest

from pytest_ftgate.verdict.rules import severity, threshold


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        ({"max": 0.95, "warn": 0.9}, [{"op": "<=", "value": 0.95, "unit": "number", "warn": 0.9}]),
        ({"min": "7.1%", "min_n": 30}, [{"op": ">=", "value": 0.071, "unit": "ratio", "min_n": 30}]),
        ({"equals": "succeeded"}, [{"op": "==", "value": "succeeded"}]),
        ({"in": [1, 2]}, [{"op": "in", "value": [1, 2]}]),
        (
            {"near": 1.5, "rtol": "2%"},
            [
                {
                    "op": "near",
                    "value": 1.5,
                    "unit": "number",
                    "within": {"value": 0.02, "unit": "ratio", "relative": True},
                }
            ],
        ),
        (
            {"baseline": {"max_drop": "5%"}, "confidence": 0.95},
            [{"op": "max_drop", "value": 0.05, "unit": "ratio", "from": "baseline", "confidence": 0.95}],
        ),
        (
            {"any": [{"max": 1}, {"equals": 2}]},
            [{"op": "any", "of": [[{"op": "<=", "value": 1.0, "unit": "number"}], [{"op": "==", "value": 2}]]}],
        ),
        ({}, []),
    ],
)
def test_each_comparison_has_its_operator_value_and_unit(rule: dict[str, Any], wanted: list[dict[str, Any]]) -> None:
    assert threshold(rule) == wanted


def test_a_miss_blocks_unless_the_spec_says_otherwise() -> None:
    assert (severity({}), severity({"severity": "warn"})) == ("block", "warn")
