"""What 10,000 recorded prompts as test items cost, against 10,000 bare items: python benchmarks/prompt_items.py.

Both are whole pytest runs in processes of their own, taken in turns after one of each to warm up. Seconds are those of
the processor, user and system, and the least of each count: what else the machine does only adds to them. Ours reads
prompts and outputs, joins and grades them, and shows each prompt as an item. Fails above 1.3.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

COUNT = 10_000
LIMIT = 1.3
ROUNDS = 5

# As installed: with the compiled modules that Python keeps unless it is told not to.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

_BARE = f"""
import pytest

class BareItem(pytest.Item):
    def runtest(self):
        pass

class BareFile(pytest.File):
    def collect(self):
        for i in range({COUNT}):
            yield BareItem.from_parent(self, name=f"answers[prompt-{{i:05}}]")

def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".bare":
        return BareFile.from_parent(parent, path=file_path)
"""

_SPEC = """
ftgate: 1
gates:
  answers-pass: {eval: answers, min: 0.9}
evals:
  answers: {prompts: prompts.jsonl, outputs: outputs.jsonl, grader: exact, items: all}
"""


def make(folder: Path) -> None:
    """A bare run and one of ours, side by side."""
    bare, ours = folder / "bare", folder / "ours"
    bare.mkdir()
    ours.mkdir()
    (bare / "conftest.py").write_text(_BARE)
    (bare / "items.bare").write_text("")
    (ours / "job.yaml").write_text(_SPEC)
    rows = [(f"prompt-{i:05}", f"What is {i} + 1?", str(i + 1)) for i in range(COUNT)]
    prompts = (json.dumps({"id": key, "prompt": prompt, "target": target}) for key, prompt, target in rows)
    outputs = (json.dumps({"id": key, "output": target}) for key, _, target in rows)
    (ours / "prompts.jsonl").write_text("\n".join(prompts) + "\n")
    (ours / "outputs.jsonl").write_text("\n".join(outputs) + "\n")


def seconds(folder: Path, *arguments: str) -> float:
    """Seconds of the processor of one pytest run that must pass."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, env=ENVIRONMENT, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """Print both and their ratio."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder)
        bare, ours = [], []
        seconds(folder / "bare", "items.bare")
        seconds(folder / "ours", "--ftgate", "job.yaml")
        for _ in range(ROUNDS):
            bare.append(seconds(folder / "bare", "items.bare"))
            ours.append(seconds(folder / "ours", "--ftgate", "job.yaml"))
    ratio = min(ours) / min(bare)
    print(f"{COUNT:,} bare items: {min(bare):.2f} s")
    print(f"{COUNT:,} recorded prompts as items: {min(ours):.2f} s")
    print(f"ratio: {ratio:.2f} (limit {LIMIT})")
    return 0 if ratio <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
