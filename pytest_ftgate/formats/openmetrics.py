r"""The figures of a verdict as OpenMetrics text: https://prometheus.io/docs/specs/om/open_metrics_spec/, version 1.0.

GitLab shows what changed against the target branch by comparing values as strings, so that each has six decimals. It
splits lines as a shell does and cuts them at `#`, which is therefore spelt `\x23` in labels.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ..decision import PROMOTING, Status
from .told import Told

_DECIMALS = 6

_Sample = tuple[Mapping[str, str], float]


class _Family(NamedTuple):
    """One metric: what it is, and its samples, each labels and a value."""

    name: str
    help: str
    samples: Iterable[_Sample]


def exposition(told: Told) -> str:
    """The text. Prompts that are judged by themselves are counted, and not listed."""
    gates = [gate for gate in told.gates if not gate.is_prompt]
    labelled = [({"spec": gate.spec, "gate": gate.name}, gate) for gate in gates]
    found = Counter(gate.status for gate in told.gates)
    families = (
        _Family("ftgate_promote", "Whether the verdict promotes.", [({}, told.promote)]),
        _Family("ftgate_gates", "Gates by status.", [({"status": one.value}, found[one]) for one in Status]),
        _Family(
            "ftgate_gate_met",
            "Whether a gate stands in nobody's way.",
            [(labels, gate.status in PROMOTING) for labels, gate in labelled],
        ),
        _Family(
            "ftgate_observed",
            "What a gate observed.",
            [(labels | {"measure": what}, value) for labels, gate in labelled for what, value in gate.values.items()],
        ),
        _Family(
            "ftgate_threshold",
            "What a gate compares with.",
            [(labels | {"op": op}, value) for labels, gate in labelled for op, value in gate.wanted.items()],
        ),
    )
    return "\n".join([*(line for family in families for line in _lines(family)), "# EOF", ""])


def _lines(family: _Family) -> Iterator[str]:
    yield f"# TYPE {family.name} gauge"
    yield f"# HELP {family.name} {family.help}"
    for labels, value in family.samples:
        named = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"{family.name}{'{' + named + '}' if named else ''} {value:.{_DECIMALS}f}"


def _escaped(text: str) -> str:
    r"""A label's value: plain text already, in which only `\` and `"` have to be escaped."""
    return text.replace("#", r"\x23").replace("\\", r"\\").replace('"', r"\"")
