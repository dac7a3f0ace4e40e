"""One run with hostile text wherever others write text: it is read in every report, and obeyed in none."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt

from pytest_ftgate.errors import FtgateError
from pytest_ftgate.formats import FORMATS, exported

from ..conftest import TRAINED, RunSpec
from ..making import jsonl, losses, trainer_state
from ..report.judging import HOSTILE, Seen
from .verdicts import ASKED, verdict_in

NAME = "<b>\x1b[31m ]]> \u202e`a` | @b ::error::x ##[error]y <!-- {{ 7 * 7 }}\n::set-output name=a::b"
"""What a folder may be called."""

TEXTS = (*HOSTILE, "a\r\n::error::b", "a\n::stop-commands::x", "##vso[task.complete]", "a]", "x\n# EOF", "# HELP a\\")

SPEC = """
    ftgate: 1
    job: {run}
    baseline: {old}
    gates:
      valid: {{metric: valid_loss, baseline: {{max_rise: 0.01}}}}
      each: {{eval: gated, by: lang, min: 0.5, severity: warn}}
      not-worse: {{eval: gated, baseline: {{max_drop: 0.01}}, severity: warn}}
    evals:
      gated: {{prompts: heldout.jsonl, outputs: {{job: outputs.jsonl}}, grader: exact}}
      {alone}
    waivers:
      - {{gate: valid, reason: {said}, owner: {said}, ticket: {said}, expires: 2999-01-01, up_to: 2}}
"""
ALONE = "alone: {prompts: heldout.jsonl, outputs: {job: outputs.jsonl}, grader: exact}"

REPORTS = ("--ftgate-report=report.html", "--ftgate-markdown=report.md", "--junitxml=junit.xml", "-rA", ASKED)
COMMANDS = ("::error file=", "::warning file=", "::error title=ftgate::", "::warning title=ftgate::")


@pytest.fixture(params=["promoted", "refused"])
def run(
    request: pytest.FixtureRequest, pytester: pytest.Pytester, run_spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> str:
    """What a run printed whose ids, prompts, answers, slices, folders and reasons are hostile."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(pytester.path))
    run, old = f"run {NAME}", f"old {NAME}"
    trainer_state(pytester.path / run, [*losses(TRAINED, [0.9]), {"step": 301, NAME: 1.0}])
    trainer_state(pytester.path / old, losses(TRAINED, [0.8]))
    ids = {f"p{i}" if _refused(text) else text: text for i, text in enumerate(TEXTS)}
    asked = [{"id": key, "prompt": text, "target": text, "lang": text} for key, text in ids.items()]
    jsonl(pytester.path / "heldout.jsonl", asked)
    jsonl(pytester.path / run / "outputs.jsonl", [{"id": key, "output": f"no {text}"} for key, text in ids.items()])
    jsonl(pytester.path / old / "outputs.jsonl", [{"id": key, "output": text} for key, text in ids.items()])
    said = json.dumps("".join(text for text in (NAME, *HOSTILE) if "\ud800" not in text and "\x00" not in text))
    alone = ALONE if request.param == "refused" else ""
    text = SPEC.format(run=json.dumps(run), old=json.dumps(old), said=said, alone=alone)
    (pytester.path / "adapter").mkdir()
    (pytester.path / "adapter" / NAME).write_text("weights")
    result = run_spec(text, *REPORTS, "--ftgate-model=adapter")
    assert verdict_in(pytester.path)["verdict"] == {"promoted": "pass_with_waivers", "refused": "fail"}[request.param]
    return result.stdout.str() + result.stderr.str()


def test_the_terminal_shows_it_and_obeys_nothing(run: str) -> None:
    commands = [line for line in run.splitlines() if line.lstrip().startswith("::")]
    assert {c for c in run if not c.isprintable()} == {"\n"}
    assert "##[" not in run
    assert "##vso[" not in run
    assert commands
    assert [line for line in commands if not line.startswith(COMMANDS)] == []


