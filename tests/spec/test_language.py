"""What people are told of each way to break the language."""

from pathlib import Path

import pytest

from pytest_ftgate.spec.explanations import Mistake, Violation, explain

from ..making import gates, loaded, refused

EVAL = "evals:\n  e: {prompts: p.jsonl, outputs: o.jsonl, grader: exact}\n"


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("maxx", "gates.g.maxx: unknown key 'maxx', did you mean 'max'?"),
        ("maximum", "gates.g.maximum: unknown key 'maximum', did you mean 'max'?"),
        ("MAX", "gates.g.MAX: unknown key 'MAX', did you mean 'max'?"),
        ("'max '", "gates.g.max : unknown key 'max ', did you mean 'max'?"),
        ("max\u00a0", r"gates.g.max\xa0: unknown key 'max\xa0' (it holds U+00A0), did you mean 'max'?"),
        ("max\u200b", r"gates.g.max\u200b: unknown key 'max\u200b' (it holds U+200B), did you mean 'max'?"),
        ("m\u0430x", "gates.g.m\u0430x: unknown key 'm\u0430x' (it holds U+0430), did you mean 'max'?"),
        ("\ufeffmax", r"gates.g.\ufeffmax: unknown key '\ufeffmax' (it holds U+FEFF), did you mean 'max'?"),
    ],
)
def test_a_misspelt_key_is_shown_with_what_was_meant(tmp_path: Path, key: str, said: str) -> None:
    assert refused(tmp_path, gates(f"g: {{metric: train_loss, {key}: 1}}")) == f"job.yaml:4:27: {said}"


@pytest.mark.parametrize("key", ["1", "1.5", "true", "~", "null"])
def test_a_key_is_text(tmp_path: Path, key: str) -> None:
    said = refused(tmp_path, gates(f"{key}: {{metric: train_loss, max: 1}}"))
    assert said == f"job.yaml:4:3: gates: a key must be text: quote '{key}'"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (gates("g: train_loss < 5"), "gates.g: must be a mapping, not 'train_loss < 5'"),
        (gates("g: {metric: a, max: 1, min_n: '5'}"), "write a plain whole number such as 30, without quotes"),
        (gates("g: {metric: a, max: 1, window: 5 rows}"), "write a plain whole number such as 30, without quotes"),
        (gates("g: {metric: a, near: 1, rtol: 5 %}"), "gates.g.rtol: must be a percentage such as 5%, not '5 %'"),
    ],
)
def test_what_to_write_instead_is_of_the_kind_that_is_wanted(tmp_path: Path, text: str, said: str) -> None:
    assert refused(tmp_path, text).endswith(said)


@pytest.mark.parametrize("key", ["enabled: false", "skip: true", "xfail: true"])
def test_a_gate_cannot_be_switched_off(tmp_path: Path, key: str) -> None:
    said = refused(tmp_path, gates(f"g: {{metric: train_loss, max: 1, {key}}}"))
    assert f"unknown key '{key.partition(':')[0]}'; known are metric, at, window, min, max" in said


def test_every_mistake_is_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = gates("g: {metric: train_loss, maxx: 1}", "h: {metrik: x, max: 1}", "i: {metric: x, max: '1'}") + "jbo: x\n"
    assert refused(tmp_path, text).splitlines() == [
        "job.yaml:4:27: gates.g.maxx: unknown key 'maxx', did you mean 'max'?",
        "job.yaml:5:7: gates.h.metrik: unknown key 'metrik', did you mean 'metric'?",
        "job.yaml:6:23: gates.i.max: must be a number or a percentage such as 5%, not '1': "
        "write a plain number such as 0.95, with a point and without quotes",
        "job.yaml:7:1: jbo: unknown key 'jbo', did you mean 'job'?",
    ]


def test_thousands_of_mistakes_are_cut_short(tmp_path: Path) -> None:
    said = refused(tmp_path, "ftgate: 1\n" + "".join(f"k{i}: 1\n" for i in range(2000))).splitlines()
    assert (len(said), said[-1]) == (51, "and more mistakes")


