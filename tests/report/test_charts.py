"""What is drawn of a job, and how."""

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_ftgate.checkpoints import Checkpoint, Shipped
from pytest_ftgate.gate import Gate
from pytest_ftgate.job import Job
from pytest_ftgate.report.html.charts import Chart, charts, described
from pytest_ftgate.report.html.curves import drawing
from pytest_ftgate.report.html.plots import INKS, SIZES, drawn, picture
from pytest_ftgate.report.html.scales import cut_off, is_logarithmic, thinned

from ..making import gates, job, loaded, series


def gated(folder: Path, *lines: str) -> tuple[Gate, ...]:
    return loaded(folder, gates(*lines)).gates


def falling(n: int = 40, to: float = 0.5) -> list[float]:
    return [to + 2.0 / i for i in range(1, n + 1)]


BOTH = job(series("train_loss", falling()), series("valid_loss", falling(4, 0.7), 10, full_set=True))


def one(found: Job, *read: Gate) -> Chart:
    [chart] = charts(found, read)
    return chart


def test_training_and_validation_share_a_drawing() -> None:
    chart = one(BOTH)
    assert (chart.heading, [line.role for line in chart.lines]) == ("Loss", ["train", "valid"])


def test_the_best_is_of_what_was_not_trained_on() -> None:
    best = one(BOTH).best
    assert best is not None
    assert (best.value, best.first) == (1.2, 40)


def test_thresholds_of_a_metric_are_levels(tmp_path: Path) -> None:
    chart = one(BOTH, *gated(tmp_path, "a: {metric: valid_loss, max: 0.9, warn: 0.8}"))
    assert [(level.value, level.kind, level.label) for level in chart.levels] == [
        (0.9, "limit", "max 0.9"),
        (0.8, "warn", "warn 0.8"),
    ]


@pytest.mark.parametrize(
    ("gate", "windows"),
    [
        ("{metric: train_loss, max: 9}", [(36, 40)]),
        ("{metric: train_loss, max: 9, at: best}", [(40, 40)]),
        ("{improvement: train_loss, min: 1%}", [(1, 5), (36, 40)]),
        ("{gap: loss, max: 9}", [(40, 40)]),
        ("{spikes: train_loss, max: 0}", []),
        ("{job: status, equals: succeeded}", []),
    ],
)
def test_windows_are_what_gates_read(tmp_path: Path, gate: str, windows: list[tuple[float, float]]) -> None:
    chart = one(BOTH, *gated(tmp_path, f"a: {gate}"))
    assert [(w.found.first, w.found.last) for w in chart.windows] == windows


def test_an_overfit_gate_reads_the_best_and_the_last_window(tmp_path: Path) -> None:
    risen = job(series("valid_loss", [2.0, 1.5, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7], full_set=True))
    chart = one(risen, *gated(tmp_path, "a: {overfit: valid_loss, max: 5%}"))
    assert len(chart.windows) == 2
    assert chart.windows[0].found.value < chart.windows[1].found.value


def test_conditions_that_are_joined_are_drawn_one_by_one(tmp_path: Path) -> None:
    text = "a: {any: [{metric: train_loss, max: 0.6}, {metric: valid_loss, max: 0.9}]}"
    assert [level.label for level in one(BOTH, *gated(tmp_path, text)).levels] == ["max 0.6", "max 0.9"]


def test_a_window_that_cannot_be_read_is_left_to_the_gate_s_message(tmp_path: Path) -> None:
    gate = gated(tmp_path, "a: {metric: valid_loss, at: {step: 7}, max: 1}")
    assert one(BOTH, *gate).windows == ()


def test_another_metric_that_a_gate_reads_has_its_own_drawing(tmp_path: Path) -> None:
    more = job(*BOTH.series.values(), series("entropy", [1.0, 0.5]))
    found = charts(more, gated(tmp_path, "a: {metric: entropy, max: 1}"))
    assert [(chart.heading, chart.lines[0].role, chart.best) for chart in found][1] == ("entropy", "other", None)


def test_what_no_gate_reads_and_no_family_holds_is_not_drawn() -> None:
    assert len(charts(job(*BOTH.series.values(), series("entropy", [1.0])), ())) == 1


def test_a_metric_without_a_value_is_not_drawn() -> None:
    assert charts(job(series("train_loss", [])), ()) == []


def test_validation_sets_are_drawn_together() -> None:
    sets = job(*(series(f"valid_loss[{name}]", [2.0, 1.0]) for name in ("de", "fr")))
    assert [line.series.name for line in one(sets).lines] == ["valid_loss[de]", "valid_loss[fr]"]


def test_weights_are_marked_on_an_axis_of_steps() -> None:
    weights = replace(BOTH, checkpoints=(Checkpoint(20, "c"),), shipped=Shipped(40, "last"))
    chart = one(weights)
    assert (chart.checkpoints, chart.ships) == ((20,), 40)
    assert "step 40 ships" in described(chart)


def test_the_legend_says_what_ships_what_is_saved_and_what_is_not_finite() -> None:
    values = job(series("valid_loss", [2.0, math.nan, 1.0, 1.5]))
    weights = replace(values, checkpoints=(Checkpoint(2, "c"),), shipped=Shipped(4, "last"))
    found = drawing(one(weights), "x")
    assert [(entry.kind, entry.text) for entry in found.legend] == [
        ("valid", "valid_loss (4 values)"),
        ("best", "best validation value 1, step 3"),
        ("ships", "step 4 ships"),
        ("saved", "1 checkpoint saved"),
        ("cross", "values that are not finite"),
    ]


