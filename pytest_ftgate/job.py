"""A finished fine-tuning job's evidence: facts about it, its metric series, and which files they came from."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .checkpoints import Checkpoint, Shipped
from .errors import JobError, NotLoggedError
from .files import Digest
from .series import Series
from .wording import listed, number, plain, quoted, suggestion

Fact = str | int | float | bool

ALIASES: Mapping[str, str] = {
    "loss": "train_loss",
    "training_loss": "train_loss",
    "eval_loss": "valid_loss",
    "val_loss": "valid_loss",
    "validation_loss": "valid_loss",
    "full_validation_loss": "full_valid_loss",
    "mean_token_accuracy": "train_mean_token_accuracy",
    "token_acc": "train_mean_token_accuracy",
    "train_accuracy": "train_mean_token_accuracy",
    "train_token_accuracy": "train_mean_token_accuracy",
    "training_token_accuracy": "train_mean_token_accuracy",
    "eval_mean_token_accuracy": "valid_mean_token_accuracy",
    "eval_token_acc": "valid_mean_token_accuracy",
    "valid_token_accuracy": "valid_mean_token_accuracy",
    "validation_token_accuracy": "valid_mean_token_accuracy",
    "validation_mean_token_accuracy": "valid_mean_token_accuracy",
    "train_reward_mean": "train_mean_reward",
    "valid_reward_mean": "valid_mean_reward",
    "reward": "train_mean_reward",
    "eval_reward": "valid_mean_reward",
    "rewards/accuracies": "train_preference_accuracy",
    "eval_rewards/accuracies": "valid_preference_accuracy",
}
"""The names people know, and the canonical metric names they mean."""

WHOLE_SET = {
    "valid_loss": "full_valid_loss",
    "valid_mean_token_accuracy": "full_valid_mean_token_accuracy",
    "valid_mean_reward": "full_valid_mean_reward",
}
"""The series over the whole validation set that stands in for one batch's, where the job has it."""

_CANONICAL = {*ALIASES.values(), *WHOLE_SET, *WHOLE_SET.values()}

FACTS: Mapping[str, str] = {
    "status": "succeeded, failed, cancelled, running, ... as the provider says; of a trainer: succeeded or unfinished",
    "job_id": "the provider's id of the job",
    "model": "the fine-tuned model's name",
    "base_model": "the model that was tuned",
    "method": "supervised, dpo, reinforcement, ...",
    "n_epochs": "epochs, as configured or planned",
    "batch_size": "examples per step",
    "learning_rate_multiplier": "of the provider's own rate",
    "seed": "the training seed",
    "trained_tokens": "tokens billed or seen in training",
    "steps": "optimizer steps done",
    "planned_steps": "optimizer steps planned",
    "completeness": "the share of the planned steps that were done",
    "run_average_train_loss": "the trainer's mean loss over the whole run; never a final value",
    "training_file": "the provider's id of the training file",
    "validation_file": "the provider's id of the validation file",
}
"""Facts that a source may know of a job, and what each means."""

NUMERIC_FACTS = frozenset(
    {
        "n_epochs",
        "batch_size",
        "learning_rate_multiplier",
        "seed",
        "trained_tokens",
        "steps",
        "planned_steps",
        "completeness",
        "run_average_train_loss",
    }
)
"""The facts that are numbers, none of them negative; the others are text."""


