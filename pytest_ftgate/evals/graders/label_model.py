"""OpenAI's label_model: a label that a model chooses."""

import re
from collections import Counter
from collections.abc import Sequence

from ...wording import listed, number, quoted
from ..prompts import described
from ..runtime import Runtime
from .grade import Grade, Grader, ruled, shown
from .judge import judge_of, judging, rule_of
from .judge_text import Said, labelled, unwrapped
from .options import Options, texts

_WORDS = "label|result|verdict|answer"


def label_model(options: Options, runtime: Runtime) -> Grader:
    """The label of `labels` that the judge chooses is one of `passing_labels`; of repeats, more than half are.

    The score is 1 or 0, or with `rule: mean` the share of repeats that pass.

    Raises:
        ValueError: an option cannot be used; the message is a sentence.
    """
    labels, passing = _labels(options)
    rule = rule_of(options, "majority")

    def read(text: str) -> Said[str]:
        return _read(text, labels)

    def grade(said: Sequence[Said[str]]) -> Grade:
        share = sum(one.value in passing for one in said) / len(said)
        passed = share > 0.5
        told = listed(f"{quoted(label)}{_times(n, said)}" for label, n in Counter(one.value for one in said).items())
        reason = next((shown(one.reason, 200) for one in said if one.reason), "no reason given")
        why = f"labelled {told}, and {listed(map(quoted, passing))} passes: {reason}"
        return ruled(share if rule == "mean" else float(passed), why, passed=passed)

    schema = {"type": "string", "enum": list(labels)}
    return judging(judge_of("label_model", options, runtime, schema, read), grade)


def _times(count: int, said: Sequence[object]) -> str:
    return f" {number(count)} of {len(said)} times" if len(said) > 1 else ""


def _read(text: str, labels: Sequence[str]) -> Said[str]:
    """The label in a judge's text: the text itself, whatever the case, or what stands behind the word label.

    Raises:
        ValueError: it is none of the labels; the message goes on a sentence.
    """
    found = unwrapped(text, "result", "label")
    if found:
        value, reason = found
        if not isinstance(value, str) or value not in labels:
            raise ValueError(f"gave {described(value)}, which is none of the labels {listed(map(quoted, labels))}")
        return Said(value, reason)
    one_of_them = "|".join(map(re.escape, labels))
    own = [text.strip(), *labelled(text, _WORDS, rf"[`\"']*(?:{one_of_them})[`\"'.]*")]
    folded = {label.casefold(): label for label in labels}
    chosen = {folded[bare] for said in own if (bare := said.strip("*_`\"'. ").casefold()) in folded}
    if len(chosen) != 1:
        raise ValueError(f"gave none of the labels {listed(map(quoted, labels))}: {quoted(text, 120)}")
    return Said(chosen.pop(), text if len(own) > 1 else "")


def _labels(options: Options) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found = {name: _texts(options, name) for name in ("labels", "passing_labels")}
    labels, passing = found["labels"], found["passing_labels"]
    if len({label.strip("*_`\"'. ").casefold() for label in labels}) < len(labels):
        raise ValueError("labels holds two that differ in nothing but case and punctuation")
    unknown = [label for label in passing if label not in labels]
    if unknown:
        raise ValueError(f"passing_labels has {listed(map(quoted, unknown))}, which labels has not")
    if set(passing) == set(labels):
        raise ValueError("passing_labels has all of the labels, so every output would pass")
    return labels, passing


def _texts(options: Options, name: str) -> tuple[str, ...]:
    try:
        return texts(options.get(name))
    except ValueError as e:
        raise ValueError(f"{name} {'is missing' if name not in options else e}") from None
