"""What a conftest.py can add."""

import pytest

from ..conftest import RunSpec
from .verdicts import ASKED, verdict_in

SPEC = "ftgate: 1\njob: run.log\ngates: {train-loss: {metric: train_loss, max: 0.5}}\n"

CONFTEST = """
import pytest
from pytest_ftgate import Job, JobError, Source, build

def ours(piece):
    return isinstance(piece.data, dict) and "house" in piece.data

def read(path, pieces):
    {body}

@pytest.hookimpl(optionalhook=True)
def pytest_ftgate_sources():
    return [Source("house log", ours, read)]
"""

READ = """
    series = build("train_loss", "loss", [(1, pieces[0].data["house"])], file=pieces[0].file.name)
    return Job("house log", path, (pieces[0].file.digest,), {}, {"train_loss": series})
"""


def judge(pytester: pytest.Pytester, run_spec: RunSpec, body: str = READ) -> pytest.RunResult:
    pytester.makeconftest(CONFTEST.format(body=body.strip()))
    (pytester.path / "run.log").write_text('{"house": 0.25}')
    return run_spec(SPEC)


def test_a_source_from_a_conftest_reads_its_own_kind_of_job(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    result = judge(pytester, run_spec)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["train-loss  0.25      max 0.5    pass"])


def test_without_the_source_the_file_is_not_recognised(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    (pytester.path / "run.log").write_text('{"house": 0.25}')
    run_spec(SPEC).assert_outcomes(errors=1)


def test_an_error_of_the_source_is_the_gate_s_error(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    result = judge(pytester, run_spec, 'raise JobError("run.log: the house log is cut off")')
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["train-loss could not be judged: run.log: the house log is cut off"])


def test_a_source_that_breaks_is_an_error_with_its_own_frames_only(
    pytester: pytest.Pytester, run_spec: RunSpec
) -> None:
    result = judge(pytester, run_spec, "return pieces[7]")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*IndexError: list index out of range*", "verdict: ERROR*"])
    result.stdout.no_fnmatch_line("*pluggy/*")


GRADED = """
    ftgate: 1
    gates: {good: {eval: e, min: 1}}
    evals:
      e:
        prompts: [{id: a, prompt: x}]
        outputs: o.jsonl
        grader: GRADER
"""

GRADERS = """
import pytest
from pytest_ftgate import Grade, GraderKind

def shout(options, runtime):
    if options.get("mark", "!") == "?":
        raise ValueError("mark asks, and this shouts")
    return lambda output, prompt: Grade(float(output.text.endswith(options.get("mark", "!"))), "it is quiet")

@pytest.hookimpl(optionalhook=True)
def pytest_ftgate_graders():
    return GIVEN
"""

SHOUT = '{"shout": GraderKind("mark", frozenset({"how"}), shout)}'


def judge_by(
    pytester: pytest.Pytester, run_spec: RunSpec, grader: str, given: str = SHOUT, *arguments: str
) -> pytest.RunResult:
    pytester.makeconftest(GRADERS.replace("GIVEN", given))
    (pytester.path / "o.jsonl").write_text('{"id": "a", "output": "Yes!"}')
    return run_spec(GRADED.replace("GRADER", grader), *arguments)


@pytest.mark.parametrize(
    "grader",
    [
        "shout",
        "{type: shout, mark: '!', how: [loud]}",
        "[shout, {type: length, max: 9}]",
        "{type: all_of, graders: [shout]}",
        "{type: weighted, graders: [{grader: {type: shout}}]}",
        "{type: multi, graders: {a: {type: shout}}, calculate_output: a}",
    ],
)
def test_a_grader_from_a_conftest_is_one_like_any_other(
    pytester: pytest.Pytester, run_spec: RunSpec, grader: str
) -> None:
    done = judge_by(pytester, run_spec, grader, SHOUT, "--ftgate-verdict=v.json")
    done.assert_outcomes(passed=2)
    done.stdout.fnmatch_lines(["verdict: PASS*"])


def test_a_prompt_brings_a_grader_from_a_conftest_under_its_name(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    pytester.makeconftest(GRADERS.replace("GIVEN", SHOUT))
    (pytester.path / "o.jsonl").write_text('{"id": "a", "output": "Yes!"}')
    spec = "ftgate: 1\nevals: {e: {outputs: o.jsonl, prompts: [{id: a, prompt: x, shout: '!'}]}}\n"
    run_spec(spec).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("grader", "said"),
    [
        ("{type: shout, mark: '?'}", "evals.e.grader: the grader shout: mark asks, and this shouts"),
        ("{type: shout, mrak: '!'}", "evals.e.grader.mrak: unknown key 'mrak', did you mean 'mark'?"),
        ("shoot", "evals.e.grader: 'shoot' is not known, did you mean 'shout'?"),
    ],
)
def test_a_grader_from_a_conftest_is_checked_with_the_spec(
    pytester: pytest.Pytester, run_spec: RunSpec, grader: str, said: str
) -> None:
    done = judge_by(pytester, run_spec, grader)
    done.assert_outcomes(errors=1)
    assert said in done.stdout.str()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("[]", "pytest_ftgate_graders gave list; a mapping of names to GraderKind is wanted"),
        ('{"exact": 5}', "pytest_ftgate_graders names a grader 'exact', which is one already: give it another name"),
        ('{"target": 5}', "names a grader 'target', which is a key of every prompt: give it another name"),
        ('{"Shout": 5}', "names a grader 'Shout'; a name is small letters, digits and _"),
        ("{5: 5}", "names a grader int; a name is small letters"),
        ('{"shout": shout}', "gives function as 'shout'; a GraderKind is wanted"),
        ('{"shout": GraderKind("type", frozenset(), shout)}', "'shout' has options that no spec can say: 'type'"),
    ],
)
def test_what_is_no_grader_is_refused(pytester: pytest.Pytester, run_spec: RunSpec, given: str, said: str) -> None:
    done = judge_by(pytester, run_spec, "exact", given)
    done.assert_outcomes(errors=1)
    assert said in done.stdout.str()
    done.stdout.no_fnmatch_line("*Traceback*")