def test_a_gap_to_a_validation_set_that_is_not_there_reads_the_training_curve_alone(tmp_path: Path) -> None:
    alone = job(series("train_loss", falling()))
    assert one(alone, *gated(tmp_path, "a: {gap: loss, max: 1}")).windows == ()


def test_a_series_that_ends_badly_has_no_best() -> None:
    assert one(job(series("valid_loss", [1.0, 0.5, math.nan]))).best is None


def test_a_drawing_is_said_in_words(tmp_path: Path) -> None:
    chart = one(BOTH, *gated(tmp_path, "a: {metric: valid_loss, max: 0.9}"))
    assert described(chart) == (
        "train_loss: 2.5 to 0.55, step 1 to step 40; valid_loss: 2.7 to 1.2, step 10 to step 40; "
        "best validation value 1.2 at step 40; a: max 0.9."
    )


def test_a_series_out_of_its_range_has_no_best() -> None:
    assert one(job(series("valid_mean_token_accuracy", [0.5, -0.5]))).best is None


def test_long_series_are_thinned_to_their_lowest_and_highest() -> None:
    values = [1.0] * 5000
    values[2500], values[2600] = 9.0, -9.0
    steps, kept = thinned(series("train_loss", values))
    assert len(kept) <= 800
    assert (max(kept), min(kept)) == (9.0, -9.0)
    assert steps == sorted(steps)


def test_one_spike_does_not_flatten_a_curve() -> None:
    chart = one(job(series("train_loss", [*falling(200), 1e6])))
    assert cut_off(chart) == 1
    assert cut_off(one(BOTH)) == 0


@pytest.mark.parametrize(
    "values",
    [
        *([1.0], [0.0, 0.0], [math.nan], [math.inf, -math.inf], [1e308, -1e308], [1e-320, 2e-320]),
        *([1.0, math.nan, 2.0], [1e308, 1e-308, -1e308]),
    ],
    ids=str,
)
@pytest.mark.parametrize("bound", ["5", "1e308"])
def test_every_series_can_be_drawn_with_every_threshold(tmp_path: Path, values: list[float], bound: str) -> None:
    read = gated(tmp_path, f"a: {{metric: train_loss, max: {bound}}}")
    found = drawn(one(job(series("train_loss", values)), *read), "x")
    assert found.keys() == SIZES.keys()
    assert all(text.startswith("<svg ") for text in found.values())


def test_a_drawing_has_classes_instead_of_colours_and_styles(tmp_path: Path) -> None:
    weights = replace(BOTH, checkpoints=(Checkpoint(20, "c"),), shipped=Shipped(40, "last"))
    text = drawn(one(weights, *gated(tmp_path, "a: {metric: train_loss, max: 0.9, warn: 0.8}")), "x")["wide"]
    assert "style" not in text
    assert not any(colour in text for colour in INKS.values())
    assert {"s-train", "s-valid", "s-limit", "s-warn", "s-window", "s-ships", "f-best"} <= set(
        re.findall(r"\b[fs]-[a-z]+\b", text)
    )
    assert "max 0.9" in text
    assert all(name.startswith("x-wide-") for name in re.findall(r'(?:id="|href="#|url\(#)([^")]+)', text))


@pytest.mark.parametrize(
    ("name", "values", "logarithmic"),
    [
        ("train_loss", [5.0, 1.0, 0.01], True),
        ("train_loss", [5.0, 1.0, 0.5], False),
        ("train_loss", [5.0, 1.0, 0.0], False),
        ("train_mean_reward", [5.0, 1.0, 0.01], False),
    ],
)
def test_a_loss_that_falls_far_has_a_logarithmic_scale(name: str, values: list[float], logarithmic: bool) -> None:
    assert is_logarithmic(one(job(series(name, values)))) is logarithmic


def test_thresholds_are_labelled_on_a_logarithmic_scale_too(tmp_path: Path) -> None:
    fallen = job(series("train_loss", [5.0, 1.0, 0.01]))
    read = gated(tmp_path, "a: {metric: train_loss, max: 0.1}", "b: {metric: train_loss, max: 9}")
    text = drawn(one(fallen, *read), "x")["wide"]
    assert "max 0.1" in text
    assert "max 9" in text


def test_thresholds_of_a_run_that_is_all_nan_are_drawn(tmp_path: Path) -> None:
    dead = one(
        job(series("train_loss", [math.nan] * 3)), *gated(tmp_path, "a: {metric: train_loss, max: 9, warn: 0.1}")
    )
    text = drawn(dead, "x")["wide"]
    assert "max 9" in text
    assert "warn 0.1" in text


def test_a_drawing_of_its_own_has_colours() -> None:
    text = picture(one(BOTH))
    assert "<?xml" in text
    assert "#0b5cad" in text
    assert not any(colour in text for colour in INKS.values())


def test_a_flood_of_gates_on_one_curve_is_one_bounded_drawing(tmp_path: Path) -> None:
    same = one(BOTH, *gated(tmp_path, *(f"g{i}: {{metric: train_loss, max: 9}}" for i in range(300))))
    apart = one(BOTH, *gated(tmp_path, *(f"g{i}: {{metric: train_loss, max: 9.{i:03}}}" for i in range(300))))
    single = drawn(one(BOTH, *gated(tmp_path, "g: {metric: train_loss, max: 9}")), "x")
    assert drawn(same, "x") == single
    assert drawn(apart, "x")["wide"].count("s-limit") == 100
    assert described(apart).endswith("g39: max 9.039; 260 more thresholds.")


def test_a_drawing_is_the_same_each_time() -> None:
    assert drawn(one(BOTH), "x") == drawn(one(BOTH), "x")
