"""The page: what is on it, and that nothing on it acts."""

import base64
import hashlib
import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_ftgate.decision import Status
from pytest_ftgate.errors import FtgateError
from pytest_ftgate.report.html import page
from pytest_ftgate.report.material import Material
from pytest_ftgate.verdict import Judged, Verdict, combine

from ..making import jsonl, losses, trainer_state
from .judging import HOSTILE, Seen, material_of, page_of, record, verdict_of

JOB = """
    ftgate: 1
    job: run
    gates:
      finished: {job: status, equals: succeeded}
      train-loss: {metric: train_loss, max: 0.80}
      valid-loss: {metric: valid_loss, max: 0.50, warn: 0.40}
"""

EVAL = """
    ftgate: 1
    gates:
      answers: {eval: refunds, min: 0.50}
    evals:
      refunds: {prompts: heldout.jsonl, outputs: outputs.jsonl, grader: exact}
"""


@pytest.fixture
def job(tmp_path: Path) -> Path:
    """A job in `run/`."""
    return trainer_state(tmp_path / "run", losses([2.0 - 0.05 * i for i in range(30)], [1.2, 1.0, 0.9]))


def answered(folder: Path, *pairs: tuple[object, str]) -> None:
    """Prompts p0, p1, ... with these targets and outputs."""
    rows = [{"id": f"p{i}", "prompt": f"question {i}", "target": target} for i, (target, _) in enumerate(pairs)]
    jsonl(folder / "heldout.jsonl", rows)
    jsonl(folder / "outputs.jsonl", [{"id": f"p{i}", "output": output} for i, (_, output) in enumerate(pairs)])


def shown(verdict: Verdict) -> str:
    return page(verdict, [Material(judged) for judged in verdict.specs])


@pytest.mark.usefixtures("job")
def test_the_page_begins_with_the_verdict_and_what_failed(tmp_path: Path) -> None:
    text = " ".join(Seen(page_of(material_of(tmp_path, JOB))).text.split())
    assert "FAIL 1 of 3 gates in the way: valid-loss Do not promote." in text
    assert text.index("valid-loss line 7 0.9 max 0.5 over by 0.4 FAIL") < text.index("finished line 5")


@pytest.mark.usefixtures("job")
def test_a_page_that_promotes_says_so(tmp_path: Path) -> None:
    text = page_of(material_of(tmp_path, JOB.replace("0.50, warn: 0.40", "2")))
    assert "Promote: every gate was evaluated and none stands in the way." in text


@pytest.mark.usefixtures("job")
def test_the_curves_are_in_it_with_what_gates_read(tmp_path: Path) -> None:
    seen = Seen(page_of(material_of(tmp_path, JOB)))
    legend = [
        "loss (30 values)",
        "valid-loss: max 0.5",
        "read by train-loss: 0.65, median of the last 5",
        "best validation value 0.9, step 300",
    ]
    assert [said for said in legend if said not in seen.text] == []
    assert {"wide", "narrow"} <= seen.attributes["class"]
    assert any("eval_loss: 1.2 to 0.9" in label for label in seen.attributes["aria-label"])


def test_evidence_that_changed_since_is_not_drawn(tmp_path: Path, job: Path) -> None:
    material = material_of(tmp_path, JOB)
    job.write_text(job.read_text().replace("0.9", "0.1"))
    seen = Seen(page_of(material))
    assert "The curves are not drawn: " in seen.text
    assert "trainer_state.json changed since the gates were decided on it." in seen.text
    assert "figure" not in seen.tags


def test_a_job_that_cannot_be_read_any_more_is_said(tmp_path: Path, job: Path) -> None:
    material = material_of(tmp_path, JOB)
    job.unlink()
    assert "The curves are not drawn: " in page_of(material)


def test_misses_stand_beside_their_targets_with_what_differs(tmp_path: Path) -> None:
    answered(tmp_path, ("2018-09-27", "2016-09-27"), ("yes", "yes"))
    text = page_of(material_of(tmp_path, EVAL))
    assert "<pre><mark>2018</mark>-09-27</pre>" in text
    assert "<pre><mark>2016</mark>-09-27</pre>" in text
    assert "1 of 2 prompts pass" in text
    assert "question 0" in text
    assert "question 1" not in text