@pytest.mark.parametrize("source", ["openai", "azure"])
def test_a_hosted_job_s_options_are_known(tmp_path: Path, source: str) -> None:
    text = gates("g: {metric: valid_loss, max: 1}").replace("job: run", f"job: {{{source}: ftjob-1, base_ulr: z}}")
    assert "job.base_ulr: unknown key 'base_ulr', did you mean 'base_url'?" in refused(tmp_path, text)
    assert "job.api_key: unknown key 'api_key'" in refused(tmp_path, text.replace("base_ulr", "api_key"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- 1\n", "job.yaml:1:1: must be a mapping, not a list"),
        ("hi\n", "job.yaml:1:1: must be a mapping, not 'hi'"),
        ("~\n", "job.yaml:1:1: must be a mapping, not nothing"),
        ("a: 1\n", "job.yaml:1:1: a: unknown key 'a'"),
        ("job: run\n", "job.yaml:1:1: needs 'ftgate': begin the file with `ftgate: 1`"),
        ("ftgate: 2\n", "job.yaml:1:9: ftgate: must be 1, not 2"),
        ("ftgate: '1'\n", "job.yaml:1:9: ftgate: must be 1, not '1'"),
        ("ftgate: true\n", "job.yaml:1:9: ftgate: must be 1, not true"),
        ("ftgate: 1\n", "job.yaml:1:1: has no gates and no evals, so nothing would be judged"),
        ("ftgate: 1\ngates:\n", "job.yaml:2:7: gates: must be a mapping, not nothing"),
        ("ftgate: 1\ngates: {}\n", "job.yaml:2:1: gates: is empty, so nothing would be judged by it"),
        ("ftgate: 1\ngates: []\n", "job.yaml:2:8: gates: must be a mapping, not a list"),
        ("ftgate: 1\ngates: {g: }\n", "job.yaml:2:11: gates.g: must be a mapping, not nothing"),
        ("ftgate: 1\ngates: {g: {}}\n", "job.yaml:2:9: gates.g: needs one of metric, golden, gap, improvement"),
        ("ftgate: 1\nevals:\n", "job.yaml:2:7: evals: must be a mapping, not nothing"),
        ("ftgate: 1\nevals: {}\n", "job.yaml:2:1: evals: is empty, so nothing would be judged by it"),
        ("ftgate: 1\nevals: {e: }\n", "job.yaml:2:11: evals.e: must be a mapping, not nothing"),
        ("ftgate: 1\nevals: {e: {outputs: x}}\n", "job.yaml:2:9: evals.e: needs 'prompts'"),
        ("ftgate: 1\nevals: {e: {prompts: []}}\n", "job.yaml:2:13: evals.e.prompts: is empty"),
    ],
)
def test_an_empty_or_misshapen_spec_says_what_it_lacks(tmp_path: Path, text: str, said: str) -> None:
    assert refused(tmp_path, text).startswith(said)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", "nothing"),
        ("~", "nothing"),
        ("null", "nothing"),
        ("true", "true"),
        ("false", "false"),
        ("inf", "'inf'"),
        ("nan", "'nan'"),
        ("[1]", "a list"),
        ("{a: 1}", "a mapping"),
        ("∞", "'∞'"),
    ],
)
def test_a_bound_that_is_no_number_is_refused(tmp_path: Path, value: str, shown: str) -> None:
    said = refused(tmp_path, gates(f"g: {{metric: train_loss, max: {value}}}"))
    assert said.endswith(f"gates.g.max: must be a number or a percentage such as 5%, not {shown}")