def test_a_grader_that_breaks_is_an_error_and_no_pass(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    broken = '{"shout": GraderKind("mark", frozenset(), lambda options, runtime: lambda output, prompt: 1 / 0)}'
    done = judge_by(pytester, run_spec, "shout", broken)
    done.assert_outcomes(errors=2)
    done.stdout.fnmatch_lines(["*ZeroDivisionError*", "verdict: ERROR*"])


def test_the_process_that_reports_knows_the_graders_that_the_workers_judge_by(
    pytester: pytest.Pytester, run_spec: RunSpec
) -> None:
    done = judge_by(pytester, run_spec, "shout", SHOUT, "-n2")
    done.assert_outcomes(passed=2)
    done.stdout.fnmatch_lines(["verdict: PASS*"])


MEASURED = "ftgate: 1\njob: run\ngates: {calm: GATE}\n"

MEASURES = """
import pytest
from pytest_ftgate import MeasureKind, Score

def steps(said, options):
    def measure(evidence):
        values = evidence.job.metric(said).values
        return Score(BODY, "", f"steps from {options.get('after', 0)}", n=len(values))
    return measure

@pytest.hookimpl(optionalhook=True)
def pytest_ftgate_measures():
    return {"logged": MeasureKind("how many values were logged", frozenset({"after"}), steps, span=(0.0, 1e9))}
"""


def judge_measure(
    pytester: pytest.Pytester, run_spec: RunSpec, gate: str, body: str = "len(values)", *arguments: str
) -> pytest.RunResult:
    pytester.makeconftest(MEASURES.replace("BODY", body))
    return run_spec(MEASURED.replace("GATE", gate), *arguments)


@pytest.mark.parametrize("arguments", [(), ("-n2",)])
def test_a_measure_from_a_conftest_is_one_like_any_other(
    pytester: pytest.Pytester, run_spec: RunSpec, arguments: tuple[str, ...]
) -> None:
    gate = "{logged: train_loss, after: 5, min: 30}"
    done = judge_measure(pytester, run_spec, gate, "len(values)", ASKED, *arguments)
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["calm  30        min 30     pass", "verdict: PASS*"])
    verdict = verdict_in(pytester.path)
    [recorded] = verdict["specs"][0]["gates"]
    assert recorded["rule"] == {"logged": "train_loss", "after": 5, "min": 30}
    assert (recorded["observed"], recorded["scores"][0]["what"]) == ("30", "logged (train_loss, after 5)")
    assert [file["path"] for file in verdict["inputs"]] == ["run/trainer_state.json"]
    assert recorded["inputs"] == [file["sha256"] for file in verdict["inputs"]]


