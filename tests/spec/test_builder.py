"""From a file to a spec: its job, its gates, its evals."""

import hashlib
from pathlib import Path

import pytest

from pytest_ftgate.decision import Status
from pytest_ftgate.errors import SpecError
from pytest_ftgate.evals.runtime import Runtime
from pytest_ftgate.sources import JobRef
from pytest_ftgate.sources.hosts import Access
from pytest_ftgate.spec import Spec, Surroundings, load

from ..making import gates, jsonl, loaded, losses, refused, spec_file, trainer_state

GATE = "g: {metric: train_loss, max: 1}"
EVAL = "evals:\n  e: {prompts: p.jsonl, outputs: o.jsonl, grader: exact}\n"


def of_job(folder: Path, job: str, around: Surroundings | None = None) -> Spec:
    return loaded(folder, gates(GATE).replace("job: run", f"job: {job}"), around)


def test_a_spec_is_bound_to_its_content(tmp_path: Path) -> None:
    spec = loaded(tmp_path, gates(GATE))
    assert spec.path == tmp_path / "job.yaml"
    assert spec.digest.sha256 == hashlib.sha256(gates(GATE).encode()).hexdigest()


def test_gates_and_evals_keep_their_order(tmp_path: Path) -> None:
    text = gates("z: {metric: a, max: 1}", "a: {metric: a, max: 1}") + EVAL + EVAL[7:].replace("e:", "d:", 1)
    spec = loaded(tmp_path, text)
    assert ([gate.name for gate in spec.gates], list(spec.evals)) == (["z", "a"], ["e", "d"])


@pytest.mark.parametrize("job", ["run", "{path: run}", "'./run'", "'${RUN}'", "{path: '${RUN}'}"])
def test_a_job_is_named_in_several_ways(tmp_path: Path, job: str) -> None:
    assert of_job(tmp_path, job, Surroundings(environment={"RUN": "run"})).job == JobRef(tmp_path / "run")


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_table_s_columns_are_named(tmp_path: Path, kind: str) -> None:
    spec = of_job(tmp_path, f"{{{kind}: m.txt, columns: {{step: at, train_loss: l}}}}")
    assert spec.job == JobRef(tmp_path / "m.txt", kind, options={"columns": {"step": "at", "train_loss": "l"}})


def test_another_job_is_read_as_the_spec_s_own(tmp_path: Path) -> None:
    spec = of_job(tmp_path, "{csv: m.csv, columns: {train_loss: l}}", Surroundings(job=tmp_path / "n.csv"))
    assert spec.job == JobRef(tmp_path / "n.csv", "csv", options={"columns": {"train_loss": "l"}})


def test_the_command_line_s_job_goes_before_a_job_that_cannot_be_named_here(tmp_path: Path) -> None:
    spec = of_job(tmp_path, "'${UNSET}/../../x'", Surroundings(job=Path("/elsewhere/run"), environment={}))
    assert spec.job == JobRef(Path("/elsewhere/run"))


def test_the_command_line_can_bring_the_job_that_the_spec_leaves_out(tmp_path: Path) -> None:
    text = gates(GATE).replace("job: run\n", "")
    assert loaded(tmp_path, text, Surroundings(job=tmp_path / "run")).job == JobRef(tmp_path / "run")


@pytest.mark.parametrize(
    ("job", "said"),
    [
        ("'${RUN}'", "job.yaml:2:6: job: the environment variable RUN is not set"),
        ("'${EMPTY}'", "job.yaml:2:6: job: the environment variable EMPTY is empty"),
        ("{path: '${RUN'}", "job.yaml:2:13: job.path: '${RUN': write a variable as ${NAME}"),
        ("'${UP}'", "job.yaml:2:6: job: '..' lies outside the spec's folder and pytest's rootdir"),
        ("'${URL}'", "job.yaml:2:6: job: 'https://x/y' is a URL: a spec fetches nothing"),
        ("{openai: run}", "job.yaml:2:6: job: 'run' is not the id of a hosted job, which is ftjob-..."),
        (
            "{openai: ftjob-1, base_url: '${RUN}'}",
            "job.yaml:2:34: job.base_url: the environment variable RUN is not set",
        ),
        ("{openai: ftjob-1, base_url: 'http://u:p@h/'}", "job.yaml:2:34: job.base_url: not a plain address"),
        ("{openai: ftjob-1, base_url: 'http://h/'}", "job.yaml:2:34: job.base_url: h must be reached by https://"),
        ("{openai: ftjob-1, base_url: 'https://h/'}", "job.yaml:2:34: job.base_url: 'h' is not a host that a key may"),
        ("{azure: ftjob-1, base_url: 'https://h/', api_version: v}", "job.yaml:2:1: job: has a base_url, which takes"),
    ],
)
def test_a_job_that_cannot_be_named_is_refused(tmp_path: Path, job: str, said: str) -> None:
    environment = {"EMPTY": "", "UP": "..", "URL": "https://x/y"}
    text = gates(GATE).replace("job: run", f"job: {job}")
    assert refused(tmp_path, text, Surroundings(environment=environment)).startswith(said)


HOSTED = Path("ftjob-1")