@pytest.mark.usefixtures("run")
def test_the_page_shows_it_and_obeys_nothing(pytester: pytest.Pytester) -> None:
    text = (pytester.path / "report.html").read_text("utf-8")
    seen = Seen(text)
    assert seen.tags & {"script", "img", "a", "b", "iframe"} == set()
    assert {name for name in seen.attributes if name.startswith("on") or name in ("style", "src")} == set()
    assert {c for c in text if not c.isprintable()} <= {"\n", "\t"}
    assert (text.count("</style>"), "49" in seen.text.split()) == (1, False)
    assert seen.text.count("Slices: ") == 1


@pytest.mark.usefixtures("run")
def test_markdown_shows_it_and_obeys_nothing(pytester: pytest.Pytester) -> None:
    text = (pytester.path / "report.md").read_text("utf-8")
    parsed = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    tokens = [inner for token in parsed for inner in (token, *(token.children or []))]
    ours = ("<!-- pytest-ftgate report -->", "<details>", "</details>")
    assert {token.type for token in tokens} & {"link_open", "image", "html_inline", "em_open"} == set()
    assert all(token.content.startswith(ours) for token in tokens if token.type == "html_block")
    assert {c for c in text if not c.isprintable()} == {"\n"}


@pytest.mark.usefixtures("run")
def test_junit_shows_it_and_obeys_nothing(pytester: pytest.Pytester) -> None:
    text = (pytester.path / "junit.xml").read_text("utf-8")
    tags = {element.tag for element in ET.fromstring(text).iter()}  # noqa: S314 - pytest wrote it
    shape = {"testsuites", "testsuite", "testcase", "properties", "property", "failure", "skipped", "error"}
    assert tags <= shape | {"system-out", "system-err"}
    assert {c for c in text if not c.isprintable()} <= {"\n"}


@pytest.mark.usefixtures("run")
def test_every_format_shows_it_and_obeys_nothing(pytester: pytest.Pytester) -> None:
    texts = [_exported(pytester.path / "verdict.json", form) for form in FORMATS]
    assert [text for text in texts if not text.replace("\n", "").isprintable()] == []
    assert [line for text in texts for line in text.splitlines() if line.lstrip().startswith("::")] == []
    assert [text for text in texts if "##[" in text] == []


def test_an_id_that_is_obeyed_is_refused(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    jsonl(pytester.path / "heldout.jsonl", [{"id": "\u202egnp.exe", "prompt": "?", "target": "x"}])
    result = run_spec(SPEC.format(run="run", old="run", said="x", alone=ALONE), ASKED)
    result.stdout.fnmatch_lines(["*the id '?u202egnp.exe' holds a control or invisible character *"])
    assert verdict_in(pytester.path)["promote"] is False


@pytest.mark.parametrize("name", [text for text in TEXTS if "\ud800" not in text])
def test_a_gate_or_an_eval_has_no_such_name(run_spec: RunSpec, name: str) -> None:
    for spec in (
        f"ftgate: 1\njob: run\ngates:\n  {json.dumps(name)}: {{metric: train_loss, max: 1}}\n",
        f"ftgate: 1\nevals:\n  {json.dumps(name)}: {{prompts: a.jsonl, outputs: b.jsonl, grader: exact}}\n",
    ):
        result = run_spec(spec, ASKED)
        assert result.ret == pytest.ExitCode.INTERRUPTED
        assert {c for c in result.stdout.str() if not c.isprintable()} == {"\n"}
        assert Path("verdict.json").read_text("utf-8").isascii()


def _refused(text: str) -> bool:
    """Whether no prompt may have this id, which would be obeyed, or be taken for another test's name."""
    return not text.isprintable() or "::" in text or "[" in text or "]" in text


def _exported(path: Path, form: str) -> str:
    """The export, or why there is none."""
    try:
        return exported(path, form)
    except FtgateError as e:
        return str(e)
