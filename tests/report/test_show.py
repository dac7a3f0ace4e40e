"""What `ftgate show` says of a job."""

import json
import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ftgate.checkpoints import Checkpoint, Shipped
from pytest_ftgate.report.show import as_json, as_text, curve

from ..making import job, series

NAN = math.nan


def test_a_series_is_shown_with_its_rows_first_best_and_final_value() -> None:
    lines = as_text(job(series("valid_loss", [3.0, 1.0, 2.0], every=10, full_set=True)), 100)
    assert "metric      rows  first  best   final            curve" in lines
    assert "valid_loss  3     3      1 @20  2      full set  █▁▅" in lines


def test_the_final_value_of_a_noisy_series_says_its_window() -> None:
    line = next(line for line in as_text(job(series("train_loss", [1.0] * 40))) if line.startswith("train_loss"))
    assert "median of 5" in line


def test_the_metrics_that_gates_are_about_come_first() -> None:
    found = job(series("grad_norm", [1.0]), series("valid_loss", [1.0]), series("train_loss", [1.0]))
    names = [line.split()[0] for line in as_text(found) if line.startswith(("train", "valid", "grad"))]
    assert names == ["train_loss", "valid_loss", "grad_norm"]


def test_a_series_that_ends_in_nan_has_no_final_and_no_best_number() -> None:
    lines = as_text(job(series("train_loss", [2.0, 1.0, NAN])), 100)
    assert "train_loss  3     2      -     not finite  median of 1  █▁!" in lines
    assert "note: train_loss: 1 value not finite, first at step 3" in lines


def test_a_metric_of_unknown_direction_has_no_best() -> None:
    line = next(line for line in as_text(job(series("entropy", [2.0, 1.0]))) if line.startswith("entropy"))
    assert line.split()[:5] == ["entropy", "2", "2", "-", "1"]


def test_a_value_outside_its_range_is_said_to_make_gates_errors() -> None:
    lines = as_text(job(series("train_loss", [0.5, -1.0])))
    assert "note: train_loss: gates on it are errors: " in "\n".join(lines)
    assert "train_loss is never negative" in "\n".join(lines)


def test_a_job_that_must_not_be_judged_says_so_at_the_top() -> None:
    lines = as_text(job(refused="job 'ftjob-1' is 'failed', not succeeded"))
    assert lines[1] == "  its metrics are not judged: job 'ftjob-1' is 'failed', not succeeded"
    assert "no metrics were logged" in lines


def test_an_unfinished_job_and_an_unusable_series_say_what_comes_of_it() -> None:
    found = job(
        series("train_loss", [1.0], unusable="it is the loss of a policy"), unfinished="it stops at step 3 of 9"
    )
    lines = as_text(found)
    assert lines[1] == "  gates on its metrics are inconclusive: it stops at step 3 of 9"
    assert "note: train_loss: gates on it are inconclusive: it is the loss of a policy" in lines


def weights(*steps: int, ships: Shipped | None = None) -> dict[str, Any]:
    return {"checkpoints": tuple(Checkpoint(step, f"checkpoint-{step}") for step in steps), "shipped": ships}


def test_the_checkpoints_and_what_ships_are_told() -> None:
    lines = as_text(job(**weights(400, 12000, ships=Shipped(12000, "it is the checkpoint that job: names"))))
    assert lines[2:4] == [
        "checkpoints  2: checkpoint-400, checkpoint-12000",
        "ships        step 12000: it is the checkpoint that job: names",
    ]


def test_of_many_checkpoints_the_first_and_the_last_are_named() -> None:
    line = as_text(job(**weights(1, 2, 3, 4, 5, 6, 7)))[2]
    named = "checkpoint-1, checkpoint-2, checkpoint-3, ..., checkpoint-5, checkpoint-6, checkpoint-7"
    assert line == f"checkpoints  7: {named}"


def test_it_is_said_where_what_ships_is_not_known() -> None:
    assert "ships        not known" in as_text(job(**weights(400)))
    assert not [line for line in as_text(job()) if line.startswith(("checkpoints", "ships"))]


def test_a_checkpoint_s_hostile_name_is_inert() -> None:
    hostile = job(checkpoints=(Checkpoint(1, "ft:\x1b[31m\udcff"),), shipped=Shipped(1, "of \x1b[31m"))  # type: ignore[arg-type]
    text = "\n".join(as_text(hostile))
    assert "\x1b" not in text
    assert text.encode("utf-8").count(b"x1b[31m") == 2


def test_a_checkpoint_s_endless_name_is_cut() -> None:
    assert max(map(len, as_text(job(checkpoints=(Checkpoint(1, "x" * 9999),))))) < 250  # type: ignore[arg-type]


def test_the_json_holds_checkpoints_and_what_ships() -> None:
    said = as_json(job(**weights(400, ships=Shipped(400, "so"))))
    assert said["checkpoints"] == [{"step": 400, "name": "checkpoint-400"}]
    assert (said["shipped"], as_json(job())["shipped"]) == ({"step": 400, "why": "so"}, None)


def test_facts_are_listed() -> None:
    lines = as_text(job(facts={"status": "succeeded", "steps": 12}))
    assert lines[2:4] == ["status  succeeded", "steps   12"]


def test_a_narrow_terminal_loses_the_curve_and_not_the_numbers() -> None:
    lines = as_text(job(series("train_loss", [2.0, 1.0])), 40)
    assert "train_loss  2     2      1 @2  1      median of 1" in lines


def test_a_terminal_without_block_characters_gets_a_curve_all_the_same() -> None:
    lines = as_text(job(series("train_loss", [2.0, 1.5, 1.0])), 100, unicode=False)
    assert next(line for line in lines if line.startswith("train_loss")).endswith("#=_")


def test_hostile_names_from_logs_are_inert() -> None:
    assert "\x1b" not in "\n".join(as_text(job(series("a\x1b[31m", [1.0]))))


def test_the_json_is_plain_and_holds_no_nan() -> None:
    found = job(series("train_loss", [2.0, NAN]), facts={"status": "succeeded"})
    again = json.loads(json.dumps(as_json(found), allow_nan=False))
    assert again["facts"] == {"status": "succeeded"}
    assert again["series"][0]["final"]["value"] == "nan"
    assert again["series"][0]["first"] == 2.0


def test_the_json_names_the_step_of_the_best_value() -> None:
    said = as_json(job(series("valid_loss", [3.0, 1.0, 2.0], every=10)))["series"][0]
    assert (said["best"], said["rows"], said["axis"]) == ({"value": 1.0, "step": 20.0}, 3, "step")


@pytest.mark.parametrize(("values", "drawn"), [([1.0, 1.0], "▁▁"), ([NAN, NAN], "!!"), ([0.0, math.inf, 1.0], "▁!█")])
def test_a_curve_shows_what_is_flat_and_what_is_not_finite(values: list[float], drawn: str) -> None:
    assert curve(pd.Series(values)) == drawn


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200), st.integers(1, 40))
def test_a_curve_is_never_wider_than_asked(values: list[float], width: int) -> None:
    assert len(curve(pd.Series(values), width)) == min(width, len(values))


@given(st.lists(st.floats(-1e6, 1e6), min_size=33, max_size=200), st.data())
def test_a_curve_never_hides_a_value_that_is_not_finite(values: list[float], data: st.DataObject) -> None:
    values[data.draw(st.integers(0, len(values) - 1))] = NAN
    assert "!" in curve(pd.Series(values))