def test_the_id_of_a_hosted_job_is_enough(tmp_path: Path) -> None:
    assert of_job(tmp_path, "ftjob-1").job == JobRef(HOSTED, "openai", "ftjob-1")
    assert (
        of_job(tmp_path, "'${JOB}'", Surroundings(environment={"JOB": "ftjob-1"})).job
        == of_job(tmp_path, "ftjob-1").job
    )


def test_a_file_that_bears_a_hosted_job_s_name_is_the_job(tmp_path: Path) -> None:
    (tmp_path / "ftjob-1").mkdir()
    assert of_job(tmp_path, "ftjob-1").job == JobRef(tmp_path / "ftjob-1")


def test_variables_stand_in_every_text_of_a_hosted_job(tmp_path: Path) -> None:
    around = Surroundings(environment={"JOB": "ftjob-1", "URL": "http://127.0.0.1:1/v1"})
    spec = of_job(tmp_path, "{openai: '${JOB}', base_url: '${URL}'}", around)
    assert spec.job == JobRef(HOSTED, "openai", "ftjob-1", {"base_url": "http://127.0.0.1:1/v1"})


def test_a_host_that_was_allowed_may_be_named(tmp_path: Path) -> None:
    around = Surroundings(runtime=Runtime(Access(("h.example",), 9)))
    spec = of_job(tmp_path, "{azure: ftjob-1, endpoint: 'https://H.example', api_version: v}", around)
    options = {"endpoint": "https://H.example", "api_version": "v"}
    assert spec.job == JobRef(HOSTED, "azure", "ftjob-1", options, Access(("h.example",), 9))


def test_another_hosted_job_is_read_from_the_same_address(tmp_path: Path) -> None:
    around = Surroundings(hosted="ftjob-2")
    spec = of_job(tmp_path, "{openai: ftjob-1, base_url: 'http://localhost/'}", around)
    assert spec.job == JobRef(Path("ftjob-2"), "openai", "ftjob-2", {"base_url": "http://localhost/"})
    assert of_job(tmp_path, "run", around).job == JobRef(Path("ftjob-2"), "openai", "ftjob-2")


def test_a_path_in_place_of_a_hosted_job_is_recognised_by_content(tmp_path: Path) -> None:
    around = Surroundings(job=tmp_path / "run")
    assert of_job(tmp_path, "{openai: ftjob-1}", around).job == JobRef(tmp_path / "run")


def test_the_rootdir_may_be_read_from(tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    text = gates(GATE).replace("job: run", "job: ../run")
    assert loaded(tmp_path / "specs", text, Surroundings((tmp_path,))).job == JobRef(tmp_path / "run")


def test_the_environment_is_the_process_s_own_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FTGATE_TEST_RUN", "run")
    assert of_job(tmp_path, "'${FTGATE_TEST_RUN}'").job == JobRef(tmp_path / "run")


@pytest.mark.parametrize("gate", ["{eval: e, min: 0.5}", "{any: [{eval: e, min: 0.5}, {metric: a, max: 1}]}"])
def test_an_eval_that_a_gate_names_is_gated(tmp_path: Path, gate: str) -> None:
    assert loaded(tmp_path, gates(f"g: {gate}") + EVAL).evals["e"].gated


def test_an_eval_that_no_gate_names_is_judged_prompt_by_prompt(tmp_path: Path) -> None:
    jsonl(tmp_path / "p.jsonl", [{"id": "a", "target": "x"}, {"id": "b", "target": "x"}])
    spec = loaded(tmp_path, "ftgate: 1\n" + EVAL)
    assert [(plan.name, prompt.id) for plan, prompt in spec.judged_prompts] == [("e", "a"), ("e", "b")]
    assert list(loaded(tmp_path, gates("g: {eval: e, min: 0.5}") + EVAL).judged_prompts) == []


def test_mistakes_of_gates_evals_and_job_are_told_together(tmp_path: Path) -> None:
    text = gates("g: {metric: a}").replace("job: run", "job: ../../x") + EVAL.replace("grader: exact", "items: all")
    places = [line.split(": ")[1] for line in refused(tmp_path, text).splitlines()]
    assert sorted(places) == ["evals.e", "gates.g", "job"]


def test_a_spec_is_read_without_its_evidence(tmp_path: Path) -> None:
    assert load(spec_file(tmp_path, gates(GATE))).gates[0].name == "g"


def test_a_spec_s_gates_are_judged_on_its_job(tmp_path: Path) -> None:
    trainer_state(tmp_path / "run", losses([2.0, 1.5, 0.5]))
    spec = loaded(
        tmp_path, gates("low: {metric: train_loss, at: last, max: 1}", "high: {metric: train_loss, at: last, min: 1}")
    )
    evidence = spec.evidence()
    decisions = [gate.decide(gate.measure(evidence)) for gate in spec.gates]
    assert [decision.status for decision in decisions] == [Status.PASS, Status.FAIL]
    assert decisions[1].headline == "high 0.5 < min 1 (short by 0.5): last of 3 values of loss, step 30"


def test_a_directory_is_no_spec(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"a directory$"):
        load(tmp_path)
