"""What gating a job of 1,000,000 rows costs, against pandas reading its file: python benchmarks/large_jobs.py.

Each run is a process of its own, in which a job of ten rows is gated twice and then the large one: what counts is what
the large one takes beyond the second small one, so that starting Python, pytest and pandas counts for nobody. Ours is a
whole `pytest --ftgate` with two gates, pandas' reads the file. Seconds are those of the processor, user and system, the
least of five runs taken in turns. What else runs there can only add to a run: a case above the limit is run up to ten
rounds more, for better ones. Fails above three times pandas' seconds, or when the largest resident set of a gating
process is above 1 GB.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

ROWS, FEW = 1_000_000, 10
LIMIT_RATIO, LIMIT_MB = 3.0, 1000
ROUNDS, MOST_ROUNDS = 5, 15

# As installed: with the compiled modules that Python keeps unless it is told not to.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
OURS = (
    "import pytest",
    "assert pytest.main(['-q', '-p', 'no:cacheprovider', '--ftgate', 'job.yaml']) == 0",
)

_RUN = """
import os, resource, sys, time
{setup}

def seconds(folder):
    os.chdir(folder)
    start = time.process_time()
    {call}
    os.chdir("..")
    return time.process_time() - start

seconds("small")
few = seconds("small")
many = seconds("large")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print([many - few, peak / 1e6])
"""

_SPEC = """
ftgate: 1
job: {job}
gates:
  train-loss: {{metric: train_loss, max: 2}}
  valid-loss: {{metric: valid_loss, max: 2}}
"""


class Cost(NamedTuple):
    """Processor seconds of a process, and the megabytes (10^6 bytes) of its largest resident set."""

    seconds: float
    megabytes: float


class Case(NamedTuple):
    """One kind of job: its name, its file, its lines for a number of rows, the spec's `job`, and pandas' call."""

    name: str
    file: str
    lines: Callable[[int], Iterator[str]]
    job: str
    pandas: str


def results(rows: int, every: int) -> Iterator[str]:
    """An OpenAI result file with a validation each `every` steps."""
    yield "step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy"
    draw = random.Random(1).random  # noqa: S311
    for step in range(1, rows + 1):
        validation = f"{draw():.5f},{draw():.5f}" if step % every == 0 else ","
        yield f"{step},{draw():.5f},{draw():.5f},{validation}"


def log(rows: int) -> Iterator[str]:
    """A log of one's own in JSONL, with a validation each ten steps."""
    draw = random.Random(1).random  # noqa: S311
    for step in range(1, rows + 1):
        validation = {"eval_loss": round(draw(), 4)} if step % 10 == 0 else {}
        yield json.dumps({"step": step, "loss": round(draw(), 4), **validation})


def trainer_log(rows: int) -> Iterator[str]:
    """LLaMA-Factory's `trainer_log.jsonl`, with a validation each ten steps."""
    draw = random.Random(1).random  # noqa: S311
    for step in range(1, rows + 1):
        key = "eval_loss" if step % 10 == 0 else "loss"
        place = {"current_steps": step, "total_steps": rows}
        past = {"epoch": round(3 * step / rows, 4), "percentage": round(100 * step / rows, 2)}
        yield json.dumps({**place, key: round(draw(), 4), "lr": 1e-9 * step, **past, "elapsed_time": "0:00:25"})


CASES = (
    Case("OpenAI CSV, every cell", "results.csv", lambda n: results(n, 1), "results.csv", "read_csv('results.csv')"),
    Case("OpenAI CSV, sparse", "results.csv", lambda n: results(n, 10), "results.csv", "read_csv('results.csv')"),
    Case(
        "CSV, named columns",
        "m.csv",
        lambda n: results(n, 1),
        "{csv: m.csv, columns: {train_loss: train_loss, valid_loss: valid_loss}}",
        "read_csv('m.csv')",
    ),
    Case(
        "JSONL, named columns",
        "m.jsonl",
        log,
        "{jsonl: m.jsonl, columns: {train_loss: loss, valid_loss: eval_loss}}",
        "read_json('m.jsonl', lines=True)",
    ),
    Case(
        "LLaMA-Factory's log",
        "trainer_log.jsonl",
        trainer_log,
        "trainer_log.jsonl",
        "read_json('trainer_log.jsonl', lines=True)",
    ),
)


def make(folder: Path, case: Case, rows: int) -> Path:
    """A folder with the job and its spec."""
    folder.mkdir()
    with (folder / case.file).open("w") as stream:
        stream.writelines(f"{line}\n" for line in case.lines(rows))
    (folder / "job.yaml").write_text(_SPEC.format(job=case.job))
    return folder


def cost(folder: Path, setup: str, call: str) -> Cost:
    """What the rows of the large job cost in one process, which must succeed."""
    script = _RUN.format(setup=setup, call=call)
    child = subprocess.run([sys.executable, "-c", script], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True)
    if child.returncode:
        raise SystemExit(f"{call} in {folder} exits with {child.returncode}: {child.stdout}{child.stderr}")
    seconds, megabytes = json.loads(child.stdout.splitlines()[-1])
    return Cost(seconds, megabytes)


def best(runs: list[Cost]) -> Cost:
    """The least seconds, because what else the machine does only adds to them, and the most megabytes."""
    return Cost(min(one.seconds for one in runs), max(one.megabytes for one in runs))


class Measured(NamedTuple):
    """What the rows of a case cost us and pandas."""

    ours: Cost
    pandas: Cost

    @property
    def ratio(self) -> float:
        """Our seconds for one of pandas'."""
        return self.ours.seconds / self.pandas.seconds

    @property
    def within(self) -> bool:
        """Whether it is within the limits."""
        return self.ratio <= LIMIT_RATIO and self.ours.megabytes <= LIMIT_MB


def measured(folder: Path, case: Case) -> Iterator[Measured]:
    """What a case costs, by all rounds so far, after each round."""
    make(folder / "large", case, ROWS)
    make(folder / "small", case, FEW)
    theirs = ("import pandas", f"pandas.{case.pandas}")
    ours, pandas = [], []
    for _ in range(MOST_ROUNDS):
        ours.append(cost(folder, *OURS))
        pandas.append(cost(folder, *theirs))
        yield Measured(best(ours), best(pandas))


def compared(folder: Path, case: Case) -> bool:
    """Print one case, and say whether it is within the limits."""
    rounds = enumerate(measured(folder, case), 1)
    count, found = next((k, one) for k, one in rounds if k == MOST_ROUNDS or (k >= ROUNDS and one.within))
    ours, pandas = (f"{one.seconds:6.2f} s {one.megabytes:6.0f} MB" for one in found)
    print(f"{case.name:24} {ours}   pandas {pandas}   ratio {found.ratio:.2f} ({count} rounds)", flush=True)
    return found.within


def main() -> int:
    """Print every case."""
    print(f"{ROWS:,} rows; limits: ratio {LIMIT_RATIO}, {LIMIT_MB:,} MB")
    within = []
    for case in CASES:
        with tempfile.TemporaryDirectory() as name:
            within.append(compared(Path(name), case))
    return 0 if all(within) else 1


if __name__ == "__main__":
    sys.exit(main())