def test_targets_that_are_no_text_are_shown_as_json(tmp_path: Path) -> None:
    answered(tmp_path, ({"a": 1}, '{"a": 2}'))
    text = page_of(material_of(tmp_path, EVAL.replace("exact", "{type: json}")))
    assert "{&#34;a&#34;: <mark>1</mark>}" in text


def test_a_flood_of_misses_is_bounded_in_number_and_length(tmp_path: Path) -> None:
    answered(tmp_path, *(("no", "x" * 100_000) for _ in range(50)))
    text = page_of(material_of(tmp_path, EVAL))
    assert text.count("<article") == 20
    assert "30 more missed, not shown." in text
    assert "… (and more)" in text
    assert len(text) < 200_000


def test_outputs_that_changed_since_are_not_shown(tmp_path: Path) -> None:
    answered(tmp_path, ("yes", "no"))
    material = material_of(tmp_path, EVAL)
    answered(tmp_path, ("yes", "nein"))
    text = page_of(material)
    assert "its prompts are not shown: " in text
    assert "nein" not in text


def test_outputs_that_are_gone_are_said(tmp_path: Path) -> None:
    answered(tmp_path, ("yes", "no"))
    material = material_of(tmp_path, EVAL)
    (tmp_path / "outputs.jsonl").unlink()
    assert re.search(r"its prompts are not shown: .*outputs.jsonl: no such file", page_of(material))


def test_a_prompt_without_an_output_is_shown_without_one(tmp_path: Path) -> None:
    answered(tmp_path, ("yes", "no"), ("yes", "no"))
    jsonl(tmp_path / "outputs.jsonl", [{"id": "p0", "output": "no"}])
    assert "<dt>Output</dt><dd>none</dd>" in page_of(material_of(tmp_path, EVAL))


def test_a_spec_that_could_not_be_judged_by_says_why() -> None:
    assert "<pre>job.yaml:1: broken\nin two lines</pre>" in shown(
        verdict_of(problem="job.yaml:1: broken\nin two lines")
    )


def test_prompts_that_are_judged_by_themselves_are_folded() -> None:
    seen = Seen(shown(verdict_of(*(record(f"refunds[p{i}]") for i in range(70)))))
    assert "70 prompts judged one by one: 0 pass." in seen.text
    assert "20 more prompts in the way, not shown." in seen.text


def test_a_flood_of_gates_is_counted() -> None:
    assert "100 more gates not shown." in shown(verdict_of(*(record(f"g{i}") for i in range(600))))


def test_what_failed_is_shown_however_many_gates_passed_before_it() -> None:
    passed = [record(f"g{i}", Status.PASS) for i in range(600)]
    text = shown(verdict_of(*passed, record("last")))
    assert "last says so" in text
    assert "101 more gates not shown." in text


@pytest.mark.usefixtures("job")
def test_baselines_have_a_table_with_both_values(tmp_path: Path) -> None:
    trainer_state(tmp_path / "old", losses([2.0] * 30, [0.8]))
    spec = JOB.replace("max: 0.50, warn: 0.40", "baseline: {max_rise: 50%}") + "    baseline: old\n"
    text = " ".join(Seen(page_of(material_of(tmp_path, spec))).text.split())
    assert "Gate Observed Baseline Change Status valid-loss valid_loss 0.9 0.8 +0.1 pass" in text
    assert "valid-lossbaseline 0.8: last of 1 value of eval_loss, step 300 (" in text


def test_slices_have_a_table_with_drawings(tmp_path: Path) -> None:
    answered(tmp_path, ("yes", "yes"), ("yes", "no"))
    rows = [{"id": f"p{i}", "prompt": "?", "target": "yes", "lang": lang} for i, lang in enumerate(("de", "fr"))]
    jsonl(tmp_path / "heldout.jsonl", rows)
    page = page_of(material_of(tmp_path, EVAL.replace("min: 0.50", "by: lang, min: 50%")))
    text = " ".join(Seen(page).text.split())
    assert "Slices: pass rate of refunds" in text
    assert "lang fr answers 1 0% 0% to 79.35% min 50% FAIL lang de answers 1 100% 20.65% to 100% min 50% pass" in text
    assert page.count('<circle class="dot" cx="100.0%"') == 1


