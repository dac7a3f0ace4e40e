"""Scores of evals as a gate writes them: which keys belong together."""

from collections.abc import Iterator

from ..measures.classification import Labelling
from ..measures.evals import CLASSIFIES, REPEATS, EvalScore
from ..measures.kinds import KINDS
from ..measures.slices import EvalPairs, EvalSpread
from ..wording import listed, quoted
from .document import Where
from .reading import Body, Reading
from .sampling import repeats_of

OfEval = EvalScore | EvalSpread | EvalPairs

_AVERAGED = ("precision", "recall", "f1")
_RANKED = ("percentile", *(name for name, kind in KINDS.items() if kind.lacking))
_UNSURE = ("balanced_accuracy", *_AVERAGED)
_LABELS = ("extract", "ignore_case")
_OF_SCORES = ("score", "percentile", "average", "label", *_LABELS, "k")


def build_score(reading: Reading, where: Where, body: Body) -> OfEval:
    """The measure, and a mistake for each key that does not belong to it."""
    for key, why in _mistakes(body, _repeats(reading, body["eval"])):
        reading.refuse((*where, key) if key in body else where, why, at_key=True)
    name, part = body["eval"], body.get("slice", {})
    if "spread" in body:
        return EvalSpread(name, body["spread"]["by"], part)
    if "pairs" in body:
        said = body["pairs"]
        return EvalPairs(name, said["by"], said["same"], body.get("of", "grades"), part)
    labelling = Labelling(
        body.get("average"), body.get("label", ""), body.get("extract", ""), body.get("ignore_case", False)
    )
    k = body.get("k", _repeats(reading, name))
    return EvalScore(
        name, body.get("score", "pass_rate"), body.get("percentile"), labelling, body.get("of", ""), k, part
    )


def looked_at(body: Body) -> set[str]:
    """The evals of whose outputs the text itself is looked at, beside the grader, by a gate's conditions."""
    parts = [*body.get("any", ()), *body.get("all", ())]
    own = body.get("of") == "answers" or (body.get("score") in CLASSIFIES and body.get("of") != "entities")
    return {body["eval"]} if "eval" in body and own else {name for part in parts for name in looked_at(part)}


def _repeats(reading: Reading, name: str) -> int:
    return repeats_of(reading.data.get("evals", {}).get(name, {}))


def _mistakes(body: Body, repeats: int) -> Iterator[tuple[str, str]]:
    if "spread" in body or "pairs" in body:
        yield from _of_groups(body)
    else:
        yield from _of_scores(body, body.get("score", "pass_rate"), repeats)


def _of_groups(body: Body) -> Iterator[tuple[str, str]]:
    own = "spread" if "spread" in body else "pairs"
    for key in ("pairs" if own == "spread" else "", *_OF_SCORES):
        if key in body:
            yield key, f"has no meaning beside {own}"
    if own == "spread" and "of" in body:
        yield "of", "has no meaning beside spread"
    if own == "pairs" and body.get("of") == "entities":
        yield "of", "pairs differ in grades or in answers"
    if own == "pairs" and body["pairs"]["by"] == body["pairs"]["same"]:
        yield "pairs", "by and same are one field: prompts of a pair differ in one and are alike in the other"


def _of_scores(body: Body, score: str, repeats: int) -> Iterator[tuple[str, str]]:
    entities = body.get("of") == "entities"
    classes = score in CLASSIFIES and not entities
    if "of" in body and not (entities and score in _AVERAGED):
        yield "of", f"has a meaning beside pairs, and of entities beside {listed(_AVERAGED)}"
    if ("percentile" in body and score not in _RANKED) or (score == "percentile" and "percentile" not in body):
        yield "percentile", f"belongs to {listed(_RANKED, 9)}; score percentile needs it, e.g. `percentile: 10`"
    averaged = score in _AVERAGED and not entities
    if {"average", "label"} & body.keys() and (not averaged or {"average", "label"} <= body.keys()):
        yield "average" if "average" in body else "label", f"belongs to {listed(_AVERAGED)} of classes, one of the two"
    elif averaged and not {"average", "label"} & body.keys():
        yield "score", f"{score} of classes needs `average: macro`, micro or weighted, or one `label`"
    yield from _of_labels(body, classes, repeats)
    yield from _of_repeats(body, score, repeats)
    if "confidence" in body and score in _UNSURE:
        yield "confidence", f"how sure {score.replace('_', ' ')} is cannot be told: confidence is for rates and means"


def _of_labels(body: Body, classes: bool, repeats: int) -> Iterator[tuple[str, str]]:
    for key in _LABELS:
        if key in body and not classes:
            yield key, f"belongs to the scores of classes: {listed(CLASSIFIES)}"
    if classes and repeats > 1:
        yield "score", "compares labels of one output per prompt, and the eval has repeats"
    if "extract" in body and not _compiles(body["extract"]):
        yield "extract", f"{quoted(body['extract'])} is no regular expression"


def _of_repeats(body: Body, score: str, repeats: int) -> Iterator[tuple[str, str]]:
    if score in REPEATS and repeats < 2:
        yield "score", f"{score} needs several outputs per prompt: write `repeats: N` in the eval"
    elif "k" in body and score not in REPEATS:
        yield "k", f"belongs to {listed(REPEATS)}"
    elif body.get("k", 1) > repeats:
        yield "k", f"more outputs than the {repeats} that each prompt has"


def _compiles(pattern: str) -> bool:
    import regex

    try:
        regex.compile(pattern)
    except regex.error:
        return False
    return True
