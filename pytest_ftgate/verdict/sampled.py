"""Whether the stored answers that a verdict rests on are still those: found again in the store, one by one."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..errors import EvalError, FtgateError
from ..evals.sampling.store import Store, Stored
from ..samples import set_digest
from ..wording import counted, plain, quoted

_BRING = "bring that file, or an export of it with `ftgate samples import FILE`"


def check_samples(found: Mapping[str, Any], folder: Path) -> None:
    """Look at every stored answer that the verdict `found` rests on; the stores' paths start from `folder`.

    Raises:
        FtgateError: one is missing, changed or another, or the verdict does not list them; one line.
    """
    _check_listed(found)
    for samples in found["samples"]:
        _check_set(samples, folder)


def _check_listed(found: Mapping[str, Any]) -> None:
    listed = {samples["sha256"] for samples in found["samples"]}
    for gate in (gate for spec in found["specs"] for gate in spec["gates"]):
        unlisted = sorted({*gate["samples"]} - listed)
        if unlisted:
            why = f"a gate was decided on the answers {unlisted[0]}, which it does not list"
            raise FtgateError(f"the verdict contradicts itself: {why}")
        if gate["origin"] and not gate["samples"]:
            raise FtgateError(
                f"{quoted(gate['name'])} was decided on sampled answers, and the verdict lists none of them"
            )
    for samples in found["samples"]:
        if samples["answers"] != len({*samples["requests"]}):
            said = f"{counted(samples['answers'], 'answer')} of {quoted(samples['eval'])}"
            raise FtgateError(f"the verdict contradicts itself: it does not list the {said}")


def _check_set(samples: Mapping[str, Any], folder: Path) -> None:
    name = quoted(samples["store"], 4096)
    asker = f", asked by {quoted(samples['grader'])}" if samples["grader"] else ""
    said = (
        f"the verdict rests on {counted(samples['answers'], 'answer')} of {quoted(samples['eval'])}{asker}, in {name}"
    )
    now = set_digest(_digests(samples, folder, said) if samples["answers"] else {})
    if now != samples["sha256"]:
        raise FtgateError(f"{said}, with the sha256 {samples['sha256']}; it is {now} now: an answer is another one")


def _digests(samples: Mapping[str, Any], folder: Path, said: str) -> Mapping[str, str]:
    """The digests of the answers by those of their requests, as they are in the store now."""
    try:
        path = folder / samples["store"]
        if not path.is_file():
            raise FtgateError(f"{said}, which is no file here: {_BRING}")
        with Store(path, writes=False) as store:
            return {stored.request: stored.digest for stored in _answers(store, samples["requests"], said)}
    except (EvalError, OSError, ValueError) as e:
        raise FtgateError(f"{said}, which cannot be looked at: {plain(str(e))}") from None


def _answers(store: Store, requests: list[str], said: str) -> Iterator[Stored]:
    for request in requests:
        found = store.beginning(request)
        if not found:
            raise FtgateError(f"{said}, which has no answer to the request {request}: {_BRING}")
        if len(found) > 1:
            raise FtgateError(f"{said}, which has several answers to requests that begin with {request}")
        if found[0] is None:
            raise FtgateError(
                f"{said}, where the answer to the request {request} was changed: its own digest is of another"
            )
        yield found[0]
