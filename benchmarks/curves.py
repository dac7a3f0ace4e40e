"""How the preset `sft` judges real runs that practitioners have labelled, and how the overfit measure errs on noise.

    python benchmarks/curves.py

The real runs are those in the folder that FTGATE_CORPUS names; without it only the simulation is made. Exits non-zero
when a bad run passes or its message does not name the reason, when a healthy one fails, or when an error rate is beyond
what docs/curves.md says.
"""

import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pytest_ftgate.bounds import Bound
from pytest_ftgate.decision import PROMOTING, Decision, Status, worst
from pytest_ftgate.errors import FtgateError
from pytest_ftgate.evidence import Evidence
from pytest_ftgate.gate import Gate
from pytest_ftgate.job import Job
from pytest_ftgate.measures.rise import Overfit
from pytest_ftgate.series import build
from pytest_ftgate.spec import Surroundings, load
from pytest_ftgate.threshold import Threshold

Curve = npt.NDArray[np.float64]

REASONS = {
    "OVERFIT": "overfitting",
    "DEAD": "a dead run",
    "DIVERGED": "diverging",
    "NO LEARNING": "no learning",
    "INVALID": "an evaluation without a number",
}
"""The labels of runs that must not pass, and the words by which a message names each."""

UNDECIDED = ("trainers/law-llm-gradaccum",)
"""Healthy runs that may be inconclusive: their training loss is of another scale than their validation loss."""

RUNS = {
    "trainers/empty-history": "NO DATA",
    "trainers/gemma-hf-wandb": "HEALTHY",
    "trainers/grpo-one-row": "TOO SHORT",
    "trainers/hf-tb-allresults": "MEMORISED, eval fine",
    "trainers/keras-csv-bert": "OVERFIT",
    "trainers/law-llm-gradaccum": "HEALTHY",
    "trainers/lf-dup-writers": "HEALTHY",
    "trainers/lf-four-views": "SUSPECT, no eval set",
    "trainers/lightning-csv-tb": "HEALTHY",
    "trainers/mlflow-filestore": "FINAL-ONLY",
    "trainers/mlx-lm-prefixed/pipline_output_example.md": "HEALTHY",
    "trainers/msswift-qwen3": "HEALTHY",
    "trainers/multi-eval-overfit": "OVERFIT",
    "trainers/nan-all-labels-masked": "DEAD",
    "trainers/neiro-overfit": "OVERFIT",
    "trainers/never-learns": "NO LEARNING",
    "trainers/not-msswift-chatlog": "NO JOB",
    "trainers/trl-eval-nan": "INVALID",
    "trainers/trl-rapidfire/05b-1epoch": "HEALTHY",
    "trainers/trl-rapidfire/05b-r32-3epoch": "OVERFIT",
    "trainers/trl-rapidfire/15b-r32-3epoch": "OVERFIT",
    "trainers/trl-rapidfire/15b-r32-hardneg-3epoch": "OVERFIT",
    "trainers/trl-tinyllama": "HEALTHY",
    "trainers/unsloth-tb-wandb": "TOO SHORT",
    "openai/azure-ishidahra/results.csv": "",
    "openai/bptlab-robot/step_metrics.csv": "",
    "openai/historygpt/step_metrics.csv": "",
    "openai/jobgpt/step_metrics_crlf_valid.csv": "",
    "openai/jobgpt/step_metrics_novalid.csv": "",
    "openai/legacy-ai-chat/compiled_results.csv": "",
    "openai/legacy-minimaxir-binary/finetune_results.csv": "",
    "openai/nlbse-issues/step_metrics.csv": "",
    "openai/patent-insights/step_metrics.csv": "OVERFIT",
    "openai/pdm-genset/step_metrics_b64.csv": "",
    "openai/pdm-genset/step_metrics_feb2024.csv": "",
    "openai/project3/step_metrics.csv": "",
}
"""The label of each run, below the folder of the corpus; nothing where its index gives none."""

NOISE, LIMIT, POWER = 0.1, 0.05, 0.9
CURVES, FEWER = 1000, 300
FLAT = (8, 10, 12, 16, 24, 40, 60, 120)
RISING = (24, 40, 60)


class Judged(NamedTuple):
    """What became of one run: the worst status of its gates, and the gates that stand in the way."""

    status: Status
    missed: dict[str, str]


def judged(job: Path) -> Judged:
    """The run at `job` under the preset."""
    with TemporaryDirectory() as folder:
        spec = Path(folder) / "job.yaml"
        spec.write_text(f"ftgate: 1\njob: {job}\npreset: sft\n", encoding="utf-8")
        read = load(spec, Surroundings((job,)))
        evidence = read.evidence([])
        decisions = {gate.name: decided(gate, evidence) for gate in read.gates}
    missed = {name: d for name, d in decisions.items() if d.status not in PROMOTING}
    said = {name: "\n".join([f"[{d.status}] {d.headline}", *d.details]) for name, d in missed.items()}
    return Judged(worst(d.status for d in decisions.values()), said)


def decided(gate: Gate, evidence: Evidence) -> Decision:
    """What becomes of one gate; an error is a status too."""
    try:
        return gate.decide(gate.measure(evidence))
    except FtgateError as e:
        return Decision(Status.ERROR, str(e).partition("\n")[0])