def test_changes_of_the_gates_have_a_section() -> None:
    [judged] = verdict_of(record()).specs
    changed = replace(judged, changes=({"gate": "loss", "change": "loosened", "was": ["max 1"], "now": ["max 2"]},))
    text = shown(combine([changed]))
    assert "<li>gate: loss, change: loosened, was: max 1, now: max 2</li>" in text


def test_it_says_where_it_comes_from(tmp_path: Path, job: Path) -> None:
    seen = Seen(page_of(material_of(tmp_path, JOB)))
    assert hashlib.sha256(job.read_bytes()).hexdigest() in seen.text
    assert hashlib.sha256((tmp_path / "job.yaml").read_bytes()).hexdigest() in seen.text
    assert "tool version" in seen.text


def test_the_page_loads_nothing_and_admits_its_own_style_alone(tmp_path: Path, job: Path) -> None:
    text = page_of(material_of(tmp_path, JOB))
    seen = Seen(text)
    style = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    assert job.exists()
    assert len(style) == 1
    assert (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
        in seen.attributes["content"]
    )
    assert seen.tags & {"script", "link", "img", "iframe", "object", "a", "form", "base"} == set()
    assert {name for name in seen.attributes if name.startswith("on") or name in ("style", "src")} == set()
    assert all(value.startswith("#c0-") for value in seen.attributes.get("href", ()))


def test_ids_are_given_once(tmp_path: Path, job: Path) -> None:
    found = re.findall(r'\bid="([^"]*)"', page_of(material_of(tmp_path, JOB)))
    assert job.exists()
    assert len(found) == len(set(found)) > 10


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_records_are_text(hostile: str) -> None:
    one = record(hostile, observed=hostile, wanted=hostile, headline=hostile, details=(hostile, f"baseline {hostile}"))
    _check_inert(shown(verdict_of(one, problem=hostile)))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_prompts_and_outputs_are_text(tmp_path: Path, hostile: str) -> None:
    rows = [{"id": "p0", "prompt": hostile, "target": hostile}]
    (tmp_path / "heldout.jsonl").write_text(json.dumps(rows[0]) + "\n")
    (tmp_path / "outputs.jsonl").write_text(json.dumps({"id": "p0", "output": f"no {hostile}"}) + "\n")
    _check_inert(page_of(material_of(tmp_path, EVAL)))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_metric_names_are_text(tmp_path: Path, hostile: str) -> None:
    rows = [{"step": i, "loss": 1.0, hostile: 1.0 / i} for i in range(1, 40)]
    (tmp_path / "run").mkdir()
    state = {"global_step": 39, "max_steps": 39, "num_train_epochs": 1, "log_history": rows}
    (tmp_path / "run/trainer_state.json").write_text(json.dumps(state))
    _check_inert(page_of(material_of(tmp_path, JOB)))


@pytest.mark.parametrize("library", ["jinja2", "matplotlib"])
@pytest.mark.usefixtures("job")
def test_a_missing_library_is_one_line_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(FtgateError, match=r"^--ftgate-report needs .*: pip install 'pytest-ftgate\[report\]'$"):
        page_of(material_of(tmp_path, JOB))


def test_a_run_that_never_ended_has_a_page() -> None:
    verdict = combine([Judged(Path("job.yaml"), "", "", ())], "the run was interrupted")
    assert '<span class="word">INCOMPLETE</span> ' in shown(verdict)


def _check_inert(text: str) -> None:
    """No element, attribute or character of a text that is not ours acts."""
    text.encode("utf-8")
    seen = Seen(text)
    assert seen.tags & {"script", "img", "a", "iframe"} == set()
    assert text.count("</style>") == 1
    assert {name for name in seen.attributes if name.startswith("on") or name in ("style", "src")} == set()
    assert all(c.isprintable() or c in "\n\t" for c in text)
