"""A verdict's file is the old one or the new one, whatever dies while it is written."""

import subprocess
import sys
from pathlib import Path

from pytest_ftgate.verdict.reading import read_document

WRITES_FOR_EVER = """
import sys
from dataclasses import replace
from pathlib import Path
from pytest_ftgate.verdict import unfinished, write
verdict = unfinished([Path("job.yaml")])
for number in range(10**9):
    write(replace(verdict, problems=(str(number), "x" * 200_000)), Path(sys.argv[1]))
    print(number, flush=True)
"""


def test_a_writer_that_is_killed_at_any_moment_leaves_a_whole_file(tmp_path: Path) -> None:
    file = tmp_path / "verdict.json"
    for lines in (1, 2, 3, 5, 8, 13, 21, 34):
        command = [sys.executable, "-c", WRITES_FOR_EVER, str(file)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            # How many of its lines are awaited is chance enough: nothing is timed.
            for _ in range(lines):
                writer.stdout.readline()
            writer.kill()
        found = read_document(file)
        assert (found["verdict"], len(found["problems"][2])) == ("incomplete", 200_000)