@dataclass(frozen=True, eq=False)
class Job:
    """What a finished job left behind.

    Attributes:
        source: what kind of job this is, in words, e.g. `Hugging Face trainer_state.json`.
        where: the file or directory that was named.
        files: digests of every file that was read.
        facts: see `FACTS`; a fact that is not known is absent.
        series: by canonical metric name.
        notes: sentences about the whole job.
        refused: why its metrics must not be judged at all (it failed, another job's files); such gates are errors.
        unfinished: why its last value is not the end of training; gates on metrics are then inconclusive.
        checkpoints: the weights that were saved and can be passed on, in the order of their steps, one a step.
        shipped: which step's weights the job hands on; None where its files do not say.
    """

    source: str
    where: Path
    files: tuple[Digest, ...]
    facts: Mapping[str, Fact]
    series: Mapping[str, Series]
    notes: tuple[str, ...] = ()
    refused: str = ""
    unfinished: str = ""
    checkpoints: tuple[Checkpoint, ...] = ()
    shipped: Shipped | None = None

    @property
    def directory(self) -> Path:
        """The folder that the job's other files, such as recorded outputs, are relative to.

        Raises:
            JobError: the job is on no disk.
        """
        if not self.where.is_absolute() and not self.where.exists():
            raise JobError(f"{plain(str(self.where))} has no folder that outputs could lie in: name them by their path")
        return self.where if self.where.is_dir() else self.where.parent

    def as_json(self) -> dict[str, object]:
        """What job this is, as plain JSON: its source and its facts; numbers that are not finite are left out."""
        told = {k: v for k, v in self.facts.items() if not isinstance(v, float) or math.isfinite(v)}
        ships = {"step": self.shipped.step, "why": self.shipped.why} if self.shipped else None
        said = {"notes": list(self.notes), "unfinished": self.unfinished}
        return {"source": self.source, "facts": told, "shipped": ships, **said}

    def metric(self, name: str) -> Series:
        """The series that `name` means in this job.

        Its own name wins, then the canonical name of an alias; a series over the whole validation set stands in for
        one over single batches.

        Raises:
            JobError: the metrics must not be judged, there is no such series, or `name` fits several validation sets.
        """
        if self.refused:
            raise JobError(self.refused)
        found = canonical(name) if name not in self.series else name
        found = WHOLE_SET[found] if WHOLE_SET.get(found) in self.series else found
        if found in self.series:
            return self.series[found]
        kind = JobError if self._sets(found) else NotLoggedError
        raise kind(self._missing(name, found))

    def sets(self, name: str) -> tuple[str, ...]:
        """The metrics that `name` means: one for each validation set where the job has several, else `name` itself."""
        found = canonical(name)
        return tuple(self._sets(found)) if found not in self.series and self._sets(found) else (name,)

    def fact(self, name: str) -> Fact:
        """The fact `name`.

        Raises:
            JobError: the job's files do not say; a number below 0, as Azure's -1 for "by default", says nothing.
        """
        if name == "completeness":
            return self._completeness()
        told = self.facts.get(name)
        if name in NUMERIC_FACTS and isinstance(told, int | float) and told < 0:
            raise NotLoggedError(
                f"the job's files say {name} {number(told)}, which stands for one that they do not say"
            )
        if told is not None:
            return told
        known = listed(sorted(self.facts), most=12) or "none"
        raise NotLoggedError(f"the job's files do not say its {name} (read as {self.source}); they say: {known}")

    def _completeness(self) -> float:
        done, planned = self.fact("steps"), self.fact("planned_steps")
        if isinstance(done, str) or isinstance(planned, str) or planned <= 0:
            raise JobError(f"{quoted(str(done))} of {quoted(str(planned))} steps say nothing of how much was done")
        return done / planned

    def _sets(self, wanted: str) -> list[str]:
        return sorted(name for name in self.series if name.startswith(f"{wanted}["))

    def _missing(self, name: str, wanted: str) -> str:
        said = quoted(name)[1:-1]
        known = sorted(map(plain, self.series))
        sets = list(map(plain, self._sets(wanted)))
        if sets:
            return f"the job has {len(sets)} validation sets; name one of {listed(sets, most=12)}"
        if not known:
            return f"the job has no metrics: no {said} was logged (read as {self.source})"
        hint = " (was a validation file given?)" if "valid" in wanted and not _any_valid(self.series) else ""
        meant = "" if wanted in _CANONICAL else suggestion(name, known)
        return f"the job has no {said}{hint}{meant}; it has {listed(known, most=12)} (read as {self.source})"


def canonical(name: str) -> str:
    """The canonical metric name that `name` means; a `[set]` after it is kept."""
    base, bracket, rest = name.partition("[")
    return ALIASES.get(base, base) + bracket + rest


def _any_valid(series: Mapping[str, Series]) -> bool:
    return any(name.startswith(("valid_", "full_valid_")) for name in series)
