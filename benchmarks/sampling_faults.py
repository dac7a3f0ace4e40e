"""What sampling survives, with whole pytest runs against a server in a process of its own that counts.

python benchmarks/sampling_faults.py: 2,000 prompts against a server that fails by chance; a server that refuses every
request; 20 runs that are killed at random moments, and one that is not; four workers of pytest-xdist. Fails where an
answer is lost, asked for twice or too early, where it takes too long, or where the exit status is wrong.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).parent.parent
KILLS = 20
SPEC = """
ftgate: 1
gates:
  answers: {eval: asked, min: 0.99}
evals:
  asked:
    prompts: prompts.jsonl
    sample: {model: tiny, base_url: 'URL', temperature: 0, concurrency: CONCURRENCY}
    grader: {type: regex, pattern: '^re: question [0-9]+$'}
"""


@dataclass(frozen=True)
class Run:
    """One run of pytest: its exit status, what it printed, how long it took, and its verdict."""

    status: int
    said: str
    seconds: float
    verdict: dict[str, object]


@contextmanager
def served(kind: str, latency: float) -> Iterator[str]:
    """A server in a process of its own."""
    command = [sys.executable, "-m", "tests.chat_server", str(latency), kind]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield (server.stdout.readline() if server.stdout else "").strip()
    finally:
        server.kill()
        server.wait()


def report(url: str) -> dict[str, int]:
    """What the server counted."""
    with urlopen(f"{url}/report") as answer:  # noqa: S310 - our own server
        found: dict[str, int] = json.load(answer)
    return found


def make(folder: Path, url: str, count: int, concurrency: int = 20) -> None:
    """A spec and its prompts."""
    folder.mkdir(parents=True)
    (folder / "job.yaml").write_text(SPEC.replace("URL", url).replace("CONCURRENCY", str(concurrency)))
    rows = (json.dumps({"id": f"p{i}", "prompt": f"question {i}"}) for i in range(count))
    (folder / "prompts.jsonl").write_text("\n".join(rows) + "\n")


def started(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    """A run of pytest."""
    environment = {**os.environ, "OPENAI_API_KEY": "none", "CI": "true", "PYTHONPATH": str(ROOT)}
    ours = ["--ftgate", "job.yaml", "--ftgate-verdict", "verdict.json", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *ours, *arguments]
    out = subprocess.PIPE
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=subprocess.STDOUT, text=True)


def ran(folder: Path, *arguments: str) -> Run:
    """A run of pytest to its end."""
    begun = time.perf_counter()
    process = started(folder, *arguments)
    said = process.communicate()[0]
    verdict = json.loads((folder / "verdict.json").read_text())
    return Run(process.returncode, said, time.perf_counter() - begun, verdict)


def told(run: Run) -> object:
    """What must be the same of two runs that judged the same answers: statuses, and the digest of the answers."""
    gates = [gate for spec in run.verdict["specs"] for gate in spec["gates"]]  # type: ignore[attr-defined]
    digests = [text.partition(";")[0] for gate in gates for text in gate["origin"] if "sha256:" in text]
    return run.status, run.verdict["verdict"], [(g["name"], g["status"], g["observed"]) for g in gates], digests


def by_chance(folder: Path) -> Iterator[str]:
    """A server that fails by chance."""
    with served("mixed", 0.05) as url:
        make(folder, url, 2000)
        run, found = ran(folder, "-q"), report(url)
    print(f"2,000 prompts, 19 % of the requests fail: {run.seconds:.1f} s, exit {run.status}, {found}")
    if run.status != 0 or run.seconds > 90:
        yield f"exit {run.status} after {run.seconds:.0f} s\n{run.said}"
    if (found["answered"], found["twice"], found["early"]) != (2000, 0, 0):
        yield f"lost, asked twice, or too early: {found}"


def refused(folder: Path, kind: str, words: str) -> Iterator[str]:
    """A server that refuses every request; the best of three, as most of the time is Python's start."""
    runs = []
    for i in range(3):
        with served(kind, 0.05) as url:
            make(folder / str(i), url, 2000)
            runs.append((ran(folder / str(i), "-q"), report(url)))
    run, found = min(runs, key=lambda pair: pair[0].seconds)
    lines = [line for line in run.said.splitlines() if words in line]
    print(f"every answer a {kind}: {run.seconds:.1f} s, exit {run.status}, {found['requests']} requests: {lines[:1]}")
    if run.status == 0 or run.seconds > 5 or found["requests"] > 21 or not lines or "Traceback" in run.said:
        yield run.said


def killed(folder: Path) -> Iterator[str]:
    """Runs that are killed, and then one that is not; beside a run that nothing disturbed."""
    chance, count, concurrency = random.Random(11), 600, 8  # noqa: S311
    with served("", 0.05) as url:
        make(folder / "whole", url, count, concurrency)
        whole = ran(folder / "whole", "-q")
    with served("", 0.05) as other:
        make(folder / "cut", other, count, concurrency)
        for _ in range(KILLS):
            process = started(folder / "cut", "-q")
            time.sleep(chance.uniform(0.3, 2.5))
            process.send_signal(signal.SIGKILL)
            process.communicate()
            if json.loads((folder / "cut" / "verdict.json").read_text())["promote"]:
                break
        last, found = ran(folder / "cut", "-q"), report(other)
    again = found["requests"] - count
    print(f"killed up to {KILLS} times: {found}, {again} requests more than prompts, exit {last.status}")
    if told(last)[:3] != told(whole)[:3] or last.status != 0:  # type: ignore[index]
        yield f"{told(last)} is not {told(whole)}"
    if found["answered"] != count or again > KILLS * concurrency:
        yield f"asked {again} times more than needed, of at most {KILLS * concurrency}"


def divided(folder: Path) -> Iterator[str]:
    """Four workers."""
    with served("", 0.02) as url:
        make(folder, url, 300)
        run, found = ran(folder, "-q", "-n", "4"), report(url)
    print(f"-n 4: {run.seconds:.1f} s, exit {run.status}, {found}")
    if run.status != 0 or found["requests"] != 300:
        yield f"{found}\n{run.said}"


def main() -> int:
    """Run all of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wrong = [
            *by_chance(folder / "chance"),
            *refused(folder / "key", "401", "the key in OPENAI_API_KEY is not accepted"),
            *refused(folder / "model", "404", "there is no model 'tiny'"),
            *killed(folder / "kill"),
            *divided(folder / "workers"),
        ]
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
