"""What other eval tools write, recognised by content: their outputs in our own rows, their numbers by name."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...errors import EvalError
from ...files import File
from ...wording import listed
from ..lines import Row
from ..prompts import Prompt
from . import inspect_log, llama_factory, lm_eval, oaieval, openai_evals, promptfoo
from .items import Fields
from .numbers import Report
from .opening import Opening, opened

Outputs = Callable[[Opening, Fields], Iterator[tuple[str, Row]]]


@dataclass(frozen=True)
class Format:
    """One tool's file.

    Attributes:
        recognise: whether a file is one, by what it begins with.
        outputs: its outputs as rows of ours, each with its place; None where it holds none.
        report: its numbers; None where it holds none.
        by_position: its outputs, joined to prompts by their places, of a format without ids.
    """

    recognise: Callable[[Opening], bool]
    outputs: Outputs | None = None
    report: Callable[[Opening], Report] | None = None
    by_position: Callable[[Opening, Sequence[Prompt]], Iterator[tuple[str, Row]]] | None = None


FORMATS: Mapping[str, Format] = {
    "promptfoo results": Format(promptfoo.recognise, promptfoo.outputs, promptfoo.report),
    "an Inspect log": Format(inspect_log.recognise, inspect_log.outputs, inspect_log.report),
    "lm-evaluation-harness samples": Format(lm_eval.recognise_samples, lm_eval.outputs),
    "lm-evaluation-harness results": Format(lm_eval.recognise_results, report=lm_eval.report),
    "OpenAI Evals output items": Format(openai_evals.recognise, openai_evals.outputs),
    "an OpenAI Evals run": Format(openai_evals.recognise_run, report=openai_evals.report),
    "an oaieval log": Format(oaieval.recognise, oaieval.outputs, oaieval.report),
    "LLaMA-Factory predictions": Format(llama_factory.recognise, by_position=llama_factory.outputs),
}
"""The tools' files by what messages call them; the first that recognises a file reads it."""

_OURS = ("output", "finish_reason", "model", "error")


def foreign(file: File) -> bool:
    """Whether a file, or what one begins with, is another tool's."""
    return _format(file)[1] is not None


def rows_of(file: File, fields: Fields, prompts: Sequence[Prompt]) -> Iterator[tuple[str, Row]] | None:
    """The outputs in another tool's file as rows `{id, output}` of ours, each with its place, or None.

    None is for a file that no format here recognises.

    `fields` may name the columns of the tool's own test items that hold our `id`, `prompt` and `messages`.

    Raises:
        EvalError: it holds numbers only, or `fields` names what the format has a fixed place for.
    """
    name, found, opening = _format(file)
    if found is None or opening is None:
        return None
    fixed = [our for our in _OURS if our in fields]
    if fixed:
        raise EvalError(f"{file.name}: {name}, whose {listed(fixed)} have their place: `fields` cannot say another")
    if found.by_position:
        return found.by_position(opening, prompts)
    if found.outputs is None:
        raise EvalError(f"{file.name}: {name}, which holds no outputs: gate on its numbers, `result: FILE`")
    return found.outputs(opening, fields)


def report_of(file: File) -> Report:
    """The numbers in another tool's report, or in any JSON file.

    Raises:
        EvidenceError: it is no JSON, holds outputs only, or its run failed or is not whole.
    """
    name, found, opening = _format(file)
    if opening is None or (found is None and not opening.whole):
        file.text()
        raise EvalError(f"{file.name}: not a report: one JSON object is wanted")
    if found is None:
        return Report("JSON", opening.whole)
    if found.report is None:
        raise EvalError(f"{file.name}: {name}, which hold no totals: judge them with an eval, `outputs: FILE`")
    return found.report(opening)


def _format(file: File) -> tuple[str, Format | None, Opening | None]:
    opening = inspect_log.unpacked(file) if inspect_log.packed(file) else opened(file)
    if opening is not None:
        for name, known in FORMATS.items():
            if known.recognise(opening):
                return name, known, opening
    return "", None, opening
