"""Which files a spec may name, and what it may take from the environment."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..files import shown
from ..sources.openai_api import HOSTED_ID
from ..wording import quoted

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def expand(text: str, environment: Mapping[str, str]) -> str:
    """`text` with every `${NAME}` replaced from the environment.

    Raises:
        ValueError: a variable is not set, or empty, or a `${` is not closed.
    """
    missing = [name for name in _VARIABLE.findall(text) if not environment.get(name)]
    if missing:
        raise ValueError(f"the environment variable {missing[0]} is {_unset(missing[0], environment)}")
    if "${" in _VARIABLE.sub("", text):
        raise ValueError(f"{quoted(text)}: write a variable as ${{NAME}}")
    return _VARIABLE.sub(lambda match: environment[match[1]], text)


def is_hosted(text: str, folder: Path) -> bool:
    """Whether `text` is the id of a hosted job, and no file or folder of that name is in `folder`."""
    return bool(HOSTED_ID.fullmatch(text)) and not (folder / text).exists()


def resolve(text: str, folder: Path, allowed: Sequence[Path]) -> Path:
    """The file that `text` names, relative to `folder`, with every symbolic link followed.

    Raises:
        ValueError: it is a URL, no path at all, or lies outside every allowed folder.
    """
    if "://" in text:
        raise ValueError(f"{quoted(text)} is a URL: a spec fetches nothing; download it and name the file")
    _check_followable(folder / text, text)
    path = Path(os.path.realpath(folder / text))
    if not any(path.is_relative_to(os.path.realpath(root)) for root in (folder, *allowed)):
        raise ValueError(
            f"{quoted(text)} lies outside the spec's folder and pytest's rootdir: "
            f"allow it with --ftgate-allow-path {shown(path.parent)}"
        )
    return path


def _check_followable(path: Path, said: str) -> None:
    """Refuse what the system takes for no path: it need not exist yet, nor be readable."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        pass
    except (OSError, ValueError):
        raise ValueError(f"{quoted(said)} is not a path that can be followed") from None


def _unset(name: str, environment: Mapping[str, str]) -> str:
    return "empty" if name in environment else "not set"
