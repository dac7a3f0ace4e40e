"""A grader of one's own: an answer cites documents, as in [kb-12], and only those that the prompt's row lists."""

import re
from collections.abc import Callable, Mapping

import pytest

from pytest_ftgate import EvidenceError, Grade, GraderKind, Output, Prompt

CITATION = re.compile(r"\[(kb-[0-9]{1,6})\]")


def cites(options: Mapping[str, object], _runtime: object) -> Callable[[Output, Prompt], Grade]:
    """Makes the grader of its options; what is wrong with these is a mistake in the spec."""
    least = options.get("least", 1)
    if not isinstance(least, int) or least < 1:
        raise ValueError("least is no whole number from 1 on")

    def grader(output: Output, prompt: Prompt) -> Grade:
        known = prompt.fields.get("sources")
        if not isinstance(known, list):
            raise EvidenceError(f"{prompt.where}: the row has no list of sources")
        cited = set(CITATION.findall(output.text))
        if strange := sorted(cited - set(known)):
            return Grade(0.0, f"cites {strange[0]}, which is no source of the answer")
        score = min(1.0, len(cited) / least)
        return Grade(score, "" if score == 1 else f"cites {len(cited)} sources, and {least} are wanted")

    return grader


# optionalhook: a run without the plugin (-p no:ftgate) then ignores this instead of refusing it.
@pytest.hookimpl(optionalhook=True)
def pytest_ftgate_graders() -> dict[str, GraderKind]:
    """Let specs in this folder say `cites`."""
    return {"cites": GraderKind("least", frozenset(), cites)}
