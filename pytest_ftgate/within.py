"""What the specs of one run are read within, as pytest's options and the environment say it."""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from traceback import extract_tb
from uuid import uuid4

import pytest

from .errors import FtgateError, SpecError
from .evals.runtime import Runtime
from .files import shown
from .sources.hosts import Access
from .spec import Spec, Surroundings
from .spec.own_graders import own_graders
from .spec.own_measures import own_measures
from .spec.paths import is_hosted
from .verdict.history import FILE, read_history, spec_name
from .verdict.policy import allowed
from .wording import raised

_RUN = pytest.StashKey[str]()


def surroundings(config: pytest.Config) -> Surroundings:
    """What specs of this run are read within: rootdir, allowed folders, another job, the environment."""
    here = config.invocation_params.dir
    more = [
        *config.getoption("ftgate_allow_path"),
        *filter(None, os.environ.get("FTGATE_ALLOW_PATH", "").split(os.pathsep)),
    ]
    folders = (config.rootpath, *(Path(os.path.realpath(here / folder)) for folder in more))
    job = config.getoption("ftgate_job")
    hosted = job if job and is_hosted(job, here) else ""
    path = here / job if job and not hosted else None
    measures = own_measures(given("pytest_ftgate_measures", config.hook.pytest_ftgate_measures))
    return Surroundings(folders, path, os.environ, hosted, _runtime(config), _policies(config), measures)


def given(name: str, hook: Callable[[], Iterable[object]]) -> list[object]:
    """What the conftests and plugins gave to the hook called `name`.

    Raises:
        SpecError: one of them raised something; the message names its line.
    """
    try:
        return list(hook())
    except (FtgateError, KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as e:  # noqa: BLE001 - the boundary to code that is not ours, pytest.skip and sys.exit with it
        frames = extract_tb(e.__traceback__)
        where = next((frame for frame in reversed(frames) if frame.name == name), frames[-1])
        place = f"{shown(Path(where.filename))}:{where.lineno}"
        raise SpecError(f"{name} gave up at {place}: {raised(e)}") from None


def history_file(config: pytest.Config) -> Path:
    """The history that this run looks at, and adds to where a verdict is asked for."""
    named = config.getoption("ftgate_history")
    return config.invocation_params.dir / named if named else config.rootpath / FILE


def settled(spec: Spec, config: pytest.Config) -> Spec:
    """The spec, whose `first_run` does not hold once a run by it has promoted.

    Raises:
        EvidenceError: the history cannot be read.
    """
    ref = spec.baseline
    if ref is None or ref.if_missing != "first_run":
        return spec
    why = read_history(history_file(config)).not_the_first(spec_name(spec.path, config.rootpath))
    return replace(spec, baseline=replace(ref, if_missing="block", refused=why)) if why else spec


def _policies(config: pytest.Config) -> frozenset[str] | None:
    named, file = config.getoption("ftgate_policy_sha256"), config.getoption("ftgate_policy_file")
    if not named and not file:
        return None
    return frozenset(named) | (allowed(config.invocation_params.dir / file) if file else frozenset())


def _runtime(config: pytest.Config) -> Runtime:
    capture = config.pluginmanager.get_plugin("capturemanager")
    return Runtime(
        _access(config),
        config.rootpath / ".ftgate",
        config.getoption("ftgate_allow_python"),
        samples=config.getoption("ftgate_samples"),
        max_sample_age=config.getoption("ftgate_max_sample_age"),
        run=config.stash.setdefault(_RUN, _run_id(config)),
        progress="none" if _is_quiet(config) else "bar",
        uncaptured=capture.global_and_fixture_disabled if capture else nullcontext,
        graders=own_graders(given("pytest_ftgate_graders", config.hook.pytest_ftgate_graders)),
    )


def _run_id(config: pytest.Config) -> str:
    """One name for this run and all of its workers."""
    worker: Mapping[str, str] = getattr(config, "workerinput", {})
    return worker.get("testrunuid") or uuid4().hex


def _is_quiet(config: pytest.Config) -> bool:
    """Whether nothing but results is to be shown, or it would be shown in a worker, to nobody."""
    return hasattr(config, "workerinput") or config.getoption("verbose", 0) < 0


def _access(config: pytest.Config) -> Access:
    more = re.split(r"[,\s]+", os.environ.get("FTGATE_ALLOW_HOST", ""))
    hosts = (text.lower() for text in (*config.getoption("ftgate_allow_host"), *more) if text)
    return Access(tuple(hosts), config.getoption("ftgate_timeout"))
