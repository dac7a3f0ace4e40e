"""Prompts, outputs and graders as a spec writes them."""

from pathlib import Path

import pytest

from pytest_ftgate.evals.outputs import Output
from pytest_ftgate.evals.plan import EvalPlan
from pytest_ftgate.spec import Surroundings

from ..making import loaded, refused


def spec(*prompts: str, head: str = "outputs: o.jsonl") -> str:
    lines = "".join(f"      - {prompt}\n" for prompt in prompts)
    return f"ftgate: 1\nevals:\n  e:\n    {head}\n    prompts:\n{lines}"


def of_file(body: str, job: str = "") -> str:
    return f"ftgate: 1\n{job}evals:\n  e: {{prompts: p.jsonl, {body}}}\n"


def plan(folder: Path, text: str, around: Surroundings | None = None) -> EvalPlan:
    return loaded(folder, text, around).evals["e"]


def test_an_eval_names_files_beside_the_spec(tmp_path: Path) -> None:
    found = plan(tmp_path, of_file("outputs: o.jsonl, grader: exact, fields: {target: expected}, items: all"))
    assert (found.prompts, found.outputs, found.in_job) == (tmp_path / "p.jsonl", tmp_path / "o.jsonl", False)
    assert (found.fields, found.items, found.gated, found.line) == ({"target": "expected"}, "all", False, 3)


def test_outputs_can_lie_in_the_job_s_folder(tmp_path: Path) -> None:
    found = plan(tmp_path, of_file("outputs: {job: samples/o.jsonl}, grader: exact", "job: run\n"))
    assert (found.outputs, found.in_job) == (Path("samples/o.jsonl"), True)


def test_outputs_may_hold_a_variable(tmp_path: Path) -> None:
    found = plan(tmp_path, of_file("outputs: '${RUN}.jsonl', grader: exact"), Surroundings(environment={"RUN": "r7"}))
    assert found.outputs == tmp_path / "r7.jsonl"


@pytest.mark.parametrize("prompts", ["${HOME}/p.jsonl", "${P}"])
def test_prompts_may_not(tmp_path: Path, prompts: str) -> None:
    text = of_file("outputs: o.jsonl, grader: exact").replace("p.jsonl", f"'{prompts}'")
    said = f"'{prompts}': variables are expanded in `job`, `baseline` and `outputs` only"
    assert refused(tmp_path, text).endswith(said)


@pytest.mark.parametrize("inside", ["../o.jsonl", "/etc/passwd", "a/../../o", "${RUN}.jsonl"])
def test_a_file_in_the_job_s_folder_is_below_it(tmp_path: Path, inside: str) -> None:
    said = refused(tmp_path, of_file(f"outputs: {{job: '{inside}'}}, grader: exact", "job: run\n"))
    assert said.endswith("outputs.job: must be a file below the job's own folder, named without variables")


def test_a_file_in_the_job_s_folder_needs_a_job(tmp_path: Path) -> None:
    said = refused(tmp_path, of_file("outputs: {job: o.jsonl}, grader: exact"))
    assert said.endswith("outputs.job: needs a job: write `job: PATH` in the spec, or give --ftgate-job")


def test_prompts_in_place_bring_their_own_graders(tmp_path: Path) -> None:
    found = plan(tmp_path, spec("{id: hours, prompt: When?, contains: 9 am}", "{id: 7, prompt: What?, exact: x}"))
    assert isinstance(found.prompts, tuple)
    assert [prompt.key for prompt in found.prompts] == ["hours", 7]
    grader = found.prompts[0].grader
    assert grader is not None
    assert grader(Output("a", "at 9 am"), found.prompts[0]).passed
    assert not grader(Output("a", "at 8 am"), found.prompts[0]).passed


