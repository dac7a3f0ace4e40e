"""Text from jobs, prompts and outputs, made harmless for people and for the programs that show it."""

from ..wording import plain

_ELLIPSIS = "…"


def bounded(text: str, most: int) -> str:
    """At most `most` characters of `text`, which says how many are left out."""
    if len(text) <= most:
        return text
    return f"{text[:most]}{_ELLIPSIS} ({len(text) - most:,} more characters)"


def one_line(text: object, most: int = 2000) -> str:
    """`text` on one line, bounded, with every control character spelt out."""
    return plain(bounded(str(text), most))


def lines(text: object, most: int = 2000) -> str:
    """`text` with its line breaks and tabs kept, bounded, and every other control character spelt out."""
    cut = bounded(str(text), most).replace("\r\n", "\n")
    return "\n".join("\t".join(map(plain, line.split("\t"))) for line in cut.split("\n"))
