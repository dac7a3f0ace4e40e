"""A finished fine-tuning job's evidence: facts about it, its metric series, and which files they came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .errors import JobError
from .files import Digest
from .series import Series
from .wording import listed, plain, quoted, suggestion

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
    """

    source: str
    where: Path
    files: tuple[Digest, ...]
    facts: Mapping[str, Fact]
    series: Mapping[str, Series]
    notes: tuple[str, ...] = ()
    refused: str = ""
    unfinished: str = ""

    @property
    def directory(self) -> Path:
        """The folder that the job's other files, such as recorded outputs, are relative to.

        Raises:
            JobError: the job is on no disk.
        """
        if not self.where.is_absolute() and not self.where.exists():
            raise JobError(f"{plain(str(self.where))} has no folder that outputs could lie in: name them by their path")
        return self.where if self.where.is_dir() else self.where.parent

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
        raise JobError(self._missing(name, found))

    def fact(self, name: str) -> Fact:
        """The fact `name`.

        Raises:
            JobError: the job's files do not say.
        """
        if name in self.facts:
            return self.facts[name]
        known = listed(sorted(self.facts), most=12) or "none"
        raise JobError(f"the job's files do not say its {name} (read as {self.source}); they say: {known}")

    def _missing(self, name: str, wanted: str) -> str:
        said = quoted(name)[1:-1]
        known = sorted(map(plain, self.series))
        sets = [s for s in known if s.startswith(f"{wanted}[")]
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
