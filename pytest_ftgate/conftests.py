"""What a conftest.py adds, where no test run loads it: sources, and what its specs may say."""

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from .errors import FtgateError, JobError, SpecError
from .evals.graders import GraderKind
from .files import shown
from .measures.own import MeasureKind
from .sources import Source
from .sources.own import own_sources
from .spec.own_graders import own_graders
from .spec.own_measures import own_measures
from .wording import plain

_HOOK = "pytest_ftgate_sources"
_GRADERS = "pytest_ftgate_graders"
_MEASURES = "pytest_ftgate_measures"


def sources(path: Path) -> Sequence[Source]:
    """What the hook `pytest_ftgate_sources` in the Python file `path` gives. The file is run, as pytest runs it.

    Raises:
        JobError: the file cannot be run, has no such hook, or its hook gives something else than sources.
    """
    hook = getattr(_run(path), _HOOK, None)
    if not callable(hook):
        raise JobError(f"{shown(path)}: has no function {_HOOK}, so it adds no source")
    found = _tried(path, hook)
    try:
        return own_sources([found])
    except JobError as e:
        raise JobError(f"{shown(path)}: {e}") from None


def language(path: Path) -> tuple[Mapping[str, GraderKind], Mapping[str, MeasureKind]]:
    """The graders and measures that the hooks in the Python file `path` give. The file is run, as pytest runs it.

    Raises:
        FtgateError: the file cannot be run, has none of these hooks, or one gives something else.
    """
    module = _run(path)
    if not any(callable(getattr(module, name, None)) for name in (_GRADERS, _MEASURES)):
        raise JobError(f"{shown(path)}: has no function {_GRADERS} or {_MEASURES}, so it adds no word to specs")
    try:
        return own_graders(_given(path, module, _GRADERS)), own_measures(_given(path, module, _MEASURES))
    except SpecError as e:
        raise FtgateError(f"{shown(path)}: {e}") from None


def _given(path: Path, module: ModuleType, name: str) -> list[object]:
    hook = getattr(module, name, None)
    return [_tried(path, hook)] if callable(hook) else []


def _run(path: Path) -> ModuleType:
    if not path.is_file():
        raise JobError(f"{shown(path)}: no such file")
    spec = spec_from_file_location("conftest", path)
    if spec is None or spec.loader is None:
        raise JobError(f"{shown(path)}: not a Python file")
    module = module_from_spec(spec)
    # As under pytest: what lies beside it can be imported, and its classes find their module.
    sys.path.insert(0, str(path.resolve().parent))
    sys.modules[spec.name] = module
    loader = spec.loader
    _tried(path, lambda: loader.exec_module(module))
    return module


def _tried(path: Path, work: Callable[[], object]) -> object:
    try:
        return work()
    except (Exception, SystemExit) as e:  # noqa: BLE001 - the boundary to code that is not ours
        said = plain(" ".join(str(e).split()))[:300]
        raise JobError(f"{shown(path)}: cannot be used ({type(e).__name__}{f': {said}' if said else ''})") from None