def test_prompts_in_place_know_their_line_and_fields(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = plan(tmp_path, spec("{id: a, prompt: x, target: t, fields: {lang: de}, exact: z}"))
    prompt = found.read[0][0]
    assert (prompt.where, prompt.text, prompt.target, prompt.fields["lang"]) == ("job.yaml:6", "x", "t", "de")


def test_a_conversation_is_asked_by_its_last_user_message(tmp_path: Path) -> None:
    messages = "[{role: user, content: hi}, {role: assistant, content: ho}, {role: user, content: bye}]"
    prompt = plan(tmp_path, spec(f"{{id: a, messages: {messages}, exact: z}}")).read[0][0]
    assert (prompt.text, len(prompt.turns)) == ("bye", 3)


def test_a_json_schema_grader_reads_its_file_with_the_spec(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text('{"type": "object"}')
    found = plan(tmp_path, spec("{id: a, json_schema: s.json}", "{id: b, json_schema: {type: array}}"))
    one, other = found.read[0]
    assert one.grader is not None
    assert one.grader(Output("a", "{}"), one).passed
    assert other.grader is not None
    assert not other.grader(Output("a", "{}"), other).passed


def test_a_list_of_graders_must_all_pass(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text('{"type": "object"}')
    found = plan(
        tmp_path, of_file("outputs: o, grader: [{type: json_schema, schema: s.json}, {type: exact, target: '{}'}]")
    )
    assert found.grader is not None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "s.json: no such file"),
        ("{", "s.json: not JSON: expecting property name enclosed in double quotes at column 2"),
        ("[" * 100_000, "s.json: JSON nested too deeply to be read"),
        ('{"type": "object", "type": "array"}', "s.json: the key 'type' comes twice in one object"),
    ],
)
def test_a_schema_file_that_cannot_be_read_is_a_mistake(tmp_path: Path, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / "s.json").write_text(content)
    text = of_file("outputs: o, grader: {type: json_schema, schema: s.json}")
    assert refused(tmp_path, text) == f"job.yaml:3:45: evals.e.grader: {said}"


def test_a_schema_file_outside_is_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, of_file("outputs: o, grader: {type: json_schema, schema: ../../s.json}"))
    assert "evals.e.grader.schema: '../../s.json' lies outside the spec's folder" in said


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("grader: exact", "evals.e: needs outputs: a JSONL file of recorded outputs"),
        ("outputs: o.jsonl", "evals.e: needs a grader: one of exact, contains, one_of, regex, number, json_schema"),
        ("outputs: o, grader: {type: regex, pattern: '('}", "evals.e.grader: the grader regex: pattern '(' is not"),
        ("outputs: o, grader: {type: exact, target: '  '}", "evals.e.grader: the grader exact: target is blank"),
        ("outputs: o, grader: exact, items: none", "evals.e.items: no gate judges this eval, so without items nothing"),
        (
            "outputs: o, grader: exact, fields: {targte: x}",
            "evals.e.fields: 'targte' is not known, did you mean 'target'",
        ),
        ("outputs: ../../o, grader: exact", "evals.e.outputs: '../../o' lies outside the spec's folder"),
        ("outputs: 'https://x/o', grader: exact", "evals.e.outputs: 'https://x/o' is a URL: a spec fetches nothing"),
        ("outputs: {file: o}, grader: exact", "evals.e.outputs.file: unknown key 'file'; needs job"),
    ],
)
def test_an_eval_that_could_not_be_judged_is_refused(tmp_path: Path, body: str, said: str) -> None:
    assert refused(tmp_path, of_file(body)).partition(" ")[2].startswith(said)


