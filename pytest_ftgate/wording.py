"""How values and words are written in messages, so that hostile text stays inert everywhere."""

import difflib
import re
from collections.abc import Iterable, Sequence

_LONGEST = 80
_LONG = 1e15
_CI_COMMAND = re.compile(r"##(?=\[|vso\[)")
_GITHUB_COMMAND = re.compile(r"^( *):(?=:)")


def plain(text: str) -> str:
    """`text` on one line, with every control, format, surrogate and separator character spelt out.

    Reports, terminals and CI logs obey escape codes, bidirectional marks and line breaks; a reader never needs them.
    CI runners also obey `##[command]` and `##vso[command]` anywhere in a line, and `::command` at the beginning of one,
    however far it is indented.
    """
    # Python calls the same characters printable. Most texts have no others, and there may be a million of them.
    spelt = text if text.isprintable() else "".join(map(_spelt, text))
    return _GITHUB_COMMAND.sub(r"\1\\x3a", _CI_COMMAND.sub(r"#\\x23", spelt))


def quoted(text: str, most: int = _LONGEST) -> str:
    """`text` in quotes, on one line, cut to `most` characters."""
    cut = text if len(text) <= most else text[: most - 1] + "…"
    return f"'{plain(cut)}'"


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was probably meant to be, if one is near."""
    folded = {k.casefold(): k for k in known}
    near = difflib.get_close_matches(word.strip().casefold(), folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else None


def suggestion(word: str, known: Iterable[str]) -> str:
    """`, did you mean 'x'?` or nothing."""
    near = closest(word, known)
    return f", did you mean {quoted(near)}?" if near else ""


def listed(items: Iterable[object], most: int = 5) -> str:
    """`a, b, c and 4 more`: enough to act on, never a screenful."""
    texts = [str(item) for item in items]
    shown = ", ".join(texts[:most])
    return f"{shown} and {len(texts) - most} more" if len(texts) > most else shown


def counted(n: int, noun: str, plural: str | None = None) -> str:
    """`1 prompt`, `2 prompts`."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def number(value: float, digits: int = 4) -> str:
    """A number with `digits` significant digits, but whole to its last digit before the point."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not 1 <= abs(value) < _LONG:
        return f"{value:.{digits}g}" if value else "0"
    decimals = max(0, digits - len(str(int(abs(value)))))
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if decimals else text


def raised(error: BaseException) -> str:
    """What code that is not ours raised, in one line: `ValueError: not today`."""
    said = plain(" ".join(str(error).split()))[:300]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def sentence(lines: Sequence[str]) -> str:
    """Message lines: the first stands alone, the rest are indented details."""
    return "\n".join([lines[0], *(f"  {line}" for line in lines[1:])])


def _spelt(character: str) -> str:
    if character.isprintable():
        return character
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
