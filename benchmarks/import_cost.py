"""What an installed but unused pytest-ftgate costs every pytest run: python benchmarks/import_cost.py.

Prints the plugin's own import time (median of 15 runs of `python -X importtime`, pytest imported before it) and which
heavy libraries a `pytest --co` of an empty test file has loaded. Fails above 3 ms, or if any library was loaded.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

LIMIT_MS = 3.0
HEAVY = ("yaml", "pandas", "openai", "jsonschema", "scipy")
RUNS = 15

# As installed: with the compiled modules that Python keeps unless it is told not to.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

_CONFTEST = f"""
import sys

def pytest_sessionfinish():
    print("loaded:", [name for name in {HEAVY!r} if name in sys.modules])
"""


def import_ms() -> float:
    """Milliseconds that importing the plugin takes, with everything it imports that pytest had not."""
    command = [sys.executable, "-X", "importtime", "-c", "import pytest, pytest_ftgate.plugin, pytest_ftgate.hookspecs"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True, env=ENVIRONMENT).stderr.splitlines()
    cumulative = [line.split("|")[1] for line in lines if re.search(r"\| pytest_ftgate(\.plugin|\.hookspecs)?$", line)]
    return sum(map(int, cumulative)) / 1000


def loaded_libraries() -> str:
    """The heavy libraries that collecting an empty test file loads, as the run itself says."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_empty.py").write_text("")
        Path(folder, "conftest.py").write_text(_CONFTEST)
        command = [sys.executable, "-m", "pytest", "--co", "-q", "-s"]
        done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    return next(line.removeprefix("loaded: ") for line in done.stdout.splitlines() if line.startswith("loaded: "))


def main() -> int:
    """Print both figures."""
    milliseconds = statistics.median(import_ms() for _ in range(RUNS))
    loaded = loaded_libraries()
    print(f"importing the plugin: {milliseconds:.2f} ms (limit {LIMIT_MS:.0f} ms, median of {RUNS})")
    print(f"heavy libraries loaded by an unrelated run: {loaded}")
    return 0 if milliseconds < LIMIT_MS and loaded == "[]" else 1


if __name__ == "__main__":
    sys.exit(main())
