"""The tool_call grader: which tools an answer calls, and with what arguments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...wording import counted, listed
from ..calls import Call, call_of
from ..lines import strict_json
from ..outputs import Output
from ..prompts import Prompt, described
from .grade import CALLS, PASS, Grade, Grader, WideGrader, cannot, miss, shown
from .json_values import Rule, a_json, difference
from .options import Options, a_text, flag, reference
from .pairing import unpaired

_MOST = 100
"""Calls of one answer that are compared."""

_UNMISSABLE = "no call is wanted and others are allowed, so nothing could miss it"


@dataclass(frozen=True)
class Wanted:
    """A call that is wanted: the tool's name, and its arguments if they matter."""

    name: str
    arguments: object = None


@dataclass(frozen=True)
class _Made:
    """A call that was made; `fault` says why its arguments cannot be read."""

    name: str
    arguments: object
    fault: str = ""


def tool_call(options: Options) -> Grader:
    """The answer makes the calls."""
    rule = Rule(flag(options, "subset"))
    ordered, others = flag(options, "ordered"), flag(options, "others")
    wanted = reference("tool_call", options, "calls", wanted_calls)
    if others and options.get("calls") == []:
        raise ValueError(_UNMISSABLE)

    def grader(output: Output, prompt: Prompt) -> Grade:
        calls, made = wanted(prompt), [_made(call) for call in output.tools[: _MOST + 1]]
        if others and not calls:
            raise cannot(prompt, "tool_call", _UNMISSABLE)
        if len(made) > _MOST:
            return miss(f"{len(output.tools):,} calls, more than the {_MOST} that are checked")
        fault = (_in_order if ordered else _in_any_order)(calls, made, rule)
        if not fault and not others and len(made) > len(calls):
            fault = f"wanted {_count(calls)}, got {listed(shown(one.name) for one in made)}"
        return miss(fault) if fault else PASS

    return WideGrader(grader, CALLS)


def wanted_calls(value: object) -> tuple[Wanted, ...]:
    """One call or a list of them, as `{name, arguments}` or as chat completions write them; none is a list too.

    Raises:
        ValueError: it is something else.
    """
    said = a_json(value)
    if isinstance(said, Mapping):
        return (_wanted(said),)
    if not isinstance(said, list):
        raise ValueError(f"is {described(said)}; a call as {{name, arguments}}, or a list of these, is wanted")
    return tuple(map(_wanted, said))


def _wanted(said: object) -> Wanted:
    if not isinstance(said, Mapping):
        raise ValueError(f"holds {described(said)}; a call as {{name, arguments}} is wanted")
    if "function" in said or "custom" in said:
        call = call_of(said)
        if call is None:
            raise ValueError("holds a call that has no name or no arguments")
        return _whole(_made(call))
    unknown = [key for key in said if key not in ("name", "arguments")]
    if unknown:
        raise ValueError(f"holds a call with {shown(unknown[0])}; it has a name and arguments")
    try:
        return Wanted(a_text(said.get("name")), _arguments(said.get("arguments")))
    except ValueError as e:
        raise ValueError(f"holds a call whose name or arguments cannot be used: it {e}") from None


def _whole(made: _Made) -> Wanted:
    if made.fault:
        raise ValueError(f"holds a call whose {made.fault}")
    return Wanted(made.name, made.arguments)


def _arguments(value: object) -> object:
    return None if value is None else a_json(value)


def _made(call: Call) -> _Made:
    kind = "custom" if "custom" in call else "function"
    inner = call[kind]
    name, written = (
        (inner["name"], inner["arguments" if kind == "function" else "input"])
        if isinstance(inner, Mapping)
        else ("", "")
    )
    if kind == "custom":
        return _Made(str(name), written)
    try:
        return _Made(str(name), strict_json(str(written)))
    except ValueError as e:
        return _Made(str(name), None, f"arguments {shown(str(written), 40)} cannot be read: {e}")


def _fault(wanted: Wanted, made: _Made, rule: Rule) -> str:
    """Why a call is not the one that is wanted, or nothing."""
    if made.name != wanted.name:
        return f"wanted a call of {shown(wanted.name)}, got {shown(made.name)}"
    if made.fault:
        return f"{shown(made.name)}: its {made.fault}"
    if wanted.arguments is None:
        return ""
    try:
        found = difference(wanted.arguments, made.arguments, rule)
    except RecursionError:
        found = "arguments nested too deeply to be compared"
    return f"{shown(made.name)}: {found}" if found else ""


def _in_any_order(wanted: Sequence[Wanted], made: Sequence[_Made], rule: Rule) -> str:
    lacking = unpaired([[i for i, one in enumerate(made) if not _fault(call, one, rule)] for call in wanted])
    return "" if lacking is None else _nearest(wanted[lacking], made, rule)


def _in_order(wanted: Sequence[Wanted], made: Sequence[_Made], rule: Rule) -> str:
    rest = iter(range(len(made)))
    for number, call in enumerate(wanted, 1):
        if not any(not _fault(call, made[i], rule) for i in rest):
            return f"call {number} of {len(wanted)}, in this order: {_nearest(call, made, rule)}"
    return ""


def _nearest(wanted: Wanted, made: Sequence[_Made], rule: Rule) -> str:
    """What is wrong with the call of that name, or that there is none."""
    faults = [fault for one in made if one.name == wanted.name and (fault := _fault(wanted, one, rule))]
    if faults:
        return faults[0]
    got = listed(shown(one.name) for one in made) if made else "no call"
    return f"wanted a call of {shown(wanted.name)}, got {got}"


def _count(calls: Sequence[Wanted]) -> str:
    return counted(len(calls), "call") if calls else "no call"
