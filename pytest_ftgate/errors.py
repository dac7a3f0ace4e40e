"""What can go wrong, in the words of the person who has to mend it.

Every message's first line stands alone; further lines are details.
"""


class FtgateError(Exception):
    """The base of every error this package raises on purpose."""


class SpecError(FtgateError):
    """The spec is wrong: each line is `file:line:column: where: what`."""


class EvidenceError(FtgateError):
    """A file that a gate needs is missing, unreadable, or not what it should be."""


class JobError(EvidenceError):
    """The job's evidence cannot be judged: no such metric, not finished, another job's."""


class NotLoggedError(JobError):
    """The job's files do not hold this metric or fact; that they were read and are in order is certain."""


class NoBaselineError(EvidenceError):
    """The baseline that the spec names is not there."""


class EvalError(EvidenceError):
    """An eval's prompts or outputs cannot be judged: missing, duplicate, surplus, broken."""


class GateWarning(UserWarning):
    """A gate passed inside its warn zone, or missed with `severity: warn`."""
