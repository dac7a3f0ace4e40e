"""A million recorded outputs through a gate: how long it takes beside parsing their file, and in how much memory.

    python benchmarks/outputs.py [OUTPUTS]

Prints CPU seconds of `json.loads` over each line of the outputs, of reading the prompts, and of reading and grading the
outputs, and the peak of the resident memory. Each grader is measured in processes of its own, of whose times the least
count: what else the machine does only adds to them. The aim is three times the time of parsing, in less than 1 GB. It
is met within a few hundredths: a run fails beyond 1 GB, and beyond a ratio that leaves room for a machine's noise.
"""

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OUTPUTS = 1_000_000
AIM, MOST_TIMES, MOST_MB = 3.0, 3.5, 1000.0
PROCESSES = 3
GRADERS = {"exact": "exact", "regex": {"type": "regex", "pattern": r"Answer: [0-9]+"}}
SENTENCE = "the parcel was sent on monday and takes five days so we add the rest of the week and round it up "


def write(folder: Path, n: int) -> None:
    """Prompts that want a label, and two files of outputs: labels, and reasoning that ends with an answer."""
    draw = random.Random(0)  # noqa: S311 - a benchmark's data
    labels = [f"label-{i}" for i in range(50)]
    reasoning = [SENTENCE * 5 + SENTENCE[draw.randrange(40) :] for _ in range(100)]
    files = [(folder / f"{name}.jsonl").open("w", encoding="utf-8") for name in ("prompts", *GRADERS)]
    for i in range(n):
        key, label = f"case-{i:07d}", draw.choice(labels)
        got = label if draw.random() < 0.9 else draw.choice(labels)
        rows = (
            {"id": key, "prompt": f"Ticket {i}: which label?", "target": label},
            {"id": key, "output": got, "finish_reason": "stop", "model": "ft:m"},
            {"id": key, "output": f"{reasoning[i % 100]}. Answer: {i}", "finish_reason": "stop", "model": "ft:m"},
        )
        for file, row in zip(files, rows, strict=True):
            file.write(json.dumps(row) + "\n")
    for file in files:
        file.close()


def judge(folder: Path, name: str) -> None:
    """Measure one grader, in this process."""
    from pytest_ftgate.evals.graders import build_grader
    from pytest_ftgate.evals.plan import EvalPlan

    outputs = folder / f"{name}.jsonl"
    start = time.process_time()
    with outputs.open(encoding="utf-8") as lines:
        for line in lines:
            json.loads(line)
    parsed = time.process_time() - start
    plan = EvalPlan("e", folder / "prompts.jsonl", outputs, False, build_grader(GRADERS[name]), gated=True, keeps=False)
    start = time.process_time()
    _ = plan.read
    read = time.process_time() - start
    start = time.process_time()
    results = plan.grade(Path)
    graded = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps([parsed, read, graded, peak, results.passes]))


def measured(folder: str, name: str) -> bool:
    """Measure one grader, print what was found, and say whether it is within the limits."""
    command = [sys.executable, __file__, "--judge", folder, name]
    runs = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(PROCESSES)]
    parsed, read, graded = (min(run[i] for run in runs) for i in range(3))
    peak, passes, times = max(run[3] for run in runs), runs[0][4], graded / parsed
    print(
        f"{name:6} json.loads {parsed:.2f} s, prompts {read:.2f} s, outputs {graded:.2f} s: {times:.2f} times "
        f"(aim {AIM:g}: {'met' if times <= AIM else 'NOT met'}; limit {MOST_TIMES:g}), "
        f"peak {peak:,.0f} MB (limit {MOST_MB:,.0f}), {passes:,} pass"
    )
    return times <= MOST_TIMES and peak <= MOST_MB


def main() -> int:
    """Write the files, measure each grader, and fail beyond the limits."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else OUTPUTS
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), n)
        within = [measured(folder, name) for name in GRADERS]
    return 0 if all(within) else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--judge"]:
        judge(Path(sys.argv[2]), sys.argv[3])
    else:
        raise SystemExit(main())
