"""A measure of one's own: at which share of the steps the gradients were larger than a value."""

from collections.abc import Callable, Mapping

import pytest

from pytest_ftgate import Evidence, MeasureKind, Score


def large_gradients(said: object, options: Mapping[str, object]) -> Callable[[Evidence], Score]:
    """Makes the measure of what a gate says; what is wrong with that is a mistake in the spec."""
    warmup = options.get("warmup", 0)
    if not isinstance(said, int | float) or said <= 0:
        raise ValueError("the norm beyond which a gradient is large is no number above 0")
    if not isinstance(warmup, int) or warmup < 0:
        raise ValueError("warmup is no whole number of steps")

    def measure(evidence: Evidence) -> Score:
        norms = evidence.job.metric("grad_norm").values
        counted = norms[norms.index > warmup]
        # Asked this way round, because a norm that is NaN is not at most anything.
        large = counted[~(counted <= said)]
        how = f"{len(large)} of {len(counted)} norms of gradients after step {warmup} are not at most {said}"
        share = len(large) / len(counted) if len(counted) else float("nan")
        return Score(share, "", how, n=len(counted))

    return measure


# optionalhook: a run without the plugin (-p no:ftgate) then ignores this instead of refusing it.
@pytest.hookimpl(optionalhook=True)
def pytest_ftgate_measures() -> dict[str, MeasureKind]:
    """Let specs in this folder say `large_gradients`."""
    what = "the share of the steps at which the norm of the gradients was larger than this"
    options = frozenset({"warmup"})
    return {"large_gradients": MeasureKind(what, options, large_gradients, span=(0.0, 1.0), is_ratio=True)}