@pytest.mark.parametrize(
    ("prompts", "said"),
    [
        (("{id: a, prompt: x}",), "evals.e.prompts[0]: has no grader of its own, and the eval names none"),
        (("{id: a, exact: x, contains: z}",), "evals.e.prompts[0]: has 2 graders, exact and contains"),
        (("{id: a, exact: ''}",), "evals.e.prompts[0].exact: is empty, so nothing would be judged by it"),
        (("{id: a, exact: ' '}",), "evals.e.prompts[0].exact: the grader exact: target is blank"),
        (("{id: a, contains: []}",), "evals.e.prompts[0].contains: is empty"),
        (("{id: a, contains: [x, '']}",), "evals.e.prompts[0].contains[1]: is empty"),
        (("{id: a, exact: 1.10}",), "evals.e.prompts[0].exact: must be text, not 1.1"),
        (("{prompt: x, exact: z}",), "evals.e.prompts[0]: needs 'id'"),
        (("{id: '', exact: z}",), "evals.e.prompts[0].id: is empty"),
        (("{id: 1.10, exact: y1}",), "evals.e.prompts[0].id: must be text or a whole number, not 1.1"),
        (("{id: ~, exact: y1}",), "evals.e.prompts[0].id: must be text or a whole number, not nothing"),
        (("{id: a, messages: [{role: 3}], exact: x}",), "evals.e.prompts[0]: a message's role is the number 3"),
        (
            ("{id: a, exact: x}", "{id: a, exact: z}"),
            "evals.e.prompts: job.yaml:7: the id 'a' is already at job.yaml:6",
        ),
        (("{id: 1, exact: x}", "{id: '1', exact: z}"), "evals.e.prompts: job.yaml:7: the id '1' and the id 1 at"),
        (("{id: 'a]', exact: x}",), "evals.e.prompts: job.yaml:6: the id 'a]' holds ']', which test names are made"),
        (("{id: a, exakt: x}",), "evals.e.prompts[0].exakt: unknown key 'exakt', did you mean 'exact'?"),
        (("{id: a, json_schema: {type: objct}}",), "evals.e.prompts[0].json_schema: the grader json_schema: schema is"),
    ],
)
def test_a_prompt_that_could_not_be_judged_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prompts: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert refused(tmp_path, spec(*prompts)).partition(" ")[2].startswith(said)


def test_a_mistake_of_a_grader_is_told_once(tmp_path: Path) -> None:
    assert len(refused(tmp_path, spec("{id: a, exact: ' '}")).splitlines()) == 1


@pytest.mark.parametrize("value", ["no", "007", "12:30", "2026-11-20", "1_0", "yes"])
def test_what_yaml_readers_disagree_about_is_no_id_and_no_target(tmp_path: Path, value: str) -> None:
    said = refused(tmp_path, spec(f"{{id: {value}, exact: {value}}}")).splitlines()
    assert [line.split(": ")[1] for line in said] == ["evals.e.prompts[0].id", "evals.e.prompts[0].exact"]


@pytest.mark.parametrize("outputs", ["o.jsonl", "{job: o.jsonl}", "'o-${RUN}.jsonl'"])
def test_only_outputs_that_stay_where_they_are_are_refused_for_another_job(tmp_path: Path, outputs: str) -> None:
    around = Surroundings(job=tmp_path / "other", environment={"RUN": "r7"})
    found = plan(tmp_path, of_file(f"outputs: {outputs}, grader: exact", "job: run\n"), around)
    assert bool(found.refused) is (outputs == "o.jsonl")


def test_the_refusal_says_what_to_write(tmp_path: Path) -> None:
    around = Surroundings(job=tmp_path / "other")
    assert plan(tmp_path, of_file("outputs: o.jsonl, grader: exact", "job: run\n"), around).refused == (
        "e: the outputs in 'o.jsonl' are of the spec's own job, but --ftgate-job names another: "
        "write `outputs: {job: FILE}` for a file in each job's folder, or use a ${VARIABLE}"
    )


@pytest.mark.parametrize("job", ["job: run\n", "job: {path: ./run}\n", "job: '${RUN}'\n", ""])
def test_the_same_job_named_again_is_no_other_job(tmp_path: Path, job: str) -> None:
    around = Surroundings(job=tmp_path / "x" / ".." / "run", environment={"RUN": "run"})
    assert plan(tmp_path, of_file("outputs: o.jsonl, grader: exact", job), around).refused == ""


@pytest.mark.parametrize(
    ("own", "same"), [("ftjob-1", True), ("{openai: ftjob-1}", True), ("ftjob-2", False), ("run", False)]
)
def test_a_hosted_job_is_another_unless_its_id_is_the_same(tmp_path: Path, own: str, same: bool) -> None:
    found = plan(tmp_path, of_file("outputs: o.jsonl, grader: exact", f"job: {own}\n"), Surroundings(hosted="ftjob-1"))
    assert (found.refused == "") is same


def test_a_job_that_the_spec_cannot_name_here_is_another(tmp_path: Path) -> None:
    around = Surroundings(job=tmp_path / "run", environment={})
    assert plan(tmp_path, of_file("outputs: o.jsonl, grader: exact", "job: '${RUN}'\n"), around).refused != ""