@pytest.mark.parametrize(
    "value", ["'1.0'", "１.０", "٠.٤", "'1,0'", "< 1", "'>=1'", "5 %", '"5%\\n"', "1.0.0", "1e5e5"]
)
def test_a_bound_that_only_looks_like_a_number_is_told_how_to_be_one(tmp_path: Path, value: str) -> None:
    said = refused(tmp_path, gates("g:", "  metric: valid_mean_token_accuracy", f"  min: {value}"))
    assert said.endswith(": write a plain number such as 0.95, with a point and without quotes")


@pytest.mark.parametrize(
    ("value", "bound"), [("1e-3", "0.001"), ("1e3", "1000"), ("1.0e3", "1000"), ("+1", "1"), (".5", "0.5")]
)
def test_a_bound_is_the_number_that_it_looks_like(tmp_path: Path, value: str, bound: str) -> None:
    spec = loaded(tmp_path, gates(f"g: {{metric: train_loss, max: {value}}}"))
    assert str(spec.gates[0].condition) == f"max {bound}"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("at: lst", "at: 'lst' is not known, did you mean 'last'?; known are final, last, best, mean, shipped"),
        ("at: 3", "at: must be one of final, last, best, mean, shipped or a mapping, not 3"),
        ("at: {step: -1}", "at.step: must be at least 0, not -1"),
        ("at: {step: 1.0}", "at.step: must be a whole number, not 1.0"),
        ("at: {}", "at: needs step"),
        ("window: 0", "window: must be at least 1, not 0"),
        ("window: 5.0", "window: must be a whole number or a percentage such as 5%, not 5.0"),
        ("min_n: 0", "min_n: must be at least 1, not 0"),
        ("min_n: true", "min_n: must be a whole number, not true"),
        ("severity: error", "severity: 'error' is not known; known are warn"),
        ("tags: []", "tags: is empty, so nothing would be judged by it"),
        ("tags: [a, a]", "tags: names the same thing twice"),
        ("tags: [a b]", "tags[0]: must be a word of letters, digits and underscores, not 'a b'"),
        ('tags: ["a\\n"]', r"tags[0]: must be a word of letters, digits and underscores, not 'a\n'"),
        ("tags: slow", "tags: must be a list, not 'slow'"),
    ],
)
def test_an_option_of_a_gate_is_checked(tmp_path: Path, keys: str, said: str) -> None:
    message = refused(tmp_path, gates(f"g: {{metric: train_loss, max: 1, {keys}}}"))
    assert message.partition(": gates.g.")[2] == said


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        ("{metric: train_loss, gap: loss, max: 1}", "gates.g: has metric and gap, of which only one can be meant"),
        ("{max: 1}", "gates.g: needs one of metric, golden, gap, improvement, job, eval"),
        ("{any: }", "gates.g.any: must be a list, not nothing"),
        ("{all: []}", "gates.g.all: needs at least 2 entries"),
        ("{any: [{metric: train_loss, max: 1}]}", "gates.g.any: needs at least 2 entries"),
        ("{any: [1, 2]}", "gates.g.any[0]: must be a mapping, not 1"),
        ("{gap: los, max: 1}", "gates.g.gap: 'los' is not known, did you mean 'loss'?; known are loss, token_accuracy"),
        ('{gap: "loss\\n", max: 1}', r"gates.g.gap: 'loss\n' is not known"),
        ("{job: statuss, equals: x}", "gates.g.job: 'statuss' is not known, did you mean 'status'?; known are status"),
        ("{job: status, equals: }", "gates.g.equals: must be text or a number or true or false, not nothing"),
        ("{job: status, in: []}", "gates.g.in: is empty"),
        ("{job: seed, in: [1, 1.0]}", "gates.g.in: names the same thing twice"),
        ("{eval: e, score: passrate, min: 0.5}", "gates.g.score: 'passrate' is not known, did you mean 'pass_rate'?"),
        ("{metric: '', max: 1}", "gates.g.metric: is empty"),
        ("{metric: 3, max: 1}", "gates.g.metric: must be text, not 3"),
    ],
)
def test_a_measure_is_checked(tmp_path: Path, gate: str, said: str) -> None:
    assert refused(tmp_path, gates(f"g: {gate}") + EVAL).partition(" ")[2].startswith(said)


