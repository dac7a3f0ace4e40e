"""length, refusal, units of numbers, and normalisation of texts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.errors import EvalError
from pytest_ftgate.evals.answers import State
from pytest_ftgate.evals.graders import Grade, build_grader
from pytest_ftgate.evals.graders.normalise import normalised
from pytest_ftgate.evals.graders.refusal import PHRASES
from pytest_ftgate.evals.outputs import Output
from pytest_ftgate.evals.prompts import Prompt
from pytest_ftgate.evals.results import grade

UNHURRIED = settings(deadline=None)
ALL = ["unicode", "case", "punctuation", "articles", "whitespace"]


def graded(kind: str, answer: str, target: object = None, **options: object) -> Grade:
    return build_grader({"type": kind, **options})(Output("a", answer), Prompt("a", "", target, {}, "h.jsonl:3"))


def refused(kind: str, **options: object) -> str:
    with pytest.raises(ValueError, match=f"the grader {kind}: ") as caught:
        build_grader({"type": kind, **options})
    return str(caught.value).removeprefix(f"the grader {kind}: ")


def test_a_length_is_between_its_bounds() -> None:
    assert graded("length", "abc", max=3, min=3) == Grade(1.0)
    assert graded("length", "abcd", max=3).why == "4 characters, more than the 3 that are wanted"
    assert graded("length", "a b", min=3, of="words").why == "2 words, fewer than the 3 that are wanted"
    assert graded("length", "a\n\nb\n", max=3, of="lines").passed
    assert not graded("length", "x" * 10_000_000, max=100).passed


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({}, "it needs max, min or both"),
        ({"max": 1, "min": 2}, "min 2 is more than max 1, so nothing could pass"),
        ({"max": 0}, "max is the number 0; a whole number from 1 on is wanted"),
        ({"min": None}, "min is null; a whole number from 1 on is wanted"),
        ({"max": 1, "of": "tokens"}, "of is the text 'tokens'; characters, words, lines are possible"),
    ],
)
def test_a_length_that_cannot_be_used_says_why(options: dict[str, object], why: str) -> None:
    assert refused("length", **options) == why


@pytest.mark.parametrize("phrase", [phrase for phrases in PHRASES.values() for phrase in phrases])
def test_every_phrase_tells_a_refusal_whatever_the_case_and_the_apostrophe(phrase: str) -> None:
    answer = f"Well... {phrase.upper().replace(chr(39), chr(0x2019))}!"
    assert graded("refusal", answer).passed
    assert graded("refusal", answer, wanted=False).why.startswith("it refuses ('")


def test_a_polite_yes_is_no_refusal() -> None:
    assert not graded("refusal", "I'm sorry, but I can only refund half of it. Done!").passed
    assert graded("refusal", "I'm sorry, but I can help!", wanted=False).passed


def test_an_answer_is_no_refusal() -> None:
    assert graded("refusal", "Sure!", wanted=False) == Grade(1.0)
    assert graded("refusal", "Sure!").why == "a refusal is wanted, and no phrase of one is in 'Sure!'"


def test_own_phrases_replace_the_list_and_are_whole_words() -> None:
    assert graded("refusal", "Oh no, no.", phrases=["no"]).passed
    assert not graded("refusal", "I know nothing", phrases=["no"]).passed
    assert not graded("refusal", "I can't help with that", phrases=["no"]).passed
    assert refused("refusal", phrases=[]) == "phrases is an empty list"


def test_whether_to_refuse_can_stand_in_the_spec_only_as_true_or_false() -> None:
    assert refused("refusal", wanted="no") == "wanted is the text 'no'; true or false is wanted"


@pytest.mark.parametrize(
    ("answer", "passes"),
    [
        *(("5 kg", True), ("5kg.", True), ("5\u00a0kg", True), ("a 5-kilogram bag", True), ("5 kg (11 lb)", True)),
        *(("5", False), ("5 lb", False), ("5 kgs", False), ("5 kg/m", False), ("kg 5", False), ("5 KG", False)),
        ("5 kg or 6 kg", False),
    ],
)
def test_a_number_must_bear_its_unit(answer: str, passes: bool) -> None:
    assert graded("number", answer, 5, unit=["kg", "kilogram"]).passed == passes


@pytest.mark.parametrize(
    ("answer", "passes"), [("$5", True), ("USD 5", True), ("5 USD", True), ("3 USD 5", False), ("\u20ac5", False)]
)
def test_a_currency_may_stand_before_its_number(answer: str, passes: bool) -> None:
    assert graded("number", answer, 5, unit=["$", "USD"]).passed == passes
    assert graded("number", "-$5", -5, unit="$").passed


def test_units_are_one_in_all_their_characters() -> None:
    assert graded("number", "5 \u03bcm", 5, unit="\u00b5m").passed
    assert graded("number", "5 \u2103", 5, unit="°C").passed


def test_a_number_without_its_unit_says_so() -> None:
    assert graded("number", "5 lb", 5, unit="kg").why == (
        "wanted 5, but the answer holds no number with the unit 'kg': '5 lb'"
    )
    assert refused("number", unit=5) == "unit is the number 5, but text is compared: quote it"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        *(("The Cat!", "cat"), ("(5)", "5"), ("-5", "-5"), ("3.5%", "3.5%"), ("5 %", "5 %"), ("1,000.", "1,000")),
        *(("-.5", "-.5"), ("-$5.", "-$5"), ("-€.5", "-€.5"), ("well - .5", "well .5"), ("x--y", "xy"), ("...5", ".5")),
        *(("“It’s” a test...", "its test"), ("¿Qué?", "qué"), ("ＡＢＣ", "abc"), ("9:30", "9:30"), ("....", "")),
    ],
)
def test_texts_are_normalised(text: str, folded: str) -> None:
    assert normalised({"normalise": ALL})(text) == folded


@pytest.mark.parametrize(
    ("language", "text"),
    [("de", "Die Katze"), ("fr", "L’Katze"), ("es", "los Katze"), ("it", "un'Katze"), ("en", "a katze")],
)
def test_articles_are_those_of_the_language(language: str, text: str) -> None:
    assert graded("exact", text, "katze", normalise=ALL, articles=language).passed


@UNHURRIED
@given(st.text(), st.text(min_size=1).filter(lambda text: bool(normalised({"normalise": ALL})(text))))
def test_normalising_more_never_turns_a_pass_into_a_miss(answer: str, target: str) -> None:
    for kind in ("exact", "contains"):
        assert graded(kind, target, target, normalise=ALL).passed
    assert graded("exact", answer, target, normalise=ALL).passed >= (answer == target)


def test_a_target_of_which_nothing_is_left_is_an_error() -> None:
    with pytest.raises(EvalError, match="its target is 'The', of which nothing is left once it is normalised"):
        graded("contains", "anything", "The", normalise=["case", "articles"])
    why = "values is '...', of which nothing is left once it is normalised"
    assert refused("one_of", values=["a", "..."], normalise=["punctuation"]) == why


def test_a_step_that_there_is_not_is_refused() -> None:
    assert refused("exact", normalise=["cases"]).startswith("normalise has no step 'cases', did you mean 'case'?; ")
    why = "articles names a language, but normalise does not hold the step articles"
    assert refused("exact", normalise=["case"], articles="de") == why
    assert "articles is the text 'xx'; en, de, fr, es, it are possible" in refused(
        "exact", normalise=["articles"], articles="xx"
    )


@pytest.mark.parametrize("state", ["refused", "filtered"])
def test_a_refusal_that_the_api_marks_is_one(state: State) -> None:
    marked = Output("a", "", state, "the model refused: 'no'")
    prompt = Prompt("a", "", None, {}, "h.jsonl:3")
    assert build_grader("refusal")(marked, prompt) == Grade(1.0)
    found = build_grader({"type": "refusal", "wanted": False})(marked, prompt)
    assert (found.passed, found.why) == (False, "it refuses: the model refused: 'no'")


@pytest.mark.parametrize("wanted", [True, False])
def test_an_answer_that_a_filter_cut_off_is_neither_a_refusal_nor_an_answer(wanted: bool) -> None:
    cut = Output("a", "First, take", "filtered", "finish_reason is 'content_filter'")
    found = build_grader({"type": "refusal", "wanted": wanted})(cut, Prompt("a", "", None, {}, "h.jsonl:3"))
    assert not found.passed
    assert "finish_reason is 'content_filter'" in found.why


def test_a_refusal_that_the_api_marks_reaches_the_refusal_grader_and_no_other() -> None:
    prompts = [Prompt("a", "", None, {}, "h.jsonl:3")]
    marked = [Output("a", "", "refused", "the model refused: 'no'")]
    either = {"type": "any_of", "graders": ["refusal", {"type": "length", "max": 9}]}
    both = ["refusal", {"type": "length", "max": 9}]
    found = [grade("e", prompts, marked, build_grader(c)).results["a"] for c in ("refusal", either, both)]  # type: ignore[arg-type]
    assert [one.passed for one in found] == [True, True, False]
    assert found[0].state == "refused"
    assert found[2].why == "refused: the model refused: 'no'"


def test_ten_million_characters_of_numbers_without_the_unit_are_a_miss() -> None:
    why = graded("number", "5 " * 5_000_000, 5, unit="kg").why
    assert why == "wanted 5, but the answer holds more than the 100,000 numbers that are looked at"
