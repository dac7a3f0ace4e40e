"""Gates on evals: which keys belong together, one gate per slice, and rates that no number of passes can show."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from pytest_ftgate.errors import EvalError
from pytest_ftgate.gate import Check, Gate
from pytest_ftgate.measures.classification import Labelling
from pytest_ftgate.measures.evals import EvalScore
from pytest_ftgate.measures.slices import EvalPairs, EvalSpread
from pytest_ftgate.prior import SCHEMA

from ..making import jsonl, loaded, refused, sealed_verdict

SPEC = """\
ftgate: 1
gates:
  g: {{eval: e, {}}}
evals:
  e: {{prompts: p.jsonl, outputs: o.jsonl, grader: exact{}}}
"""


def prompts(folder: Path, *langs: object) -> None:
    jsonl(
        folder / "p.jsonl", [{"id": i, "target": "yes", "lang": lang} for i, lang in enumerate(langs or ("de", "en"))]
    )
    jsonl(folder / "o.jsonl", [{"id": i, "output": "yes"} for i in range(len(langs or "12"))])


def measure(folder: Path, keys: str, more: str = "") -> object:
    prompts(folder)
    (gate,) = loaded(folder, SPEC.format(keys, more)).gates
    assert isinstance(gate.condition, Check)
    return gate.condition.measure


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        ("min: 0.5", EvalScore("e")),
        ("score: percentile, percentile: 10, min: 0.5", EvalScore("e", "percentile", 10)),
        ("score: latency, percentile: 95, max: 2", EvalScore("e", "latency", 95)),
        ("score: f1, average: macro, min: 0.5", EvalScore("e", "f1", labelling=Labelling("macro"))),
        (
            "score: recall, label: bug, ignore_case: true, min: 50%",
            EvalScore("e", "recall", labelling=Labelling(None, "bug", "", True)),
        ),
        (
            "score: accuracy, extract: '(a|b)', min: 0.5",
            EvalScore("e", "accuracy", labelling=Labelling(extract="(a|b)")),
        ),
        ("score: f1, of: entities, min: 0.5", EvalScore("e", "f1", of="entities")),
        ("slice: {lang: de}, min: 0.5", EvalScore("e", slice={"lang": "de"})),
        ("spread: {by: lang}, max: 0.1", EvalSpread("e", "lang")),
        ("pairs: {by: lang, same: t}, of: answers, max: 1%", EvalPairs("e", "lang", "t", "answers")),
    ],
)
def test_a_gate_on_an_eval_is_one_line(tmp_path: Path, keys: str, wanted: object) -> None:
    assert measure(tmp_path, keys) == wanted


def test_draws_are_of_the_eval_s_repeats(tmp_path: Path) -> None:
    assert measure(tmp_path, "score: pass_at_k, k: 2, min: 0.5", ", repeats: 5") == EvalScore("e", "pass_at_k", k=2)
    assert measure(tmp_path, "score: all_of_k, min: 0.5", ", repeats: 5") == EvalScore("e", "all_of_k", k=5)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("percentile: 5, min: 0.5", "gates.g.percentile: belongs to percentile, latency, tokens, input_tokens, "),
        ("score: percentile, min: 0.5", "gates.g: belongs to percentile, latency"),
        ("score: percentile, percentile: 101, min: 0.5", "gates.g.percentile: "),
        (
            "score: f1, min: 0.5",
            "gates.g.score: f1 of classes needs `average: macro`, micro or weighted, or one `label`",
        ),
        (
            "score: f1, average: macro, label: x, min: 0.5",
            "gates.g.average: belongs to precision, recall, f1 of classes, one",
        ),
        ("score: mean, average: macro, min: 0.5", "gates.g.average: belongs to precision, recall, f1 of classes"),
        ("score: f1, of: entities, label: x, min: 0.5", "gates.g.label: belongs to"),
        (
            "of: entities, min: 0.5",
            "gates.g.of: has a meaning beside pairs, and of entities beside precision, recall, f1",
        ),
        ("extract: x, min: 0.5", "gates.g.extract: belongs to the scores of classes: accuracy, "),
        ("score: accuracy, extract: '(', min: 0.5", "gates.g.extract: '(' is no regular expression"),
        ("score: pass_at_k, min: 0.5", "gates.g.score: pass_at_k needs several outputs per prompt: write `repeats: N`"),
        ("k: 2, min: 0.5", "gates.g.k: belongs to pass_at_k, all_of_k"),
        ("score: balanced_accuracy, min: 0.5, confidence: 0.9", "gates.g.confidence: how sure balanced accuracy is"),
        ("spread: {by: lang}, score: mean, max: 0.5", "gates.g.score: has no meaning beside spread"),
        ("spread: {by: lang}, pairs: {by: lang, same: t}, max: 0.5", "gates.g.pairs: has no meaning beside spread"),
        ("spread: {by: lang}, of: grades, max: 0.5", "gates.g.of: has no meaning beside spread"),
        ("pairs: {by: t, same: t}, max: 0.5", "gates.g.pairs: by and same are one field"),
        ("pairs: {by: a, same: t}, of: entities, max: 0.5", "gates.g.of: pairs differ in grades or in answers"),
        ("slice: {}, min: 0.5", "gates.g.slice: "),
        ("slice: {lang: [de]}, min: 0.5", "gates.g.slice.lang: "),
        (
            "score: latency, percentile: 95, max: 5%",
            "gates.g.max: 5% is a percentage, but 95th percentile of latency of e",
        ),
    ],
)
def test_keys_that_do_not_belong_together_are_refused(tmp_path: Path, keys: str, said: str) -> None:
    prompts(tmp_path)
    assert said in refused(tmp_path, SPEC.format(keys, ""))


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (
            "score: accuracy, min: 0.5",
            "gates.g.score: compares labels of one output per prompt, and the eval has repeats",
        ),
        ("score: pass_at_k, k: 4, min: 0.5", "gates.g.k: more outputs than the 3 that each prompt has"),
    ],
)
def test_scores_and_repeats_fit_each_other(tmp_path: Path, keys: str, said: str) -> None:
    prompts(tmp_path)
    assert said in refused(tmp_path, SPEC.format(keys, ", repeats: 3"))


def test_texts_are_kept_for_the_measures_that_look_at_them(tmp_path: Path) -> None:
    prompts(tmp_path)
    for keys, kept in (
        ("score: accuracy, min: 0.5", True),
        ("min: 0.5", False),
        ("score: f1, of: entities, min: 0.5", False),
    ):
        assert loaded(tmp_path, SPEC.format(keys, "")).evals["e"].keeps == kept


def test_too_few_prompts_to_show_a_rate_are_refused(tmp_path: Path) -> None:
    prompts(tmp_path, *["de"] * 20)
    said = refused(tmp_path, SPEC.format("min: 0.90, confidence: 0.95", ""))
    assert said.endswith("gates.g: 20 prompts of e cannot show 0.9 at 95 %: needs 29")
    prompts(tmp_path, *["de"] * 29)
    assert loaded(tmp_path, SPEC.format("min: 0.90, confidence: 0.95", "")).gates


def test_so_are_too_few_in_a_slice_and_for_a_rate_of_errors(tmp_path: Path) -> None:
    prompts(tmp_path, *["de"] * 25, *["en"] * 30)
    said = refused(tmp_path, SPEC.format("by: lang, min: 0.90, confidence: 0.95", ""))
    assert said.endswith("gates.g: 25 prompts of e cannot show 0.9 at 95 %: needs 29")
    said = refused(tmp_path, SPEC.format("score: error_rate, max: 1%, confidence: 0.95", ""))
    assert said.endswith("gates.g: 55 prompts of e cannot show 1% at 95 %: needs 299")


def test_no_number_of_prompts_shows_perfection(tmp_path: Path) -> None:
    prompts(tmp_path)
    text = "ftgate: 1\ngates:\n  g: {any: [{eval: e, min: 1, confidence: 0.9}, {eval: e, min: 0.1}]}\n"
    said = refused(tmp_path, text + SPEC.partition("evals:\n")[2].format("").join(["evals:\n", ""]))
    assert said.endswith("2 prompts of e cannot show 1 at 90 %: no number of prompts can")


@pytest.mark.parametrize("more", [", repeats: 2", ", cluster: lang"])
def test_what_no_exact_bound_is_known_of_is_not_refused(tmp_path: Path, more: str) -> None:
    prompts(tmp_path)
    assert loaded(tmp_path, SPEC.format("min: 0.9, confidence: 0.95", more)).gates


def test_prompts_that_cannot_be_read_yet_are_not_counted(tmp_path: Path) -> None:
    assert loaded(tmp_path, SPEC.format("min: 0.9, confidence: 0.95", "")).gates


def by_lang(folder: Path, more: str = "") -> Sequence[Gate]:
    return loaded(folder, more + SPEC.format("by: lang, min: 0.5, min_n: 2", "")).gates


def test_by_is_a_gate_for_each_value(tmp_path: Path) -> None:
    prompts(tmp_path, "en", "de", "pt br", 7)
    gates = by_lang(tmp_path)
    assert [gate.name for gate in gates] == ["g@7", "g@de", "g@en", "g@pt_br"]
    assert [
        gate.decide(gate.measure(loaded(tmp_path, SPEC.format("min: 0.5", "")).evidence())).status for gate in gates
    ] == ["inconclusive"] * 4


def test_by_within_a_slice_has_the_values_that_are_left(tmp_path: Path) -> None:
    jsonl(tmp_path / "p.jsonl", [{"id": i, "target": "yes", "a": i % 2, "b": i % 3} for i in range(4)])
    gates = loaded(tmp_path, SPEC.format("slice: {a: 1}, by: b, min: 0.5", "")).gates
    assert [gate.name for gate in gates] == ["g@0", "g@1"]


@pytest.mark.parametrize(
    ("langs", "said"),
    [
        (("a b", "a_b"), "gates.g.by: has 2 values, of which some would share a name: a b, a_b"),
        (tuple(range(101)), "gates.g.by: has 101 values, which are too many for a gate each: 0, 1, "),
    ],
)
def test_values_that_make_no_names_are_refused(tmp_path: Path, langs: tuple[object, ...], said: str) -> None:
    prompts(tmp_path, *langs)
    assert said in refused(tmp_path, SPEC.format("by: lang, min: 0.5", ""))


@pytest.mark.parametrize(
    ("langs", "why"), [(("de", None), "1 prompt without 'lang': 1$"), ((), "p.jsonl: no such file$")]
)
def test_slices_that_are_not_known_are_a_gate_that_errs(tmp_path: Path, langs: tuple[object, ...], why: str) -> None:
    if langs:
        prompts(tmp_path, *langs)
    (gate,) = by_lang(tmp_path)
    assert gate.name == "g@?"
    with pytest.raises(EvalError, match=rf"^g@\? could not be judged: .*{why}"):
        gate.measure(loaded(tmp_path, SPEC.format("min: 0.5", "")).evidence())


def verdict(folder: Path, *names: str) -> str:
    specs = [{"gates": [{"name": name, "scores": []} for name in names]}]
    sealed_verdict(folder / "v.json", {"promote": True, "specs": specs})
    return "baseline: v.json\n"


def test_a_value_that_vanished_since_the_baseline_is_a_gate_that_errs(tmp_path: Path) -> None:
    prompts(tmp_path, "de", "en")
    gates = by_lang(tmp_path, verdict(tmp_path, "g@de", "g@fr", "other@es"))
    assert [gate.name for gate in gates] == ["g@de", "g@en", "g@fr"]
    said = (
        r"^g@fr could not be judged: the baseline has a slice 'fr' by lang, and no prompt has it now; there are de, en$"
    )
    with pytest.raises(EvalError, match=said):
        gates[-1].measure(loaded(tmp_path, SPEC.format("min: 0.5", "")).evidence())


def test_a_baseline_that_cannot_be_read_hides_no_slice(tmp_path: Path) -> None:
    prompts(tmp_path, "de", "en")
    (tmp_path / "v.json").write_text(f'{{"schema": "{SCHEMA}", "promote": true', encoding="utf-8")
    gates = by_lang(tmp_path, "baseline: v.json\n")
    assert [gate.name for gate in gates] == ["g@de", "g@en", "g@?"]


def test_a_baseline_that_is_not_there_has_no_slices(tmp_path: Path) -> None:
    prompts(tmp_path, "de", "en")
    assert len(by_lang(tmp_path, "baseline: gone.json\n")) == 2


def test_an_eval_with_a_mistake_is_named_once(tmp_path: Path) -> None:
    prompts(tmp_path)
    said = refused(tmp_path, SPEC.format("by: lang, min: 0.5", ", items: some"))
    assert "evals.e.items" in said


@pytest.mark.parametrize(("sample", "more"), [("{model: m, repeats: 5}", ""), ("{model: m}", ", repeats: 5")])
def test_draws_are_of_sampled_repeats_too(tmp_path: Path, sample: str, more: str) -> None:
    prompts(tmp_path)
    text = SPEC.format("score: pass_at_k, k: 2, min: 0.5", more).replace("outputs: o.jsonl", f"sample: {sample}")
    (gate,) = loaded(tmp_path, text).gates
    assert isinstance(gate.condition, Check)
    assert gate.condition.measure == EvalScore("e", "pass_at_k", k=2)
