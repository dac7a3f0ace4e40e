"""What the tests of graders ask: a grade, or the sentence of a refusal."""

import pytest

from pytest_ftgate.errors import EvalError
from pytest_ftgate.evals.calls import calls_of
from pytest_ftgate.evals.graders import Grade, build_grader
from pytest_ftgate.evals.graders.grade import graded
from pytest_ftgate.evals.outputs import Output
from pytest_ftgate.evals.prompts import Prompt
from pytest_ftgate.evals.runtime import BARE, Runtime


def prompt(target: object = None, **fields: object) -> Prompt:
    """A prompt whose row has these fields."""
    return Prompt("a", "", target, fields, "h.jsonl:3")


def grade(config: object, output: str | Output, *, runtime: Runtime = BARE, **fields: object) -> Grade:
    """What the grader says of an output to a prompt with these fields."""
    said = Output("a", output) if isinstance(output, str) else output
    return graded(build_grader(config, runtime), said, prompt(**fields))  # type: ignore[arg-type]


def cannot(config: object, output: str | Output, *, runtime: Runtime = BARE, **fields: object) -> str:
    """Why the grader cannot judge an output, without the prompt's place."""
    with pytest.raises(EvalError) as caught:
        grade(config, output, runtime=runtime, **fields)
    return str(caught.value).removeprefix("h.jsonl:3: prompt a cannot be graded by ")


def refusal(config: object) -> str:
    """Why there can be no such grader."""
    with pytest.raises(ValueError, match="grader") as caught:
        build_grader(config)  # type: ignore[arg-type]
    return str(caught.value)


def called(name: str, arguments: str = "{}") -> Output:
    """An output that calls one function."""
    call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}
    return Output("a", "", "called", "so", tools=calls_of([call]))