def test_a_measure_with_other_options_makes_another_verdict(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    ids = set()
    for after in (5, 6, 6):
        judge_measure(
            pytester, run_spec, f"{{logged: train_loss, after: {after}, min: 30}}", "30", ASKED, "--ftgate-history=h"
        )
        ids.add(verdict_in(pytester.path)["verdict_id"])
    assert len(ids) == 2


def test_a_measure_from_a_conftest_that_misses_fails(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    done = judge_measure(pytester, run_spec, "{logged: train_loss, min: 31}")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["calm 30 < min 31 (short by 1): steps from 0", "verdict: FAIL*"])


@pytest.mark.parametrize(
    ("body", "outcome", "said"),
    [
        ("1 / 0", "errors", "*conftest.py*in measure"),
        ("None", "errors", "calm could not be judged: the measure logged gave a value that is nothing*"),
        ("pytest.skip('x')", "errors", "calm could not be judged: the measure logged gave up with Skipped (x)"),
        ("float('nan')", "failed", "calm is nan, not a finite number (max 9): steps from 0"),
    ],
)
def test_a_measure_that_measures_nothing_never_passes(
    pytester: pytest.Pytester, run_spec: RunSpec, body: str, outcome: str, said: str
) -> None:
    done = judge_measure(pytester, run_spec, "{logged: train_loss, max: 9, severity: warn}", body)
    done.assert_outcomes(**{outcome: 1})
    done.stdout.fnmatch_lines([said])
    done.stdout.no_fnmatch_line("*pluggy/*")


def test_without_its_conftest_a_measure_is_an_unknown_key(run_spec: RunSpec) -> None:
    done = run_spec(MEASURED.replace("GATE", "{logged: train_loss, max: 9}"))
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*gates.calm.logged: unknown key 'logged'; needs one of metric, *"])


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ("1 / 0", "its bounds gave up with ZeroDivisionError: division by zero"),
        ("pytest.skip('x')", "its bounds gave up with Skipped: x"),
        ("None", "its bounds gave nothing, and an Interval is wanted"),
    ],
)
def test_a_measure_that_does_not_say_how_sure_it_is_decides_nothing(
    pytester: pytest.Pytester, run_spec: RunSpec, bounds: str, said: str
) -> None:
    unsure = MEASURES.replace("n=len(values)", f"n=5, bounds=lambda confidence: {bounds}").replace("BODY", "0.5")
    pytester.makeconftest(unsure)
    done = run_spec(MEASURED.replace("GATE", "{logged: train_loss, max: 9, confidence: 0.95}"))
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines([f"calm 0.5 cannot be held against max 9*from -inf to inf ({said})*[[]inconclusive]"])


@pytest.mark.parametrize("hook", ["sources", "graders", "measures"])
@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import pytest; pytest.skip('not today')", "Skipped: not today"),
        ("raise SystemExit", "SystemExit"),
    ],
)
def test_a_hook_that_breaks_is_an_error_in_one_line(
    pytester: pytest.Pytester, run_spec: RunSpec, hook: str, body: str, said: str
) -> None:
    pytester.makeconftest(f"def pytest_ftgate_{hook}():\n    {body}\n")
    done = run_spec(SPEC)
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines([f"pytest_ftgate_{hook} gave up at conftest.py:2: {said}", "verdict: INCOMPLETE*"])
    done.stdout.no_fnmatch_line("*Traceback*")


@pytest.mark.parametrize("given", ["5", "[1]", "{'house log': 1}", "Source('house log', None, None)"])
def test_what_is_no_source_is_refused_in_one_line(pytester: pytest.Pytester, run_spec: RunSpec, given: str) -> None:
    pytester.makeconftest(f"from pytest_ftgate import Source\ndef pytest_ftgate_sources(): return {given}")
    done = run_spec(SPEC)
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["pytest_ftgate_sources gives something else than a list of sources"])
    done.stdout.no_fnmatch_line("*Traceback*")


def test_what_is_no_measure_is_refused_in_one_line(pytester: pytest.Pytester, run_spec: RunSpec) -> None:
    pytester.makeconftest("def pytest_ftgate_measures(): return {'metric': 5}")
    done = run_spec(SPEC)
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["pytest_ftgate_measures names a measure 'metric', which is one already: *"])
    done.stdout.no_fnmatch_line("*Traceback*")
