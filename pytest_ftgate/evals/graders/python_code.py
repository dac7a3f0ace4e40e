"""OpenAI's python: a program with a function `grade(sample, item)`, run only where the command line allows it.

Source: https://platform.openai.com/docs/guides/graders, "Python graders". The program comes with the policy, and is
trusted as a conftest.py is; the limits are there for its mistakes. It runs in a process of its own, in an empty
folder, without the environment and its secrets, with limits of time, memory and file size. What the system lacks of
these limits (Windows has no memory limit) it lacks here.
"""

import ast
import json
import math
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from ...wording import quoted
from ..lines import strict_json
from ..outputs import Output
from ..prompts import Prompt, described
from ..runtime import Runtime
from .comparison import threshold
from .grade import CALLS, Grade, Grader, WideGrader, cannot, scaled, void
from .options import Options
from .template import LackingError, choices, item_of, output_json

TIME_LIMIT = 2.0
"""Seconds that the grading of one output may take."""

_MEMORY = 2 << 30
_LONGEST_RESULT = 1 << 16
_LONGEST_SOURCE = 256_000

# Limits that the process sets itself need no code between fork and exec, which is not safe beside threads.
_RUNNER = """
import json, math, sys
try:
    import resource
except ImportError:
    resource = None
memory, size, seconds = map(int, sys.argv[1:])
if resource:
    for kind, most in (("AS", memory), ("FSIZE", size), ("CPU", seconds), ("CORE", 0)):
        try:
            resource.setrlimit(getattr(resource, "RLIMIT_" + kind), (most, most))
        except (ValueError, OSError):
            pass
with open("task.json", encoding="utf-8") as file:
    task = json.load(file)
try:
    space = {"__name__": "grader"}
    exec(compile(task["source"], "source", "exec"), space)
    value = space["grade"](task["sample"], task["item"])
    if isinstance(value, (str, bytes)) or not math.isfinite(value):
        raise ValueError("it returned " + repr(value)[:80] + ", which is no score")
    found = {"score": float(value)}
except BaseException as error:
    found = {"error": (type(error).__name__ + ": " + str(error))[:1000]}
with open("result.json", "w", encoding="utf-8") as file:
    json.dump(found, file)
"""


def python(options: Options, runtime: Runtime, limit: float = TIME_LIMIT) -> Grader:
    """The number that the program's `grade(sample, item)` returns, in at most `limit` seconds an output.

    An exception of the program, or a result that is no number, is a miss, as it is 0 at OpenAI. A program that may
    not be run, or does not end, raises EvalError.

    Raises:
        ValueError: an option cannot be used; the message is a sentence.
    """
    source = _source(options.get("source"))
    wanted = threshold(options, (-math.inf, math.inf))

    def grader(output: Output, prompt: Prompt) -> Grade:
        if not runtime.runs_code:
            raise cannot(prompt, "python", "it is a program, which runs only where --ftgate-allow-python is given")
        task = {"source": source, "sample": _sample(output), "item": dict(item_of(prompt))}
        try:
            result = _run(json.dumps(task), limit)
        except (ValueError, TypeError, RecursionError, OSError) as e:
            raise cannot(prompt, "python", quoted(str(e), 200)[1:-1]) from None
        return _grade(result, wanted)

    # A program that never mentions calls would take one for an empty text.
    return WideGrader(grader, CALLS) if "output_tools" in source or "tool_calls" in source else grader


def _source(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"source is {described(value)}; a program with `def grade(sample, item)` is wanted")
    if len(value) > _LONGEST_SOURCE:
        raise ValueError(f"source has {len(value):,} characters, more than the {_LONGEST_SOURCE:,} that it may have")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(value).body
    except SyntaxError as e:
        raise ValueError(f"source is not Python: {e.msg}, in its line {e.lineno}") from None
    except (ValueError, RecursionError, MemoryError):
        raise ValueError("source is not Python, or nests too deeply") from None
    if not any(isinstance(part, ast.FunctionDef) and part.name == "grade" for part in body):
        raise ValueError("source defines no function `grade(sample, item)`")
    return value


def _sample(output: Output) -> Mapping[str, object]:
    try:
        value = output_json(output)
    except LackingError:
        value = None
    return {
        "output_text": output.text,
        "output_json": value,
        "output_tools": list(output.tools),
        "choices": choices(output),
    }


def _run(task: str, limit: float) -> Mapping[str, object]:
    """What the process left behind: its score or its error."""
    with TemporaryDirectory(prefix="ftgate-") as name:
        folder = Path(name)
        (folder / "task.json").write_text(task, encoding="utf-8")
        code = _ended(folder, limit)
        try:
            with (folder / "result.json").open(encoding="utf-8") as file:
                found = strict_json(file.read(_LONGEST_RESULT))
        except (OSError, ValueError):
            raise ValueError(f"the program ended without a result (exit status {code})") from None
    if not isinstance(found, Mapping):
        raise ValueError("the program ended with a result that is none")
    return found


def _ended(folder: Path, limit: float) -> int:
    """Run the program to its end, and nothing of it longer."""
    sizes = (_MEMORY, _LONGEST_RESULT, math.ceil(limit) + 1)
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and program; the user's is opted in to
        [sys.executable, "-I", "-B", "-c", _RUNNER, *map(str, sizes)],
        cwd=folder,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(limit)
    except subprocess.TimeoutExpired:
        raise ValueError(f"the program took longer than {limit:g} s") from None
    finally:
        _kill(process)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """End the process, and what it started, where the system has groups of processes."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (AttributeError, ProcessLookupError, PermissionError):
        process.kill()
    process.wait()


def _environment() -> dict[str, str]:
    """What Python itself needs on some systems, and numerical libraries to stay within the memory."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    return {**kept, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def _grade(result: Mapping[str, object], wanted: float | None) -> Grade:
    score = result.get("score")
    if isinstance(score, float):
        return scaled(score, wanted, "")
    return void(f"the program failed: {quoted(str(result.get('error')), 200)[1:-1]}")
