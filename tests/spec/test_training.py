"""Gates on the training file, as a spec writes them."""

from pathlib import Path

import pytest

from pytest_ftgate.gate import Check
from pytest_ftgate.measures.data import DATA, IN_TOKENS, TrainingData
from pytest_ftgate.spec import Surroundings

from ..making import loaded, refused

EVAL = "evals:\n  refunds: {prompts: p.jsonl, outputs: o.jsonl, grader: exact}\n"


def gate(body: str) -> str:
    return f"ftgate: 1\njob: run\ngates:\n  g: {body}\n{EVAL}"


def built(folder: Path, body: str, around: Surroundings | None = None) -> TrainingData:
    condition = loaded(folder, gate(body), around).gates[0].condition
    assert isinstance(condition, Check)
    assert isinstance(condition.measure, TrainingData)
    return condition.measure


@pytest.mark.parametrize("name", sorted(DATA.keys() - IN_TOKENS - {"leakage"}))
def test_a_property_of_the_training_file_is_named(tmp_path: Path, name: str) -> None:
    found = built(tmp_path, f"{{data: {name}, file: t.jsonl, max: 0.5}}")
    assert found == TrainingData(name, (tmp_path / "t.jsonl").resolve())


def test_leakage_is_of_the_prompts_of_an_eval(tmp_path: Path) -> None:
    found = built(tmp_path, "{data: leakage, file: {job: t.jsonl}, heldout: refunds, max: 0}")
    assert found == TrainingData("leakage", Path("t.jsonl"), in_job=True, heldout="refunds")


@pytest.mark.parametrize("name", sorted(IN_TOKENS))
def test_tokens_are_counted_by_a_tokenizer_that_is_named(tmp_path: Path, name: str) -> None:
    found = built(tmp_path, f"{{data: {name}, file: t.jsonl, tokenizer: tokenizer.json, max: 9}}")
    assert found.tokenizer == (tmp_path / "tokenizer.json").resolve()


def test_epochs_need_a_job(tmp_path: Path) -> None:
    text = "ftgate: 1\ngates:\n  g: {data: epochs, file: t.jsonl, tokenizer: t.json, max: 9}\n"
    assert "needs a job: write `job: PATH` in the spec" in refused(tmp_path, text)


def test_an_eval_of_which_only_leakage_is_judged_is_not_gated(tmp_path: Path) -> None:
    spec = loaded(tmp_path, gate("{data: leakage, file: t.jsonl, heldout: refunds, max: 0}"))
    assert spec.evals["refunds"].gated is False


def test_a_training_file_that_stays_while_the_job_changes_is_another_job_s(tmp_path: Path) -> None:
    found = built(tmp_path, "{data: examples, file: t.jsonl, min: 5}", Surroundings(job=tmp_path / "other"))
    assert found.refused.endswith("write `file: {job: FILE}` for a file in each job's folder, or use a ${VARIABLE}")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{data: duplicates, max: 1%}", "gates.g: needs 'file'"),
        ("{data: duplicate, file: t, max: 1%}", "'duplicate' is not known, did you mean 'duplicates'?"),
        ("{data: leakage, file: t, max: 0}", "leakage needs `heldout: EVAL`, whose prompts must not be in the file"),
        ("{data: tokens, file: t, max: 9}", "tokens needs `tokenizer: FILE`, the model's tokenizer.json"),
        ("{data: longest, file: t, tokenizer: x, max: 9}", "longest takes no `tokenizer`"),
        ("{data: longest, file: t, heldout: refunds, max: 9}", "longest takes no `heldout`"),
        ("{data: leakage, file: t, heldout: refund, max: 0}", "there is no eval 'refund', did you mean 'refunds'?"),
        ("{data: duplicates, file: t, max: 5}", "duplicates in t is never 5: it lies in 0 to 1; write 5% or 0.05"),
        ("{data: longest, file: t, max: 5%}", "longest in t is not a ratio: write a plain number"),
        ("{data: examples, file: ../../t, min: 5}", "lies outside the spec's folder"),
    ],
)
def test_what_a_gate_on_the_training_file_cannot_say(tmp_path: Path, body: str, said: str) -> None:
    assert said in refused(tmp_path, gate(body))
