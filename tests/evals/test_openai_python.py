"""OpenAI's python: a program that is run only where it is allowed, and within limits."""

from pathlib import Path

import pytest

from pytest_ftgate.evals.answers import CALLED
from pytest_ftgate.evals.graders import Grade, build_grader
from pytest_ftgate.evals.graders.python_code import python
from pytest_ftgate.evals.outputs import Output
from pytest_ftgate.evals.runtime import Runtime

from .grading import called, cannot, grade, prompt, refusal

ALLOWED = Runtime(runs_code=True)
GUIDE = """
from rapidfuzz import fuzz, utils

def grade(sample, item) -> float:
    output_text = sample["output_text"]
    reference_answer = item["reference_answer"]
    return fuzz.WRatio(output_text, reference_answer, processor=utils.default_process) / 100.0
"""


def program(*lines: str, **more: object) -> dict[str, object]:
    body = "".join(f"    {line}\n" for line in lines)
    return {"type": "python", "source": f"def grade(sample, item):\n{body}", **more}


def run(config: object, output: str | Output = "So.", **fields: object) -> Grade:
    return grade(config, output, runtime=ALLOWED, **fields)


def test_without_the_option_nothing_is_run(tmp_path: Path) -> None:
    said = cannot(program(f"open({str(tmp_path / 'ran')!r}, 'w')", "return 1.0"), "So.")
    assert said == "python: it is a program, which runs only where --ftgate-allow-python is given"
    assert not (tmp_path / "ran").exists()


def test_the_guide_s_program_gives_what_it_gives() -> None:
    config = {"type": "python", "source": GUIDE, "image_tag": "2025-05-08", "pass_threshold": 0.75}
    found = run(config, "fuzzy wuzzy was a bear", reference_answer="fuzzy wuzzy had no hair")
    assert found.passed
    assert found.score == pytest.approx(0.755556, abs=1e-6)


def test_a_program_sees_the_sample_and_the_item() -> None:
    seen = (
        "return sample['output_json']['n'] == item['n'] and sample['choices'][0]['message']['content'] == '{\"n\": 2}'"
    )
    assert run(program(seen), '{"n": 2}', n=2).passed
    assert not run(program(seen), '{"n": 2}', n=3).passed


def test_an_output_that_is_no_json_has_none() -> None:
    assert run(program("return sample['output_json'] is None")).passed


def test_any_text_reaches_the_program_whole() -> None:
    text = "\x1b[31m\ud800 ä \r\n{{ item.x }}"
    assert run(program("return sample['output_text'] == item['x']"), text, x=text).passed


def test_a_program_that_names_calls_judges_them() -> None:
    config = program("return sample['output_tools'][0]['function']['name'] == 'f'")
    assert run(config, called("f")).passed
    assert not run(config, called("g")).passed


def test_a_program_that_never_names_calls_does_not_judge_them() -> None:
    assert run(program("return 1.0"), called("f")) == Grade(0.0, CALLED, void=True)


@pytest.mark.parametrize(
    ("score", "passed"), [("1", True), ("0.99", False), ("True", True), ("7.5", True), ("-3", False)]
)
def test_without_a_threshold_one_is_wanted(score: str, passed: bool) -> None:
    found = run(program(f"return {score}"))
    assert found.passed is passed
    assert 0 <= found.score <= 1


def test_a_threshold_is_in_the_program_s_own_units() -> None:
    assert run(program("return -0.5", pass_threshold=-1)).passed
    assert run(program("return 5", pass_threshold=6)).why == "scored 5, and 6 is wanted"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("return 1 / 0", "ZeroDivisionError: division by zero"),
        ("return 'x'", "ValueError: it returned 'x', which is no score"),
        ("return '1'", "ValueError: it returned '1', which is no score"),
        ("return float('nan')", "ValueError: it returned nan, which is no score"),
        ("return float('inf')", "ValueError: it returned inf, which is no score"),
        ("pass", "TypeError: must be real number, not NoneType"),
        ("return sample['nothing']", "KeyError: 'nothing'"),
        ("raise SystemExit(0)", "SystemExit: 0"),
        ("raise ValueError('\\x1b[31m')", "ValueError: \\x1b[31m"),
    ],
)
def test_a_program_that_fails_is_a_miss_that_says_how(line: str, why: str) -> None:
    found = run(program(line))
    assert (found.passed, found.why) == (False, f"the program failed: {why}")
    assert found.void


