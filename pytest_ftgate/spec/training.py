"""Properties of the training file, as a gate writes them."""

from ..measures.data import IN_TOKENS, TrainingData
from ..wording import quoted, suggestion
from .document import Where
from .reading import Body, Reading
from .results import evidence_file


def build_data(reading: Reading, where: Where, body: Body) -> TrainingData:
    """The measure; where its file or eval cannot be named, with a mistake."""
    name, heldout = body["data"], body.get("heldout", "")
    if (name == "leakage") != bool(heldout):
        why = "needs `heldout: EVAL`, whose prompts must not be in the file" if not heldout else "takes no `heldout`"
        reading.refuse((*where, "data"), f"{name} {why}", at_key=True)
    evals = reading.data.get("evals", {})
    if heldout and heldout not in evals:
        reading.refuse((*where, "heldout"), f"there is no eval {quoted(heldout)}{suggestion(heldout, evals)}")
    said = body.get("tokenizer")
    if (name in IN_TOKENS) != bool(said):
        why = "takes no `tokenizer`" if said else "needs `tokenizer: FILE`, the model's tokenizer.json"
        reading.refuse((*where, "data"), f"{name} {why}", at_key=True)
    if name == "epochs" and not reading.data.get("job") and not reading.around.names_a_job:
        reading.refuse(where, "needs a job: write `job: PATH` in the spec, or give --ftgate-job", at_key=True)
    tokenizer = reading.path((*where, "tokenizer"), said) if said else None
    file, in_job, refused = evidence_file(reading, where, "file", body["file"])
    return TrainingData(name, file, in_job, heldout, refused, tokenizer)