def wrong(run: str, label: str, found: Judged) -> str:
    """What is wrong about this judgement, or nothing."""
    if label == "HEALTHY" and found.status not in PROMOTING and (run, found.status) not in _allowed():
        return "a healthy run does not pass"
    if label not in REASONS:
        return ""
    if found.status in PROMOTING:
        return "a bad run passes"
    return "" if any(REASONS[label] in text for text in found.missed.values()) else f"no {REASONS[label]!r} is said"


def _allowed() -> set[tuple[str, Status]]:
    return {(run, Status.INCONCLUSIVE) for run in UNDECIDED}


def real(corpus: Path) -> list[str]:
    """Print the table of the real runs; what is wrong of them."""
    problems, counts = [], Counter[tuple[str, str]]()
    for run, label in RUNS.items():
        found = judged(corpus / run)
        kind = "bad" if label in REASONS else "healthy" if label == "HEALTHY" else "neither"
        counts[kind, found.status.value] += 1
        print(f"{run:52} {label or '-':21} {found.status.value:13} {', '.join(found.missed)}")
        for text in found.missed.values() if kind != "neither" else ():
            lines = text.replace(f"{corpus}/", "").splitlines()
            print(*(f"      {line[:160]}" for line in (lines[0], *lines[1:][-1:])), sep="\n")
        if problem := wrong(run, label, found):
            problems.append(f"{run}: {problem}")
    print("\nlabelled     judged")
    print(*(f"{kind:12} {status:13} {n}" for (kind, status), n in sorted(counts.items())), sep="\n")
    return problems


def flat(n: int) -> Curve:
    """A curve that stays where it is."""
    return np.ones(n)


def flat_then_rising(n: int) -> Curve:
    """Flat for a half, then up by 40 %."""
    return _rising(flat(n - n // 2), n)


def falling_then_rising(n: int) -> Curve:
    """Down to a half for a half, then up by 40 %."""
    return _rising(np.linspace(2, 1, n - n // 2), n)


def rising_early(n: int) -> Curve:
    """Flat for 30 %, then up by 40 %."""
    return _rising(flat(int(n * 0.3)), n)


def _rising(start: Curve, n: int) -> Curve:
    return np.concatenate([start, np.linspace(1, 1.4, n - len(start) + 1)[1:]])


def rate(
    shape: Callable[[int], Curve], n: int, curves: int = FEWER, *, full_set: bool = False, noise: float = NOISE
) -> float:
    """The share of noisy curves of this shape on which `overfit: valid_loss, max: 10%` fails."""
    draws = np.random.default_rng(1).standard_normal((curves, n))
    return sum(_fails(shape(n) * (1 + noise * draw), full_set=full_set) for draw in draws) / curves


def _fails(values: Curve, *, full_set: bool) -> bool:
    points = enumerate(values.tolist(), 1)
    series = build("valid_loss", "valid_loss", points, file="log", full_set=full_set)
    score = Overfit("valid_loss")(Evidence.holding(Job("a simulation", Path("log"), (), {}, {"valid_loss": series})))
    return Threshold(max=Bound(0.1, percent=True)).decide(score).status is Status.FAIL


def simulated() -> list[str]:
    """Print the error rates; what is wrong of them."""
    alarms = {n: rate(flat, n, CURVES) for n in FLAT}
    print(f"\nfalse alarms of `overfit, max: 10%` on {CURVES} flat curves with {NOISE:.0%} noise, by values")
    print(*(f"{n:6} {share:6.1%}" for n, share in alarms.items()), sep="\n")
    few = {n: rate(flat, n) for n in (4, 7)}
    print("below 8 values of single batches nothing is claimed: " + _shares(few))
    whole = {n: rate(flat, n, full_set=True, noise=0.02) for n in (3, 5, 7)}
    print("below 8 of the whole set, with 2 % noise: " + _shares(whole))
    print("\nfound on a rise of 40 % with the same noise, by values")
    shapes = (flat_then_rising, rising_early, falling_then_rising)
    found = {shape: {n: rate(shape, n) for n in RISING} for shape in shapes}
    print(*(f"{shape.__name__.replace('_', ' '):20} {_shares(shares)}" for shape, shares in found.items()), sep="\n")
    wrongly = [f"{n} flat values: {share:.1%} false alarms" for n, share in (alarms | few).items() if share > LIMIT]
    blind = [f"{n} values: {share:.1%} found" for n, share in found[flat_then_rising].items() if share < POWER]
    return wrongly + blind


def _shares(by_n: dict[int, float]) -> str:
    return ", ".join(f"{n}: {share:.1%}" for n, share in by_n.items())


def main(corpus: str) -> Sequence[str]:
    """Print all of it; what is wrong."""
    problems = real(Path(corpus)) if corpus else []
    return [*problems, *simulated()]


if __name__ == "__main__":
    problems = main(os.environ.get("FTGATE_CORPUS", ""))
    print(*(f"WRONG: {problem}" for problem in problems), sep="\n")
    sys.exit(bool(problems))