def test_a_program_without_an_end_is_stopped() -> None:
    grader = python(program("while True: pass"), ALLOWED, limit=0.5)
    with pytest.raises(Exception, match=r"cannot be graded by python: the program took longer than 0\.5 s"):
        grader(Output("a", "So."), prompt())


def test_a_program_that_leaves_no_result_is_an_error() -> None:
    said = cannot(program("import os", "os._exit(3)"), "So.", runtime=ALLOWED)
    assert said == "python: the program ended without a result (exit status 3)"


def written(result: str) -> dict[str, object]:
    return program("import os", f"open('result.json', 'w').write({result!r})", "os._exit(0)")


@pytest.mark.parametrize("result", ["5", "{", "NaN"])
def test_a_result_that_is_none_is_an_error(result: str) -> None:
    assert cannot(written(result), "So.", runtime=ALLOWED).startswith("python: the program ended with")


@pytest.mark.parametrize("result", ['{"score": "1"}', '{"score": 1}', "{}"])
def test_a_result_without_a_score_is_never_a_pass(result: str) -> None:
    assert run(written(result)) == Grade(0.0, "the program failed: None", void=True)


@pytest.mark.skipif("sys.platform == 'win32'", reason="the system has no such limit")
@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (("x = bytearray(1 << 40)", "return 1.0"), "MemoryError"),
        (("open('big', 'wb').write(bytes(1 << 20))", "return 1.0"), "OSError"),
    ],
)
def test_memory_and_files_are_limited(lines: tuple[str, ...], why: str) -> None:
    assert run(program(*lines)).why.startswith(f"the program failed: {why}")


def test_a_program_sees_no_secrets_no_input_and_no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    secret = "import os, sys; assert 'sk-secret' not in str(os.environ)"  # noqa: S105
    config = program(secret, "assert sys.stdin.read() == ''", "return os.listdir('.') == ['task.json']")
    assert run(config) == Grade(1.0)


def test_what_a_program_prints_is_lost(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(program("print('::error::' * 100_000)", "return 1.0")).passed
    assert capfd.readouterr() == ("", "")


def test_a_row_that_is_no_json_cannot_be_given_to_a_program() -> None:
    assert cannot(program("return 1.0"), "So.", runtime=ALLOWED, x={1, 2}).startswith("python: Object of type set")


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (None, "source is null; a program with `def grade(sample, item)` is wanted"),
        ("  ", "source is the text '  '; a program"),
        ("def grade(sample, item):\n  return (", "source is not Python: '(' was never closed, in its line 2"),
        ("\x00", "source is not Python"),
        ("def grade(s, i): return " + "-" * 50_000 + "1", "source is not Python, or nests too deeply"),
        ("x = 1", "source defines no function `grade(sample, item)`"),
        ("#" * 256_001, "source has 256,001 characters, more than the 256,000 that it may have"),
        ("def grade(s, i): return " + "(" * 5_000, "source is not Python"),
    ],
)
def test_a_source_without_a_grade_is_refused(source: object, why: str) -> None:
    assert refusal({"type": "python", "source": source}).startswith(f"the grader python: {why}")


def test_building_a_program_s_grader_runs_nothing(tmp_path: Path) -> None:
    source = f"open({str(tmp_path / 'ran')!r}, 'w')\ndef grade(sample, item): return 1.0"
    build_grader({"type": "python", "source": source}, ALLOWED)
    assert not (tmp_path / "ran").exists()