@pytest.mark.parametrize("key", ["severity: warn", "tags: [slow]"])
def test_what_belongs_to_a_gate_is_refused_within_any_and_all(tmp_path: Path, key: str) -> None:
    inner = f"{{metric: train_loss, max: 1, {key}}}"
    said = refused(tmp_path, gates(f"g: {{any: [{inner}, {{metric: valid_loss, max: 1}}]}}"))
    name = key.partition(":")[0]
    assert said.endswith(f"gates.g.any[0].{name}: '{name}' belongs to the whole gate, not to one condition")


@pytest.mark.parametrize("name", ["a b", '"g\\n"', "-g", "'g::h'", "'g[1]'", "ä", "a" * 101])
def test_a_gate_s_name_can_be_a_test_s_name(tmp_path: Path, name: str) -> None:
    assert "a name begins with a letter or digit" in refused(tmp_path, gates(f"{name}: {{metric: train_loss, max: 1}}"))


@pytest.mark.parametrize(
    ("job", "said"),
    [
        ("", "must be text or a mapping, not nothing"),
        ("5", "must be text or a mapping, not 5"),
        ("''", "is empty, so nothing would be judged by it"),
        ("{}", "needs one of path, csv, jsonl, openai"),
        ("{path: a, csv: b}", "has path and csv, of which only one can be meant"),
        ("{csv: a}", "needs 'columns'"),
        ("{csv: a, columns: {}}", "is empty"),
        ("{csv: a, columns: {train_loss: 1}}", "must be text, not 1"),
        ("{foo: a}", "unknown key 'foo'; needs one of path, csv"),
        ("{cvs: a}", "unknown key 'cvs', did you mean 'csv'?"),
        ("{path: a, columns: {a: b}}", "unknown key 'columns'; known are path"),
    ],
)
def test_a_job_is_a_path_or_one_kind_of_mapping(tmp_path: Path, job: str, said: str) -> None:
    text = gates("g: {metric: train_loss, max: 1}").replace("job: run", f"job: {job}")
    assert said in refused(tmp_path, text)


@pytest.mark.parametrize(
    ("grader", "said"),
    [
        ("exakt", "evals.e.grader: 'exakt' is not known, did you mean 'exact'?; known are exact, contains"),
        ("{type: exakt}", "evals.e.grader.type: unknown type 'exakt', did you mean 'exact'?; known are exact"),
        ("{target: x}", "evals.e.grader: needs a type, one of exact, contains"),
        ("{type: exact, targte: x}", "evals.e.grader.targte: unknown key 'targte', did you mean 'target'?"),
        ("{type: exact, target: ''}", "evals.e.grader.target: is empty"),
        ("{type: number, tolerance: big}", "evals.e.grader.tolerance: must be a number or a percentage such as 5%"),
        ("5", "evals.e.grader: must be one of exact, contains, regex, number, json_schema, one_of, "),
        ("[]", "evals.e.grader: is empty"),
        ("[exact, exakt]", "evals.e.grader[1]: 'exakt' is not known"),
        ("[{type: regex}, {type: number, pick: any}]", "evals.e.grader[1].pick: 'any' is not known"),
    ],
)
def test_a_grader_is_checked(tmp_path: Path, grader: str, said: str) -> None:
    text = f"ftgate: 1\nevals:\n  e: {{prompts: p.jsonl, outputs: o.jsonl, grader: {grader}}}\n"
    assert refused(tmp_path, text).partition(" ")[2].startswith(said)


def test_a_rule_that_has_no_words_of_its_own_is_told_in_those_of_the_library() -> None:
    violation = Violation("maxLength", 3, "abcd", {}, ("a",), "'abcd' is too long")
    assert list(explain(violation, {})) == [Mistake(("a",), "'abcd' is too long")]
