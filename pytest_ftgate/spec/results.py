"""Numbers of other tools' reports, as a gate writes them."""

from pathlib import Path

from ..measures.result import ReportedNumber, Scale, is_ratio
from ..wording import quoted
from .document import Where
from .evals import below_job
from .reading import Body, Reading

_OTHER_JOBS_FILE = (
    "{} is of the spec's own job, but --ftgate-job names another: "
    "write `{}: {{job: FILE}}` for a file in each job's folder, or use a ${{VARIABLE}}"
)
_BOUNDS = ("min", "max", "warn", "equals")


def build_reported(reading: Reading, where: Where, body: Body) -> ReportedNumber:
    """The measure; where its file cannot be named, with a mistake."""
    said, key = body["result"], body["key"]
    if not key.isprintable() or key != key.strip():
        reading.refuse((*where, "key"), f"{quoted(key)} holds invisible characters, or blanks at an end")
    file, in_job, refused = evidence_file(reading, where, "result", said)
    return ReportedNumber(file, key, in_job, _scale(key, body), refused)


def evidence_file(reading: Reading, where: Where, key: str, said: str | Body) -> tuple[Path, bool, str]:
    """The file that `key` names, whether it is below the job's folder, and why it is not of the job that is judged.

    One that stays where it is while the job changes is another job's. A file that cannot be named is a mistake.
    """
    if not isinstance(said, str):
        return below_job(reading, (*where, key, "job"), said["job"]), True, ""
    path = reading.path((*where, key), said, variables=True)
    stays = "${" not in said and reading.judges_another_job
    return path or Path(), False, _OTHER_JOBS_FILE.format(quoted(said), key) if stays else ""


def _scale(key: str, body: Body) -> Scale:
    if not is_ratio(key):
        return ""
    said = [*(body.get(name) for name in _BOUNDS), *body.get("in", ())]
    return "percent" if any(isinstance(one, int | float) and one > 1 for one in said) else "ratio"
