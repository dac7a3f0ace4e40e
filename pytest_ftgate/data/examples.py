"""A training file, line by line: each example's texts, and what is wrong with it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..errors import EvalError
from ..evals.lines import Row, json_lines
from ..files import File
from ..wording import counted, listed, quoted
from .chat import chat_faults, spoken, unspoken


@dataclass(frozen=True, slots=True)
class Example:
    """One line of a training file.

    Attributes:
        line: of the file, 1-based.
        texts: (who speaks, what) in order; empty where the line cannot be read.
        faults: what is wrong with it, in words.
        held: a digest of its images and tool calls; empty where it has none.
    """

    line: int
    texts: tuple[tuple[str, str], ...]
    faults: tuple[str, ...] = ()
    held: str = ""


def read_examples(file: File) -> list[Example]:
    """The examples of a JSON Lines file; blank lines are none.

    They are chats (`messages`), preferences (`input`, `preferred_output`, `non_preferred_output`, or TRL's `chosen` and
    `rejected`), pairs (`prompt`, `completion`), instructions (`instruction`, `output`), ShareGPT's `conversations`, or
    `text`: the kind is that of most lines, and a line of another kind is a fault.

    Raises:
        EvalError: there are none; EvidenceError: the file is not text.
    """
    rows = list(json_lines(file))
    if not rows:
        raise EvalError(f"{file.name}: holds no examples")
    kind = _kind([row for _, row in rows if not isinstance(row, str)])
    return [_example(line, row, kind) for line, row in rows]


def check_readable(examples: Sequence[Example], name: str) -> None:
    """Refuse a file of which a line has no text to look at: what is not seen is not known to be fine.

    Raises:
        EvalError: there is such a line.
    """
    dark = [example for example in examples if not example.texts]
    if dark:
        first = f"{name}:{dark[0].line}: {dark[0].faults[0]}"
        raise EvalError(f"{first} ({counted(len(dark), 'line')} without a readable text)")


def _kind(rows: Sequence[Row]) -> str:
    counts = {name: sum(keys <= row.keys() for row in rows) for name, (keys, _) in _KINDS.items()}
    return max(counts, key=lambda name: counts[name])


def _example(line: int, row: Row | str, kind: str) -> Example:
    if isinstance(row, str):
        return Example(line, (), (row,))
    keys, read = _KINDS[kind]
    if not keys <= row.keys():
        return Example(line, (), (f"no {listed(map(quoted, sorted(keys - row.keys())))}",))
    texts, faults = read(row)
    found = tuple((who, text) for who, text in texts if text.strip())
    return Example(line, found, tuple(faults) or (() if found else ("no text",)), unspoken(row))


Read = tuple[list[tuple[str, str]], list[str]]


def _chat(row: Row) -> Read:
    return spoken(row["messages"]), chat_faults(row["messages"])


def _preference(row: Row) -> Read:
    given = row["input"]
    asked = given.get("messages") if isinstance(given, Mapping) else None
    texts, faults = spoken(asked), chat_faults(asked, answered=False)
    answers = [_messages(row, name, asked=False) for name in ("preferred_output", "non_preferred_output")]
    return _joined([(texts, faults), *answers])


def _chosen(row: Row) -> Read:
    """A preference whose prompt stands beside both answers, or at the beginning of both."""
    apart = "prompt" in row
    asked = [_part(row, "prompt", "user", answered=False)] if apart else []
    return _joined([*asked, *(_part(row, name, "assistant", asked=not apart) for name in ("chosen", "rejected"))])


def _pair(row: Row) -> Read:
    return _joined([_part(row, "prompt", "user", answered=False), _part(row, "completion", "assistant", asked=False)])


def _part(row: Row, name: str, role: str, *, asked: bool = True, answered: bool = True) -> Read:
    """What a column holds: one text of `role`, or messages."""
    if isinstance(row[name], list):
        return _messages(row, name, asked=asked, answered=answered)
    return _columns(row, {name: role})


def _messages(row: Row, name: str, *, asked: bool = True, answered: bool = True) -> Read:
    faults = chat_faults(row[name], asked=asked, answered=answered)
    return spoken(row[name]), [f"{name}: {fault}" for fault in faults]


def _joined(parts: Sequence[Read]) -> Read:
    return [text for texts, _ in parts for text in texts], [fault for _, faults in parts for fault in faults]


def _share_gpt(row: Row) -> Read:
    said = row["conversations"]
    if not isinstance(said, list) or not all(isinstance(one, Mapping) for one in said):
        return [], ["conversations is not a list of objects"]
    turns = [
        {"role": _SPEAKERS.get(str(one.get("from")), one.get("from")), "content": one.get("value")} for one in said
    ]
    return spoken(turns), chat_faults(turns)


def _columns(row: Row, roles: Mapping[str, str], optional: frozenset[str] = frozenset()) -> Read:
    texts = [(role, row[name]) for name, role in roles.items() if isinstance(row.get(name), str)]
    blank = [n for n in roles if n not in optional and not (isinstance(row.get(n), str) and str(row[n]).strip())]
    return [(role, str(text)) for role, text in texts], [f"{quoted(name)} is blank or no text" for name in blank]


_SPEAKERS = {"human": "user", "gpt": "assistant", "function_call": "assistant", "observation": "tool"}
"""Who speaks in ShareGPT's files, as chats call them."""

_KINDS: Mapping[str, tuple[frozenset[str], Callable[[Row], Read]]] = {
    "chat": (frozenset({"messages"}), _chat),
    "preference": (frozenset({"input", "preferred_output", "non_preferred_output"}), _preference),
    "TRL preference": (frozenset({"chosen", "rejected"}), _chosen),
    "pair": (frozenset({"prompt", "completion"}), _pair),
    "instruction": (
        frozenset({"instruction", "output"}),
        lambda r: _columns(r, {"instruction": "user", "input": "user", "output": "assistant"}, frozenset({"input"})),
    ),
    "ShareGPT": (frozenset({"conversations"}), _share_gpt),
    "text": (frozenset({"text"}), lambda r: _columns(r, {"text": "text"})),
}
"""The kinds of example by name: the keys that every one has, and its reader."""


def faulty(examples: Sequence[Example]) -> Iterator[Example]:
    """The examples with something wrong."""
    return (example for example in examples if example.faults)
