"""Templates of OpenAI's graders: paths that are looked up, and nothing that is run."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.evals.graders.template import LackingError, parsed
from pytest_ftgate.evals.outputs import Output
from pytest_ftgate.evals.prompts import Prompt

from .grading import called, prompt

UNHURRIED = settings(deadline=None)
ANSWER = Output("a", '{"name": "Ada", "tags": ["x", "y"], "n": 1.0}')


def filled(text: str, output: Output = ANSWER, **fields: object) -> str:
    return parsed(text).filled(output, prompt(**fields))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("{{ item.x }}", "1"),
        ("{{item.x}}", "1"),
        ("<{{ item.x }}|{{item.y}}>", "<1|two>"),
        ("{{ sample.output_text }}", ANSWER.text),
        ("{{ sample.output_json.name }}", "Ada"),
        ("{{ sample.output_json.tags[1] }}", "y"),
        ("{{ sample.output_json.tags.1 }}", "y"),
        ("{{ sample.output_json['tags'] }}", '["x", "y"]'),
        ('{{ sample.output_json["n"] }}', "1.0"),
        ("{{ sample.choices[0].message.content }}", ANSWER.text),
        ("{{ sample.choices.0.finish_reason }}", "stop"),
        ("{{ sample.output_tools }}", "[]"),
        ("{{ item.deep.a b[0] }}", "true"),
        ('{"a": {"b": 1}} {{item.x}}}', '{"a": {"b": 1}} 1}'),
        ("", ""),
        ("no holes }} here", "no holes }} here"),
    ],
)
def test_a_path_is_filled_in_and_the_rest_stays(text: str, wanted: str) -> None:
    assert filled(text, x=1, y="two", deep={"a b": [True]}) == wanted


def test_what_is_no_text_is_written_as_json() -> None:
    assert filled("{{item.a}} {{item.b}} {{item.c}}", a=None, b={"ä": [1]}, c=False) == 'null {"ä": [1]} false'


def test_the_calls_of_an_output_are_found_as_chat_completions_have_them() -> None:
    output = called("search", '{"q": 1}')
    assert filled("{{ sample.output_tools[0].function.name }}", output) == "search"
    assert filled("{{ sample.choices[0].message.tool_calls[0].function.arguments }}", output) == '{"q": 1}'


def test_the_id_prompt_and_target_of_a_prompt_have_our_names() -> None:
    asked = Prompt(7, "Why?", "So.", {"expected": "So."}, "h.jsonl:3")
    text = parsed("{{ item.id }} {{ item.prompt }} {{ item.target }} {{ item.expected }}")
    assert text.filled(ANSWER, asked) == "7 Why? So. So."


def test_the_row_s_own_columns_go_before_our_names() -> None:
    assert parsed("{{ item.target }}").filled(ANSWER, Prompt("a", "", "ours", {"target": "own"}, "")) == "own"


def test_a_row_that_keeps_its_fields_below_item_has_them_at_the_top_too() -> None:
    assert filled("{{ item.answer }}", item={"answer": "42"}) == "42"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{{ item.anser }}", "item has no 'anser', did you mean 'answer'?; it has 'id', 'answer', 'list'"),
        ("{{ item.answer.x }}", "item.answer is the text 'So.', which has no part 'x'"),
        ("{{ item.list[2] }}", "item.list is a list of 1, so there is no [2]"),
        ("{{ item.list.x }}", "item.list is a list, and 'x' is no index of one"),
        ("{{ item.list[0].y }}", "item.list.0 has no 'y'; it is empty"),
    ],
)
def test_what_a_row_lacks_is_an_error_that_says_what_is_there(text: str, why: str) -> None:
    with pytest.raises(ValueError, match="item") as caught:
        filled(text, answer="So.", list=[{}])
    assert not isinstance(caught.value, LackingError)
    assert str(caught.value) == why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{{ sample.output_json.nam }}", "sample.output_json has no 'nam', did you mean 'name'?; it has 'name', "),
        ("{{ sample.output_json.name.x }}", "sample.output_json.name is the text 'Ada', which has no part 'x'"),
        ("{{ sample.output_tools[0].function.name }}", "sample.output_tools is a list of 0, so there is no [0]"),
        ("{{ sample.choices[1] }}", "sample.choices is a list of 1, so there is no [1]"),
    ],
)
def test_what_the_output_lacks_is_the_output_s_fault(text: str, why: str) -> None:
    with pytest.raises(LackingError) as caught:
        filled(text)
    assert str(caught.value).startswith(why)


@pytest.mark.parametrize("said", ["nope", "{'a': 1}", '{"a": NaN}', '{"a": 1, "a": 2}', "[" * 100_000, "", "1 2"])
def test_an_output_that_is_no_strict_json_has_no_output_json(said: str) -> None:
    with pytest.raises(LackingError, match="wanted JSON, got '"):
        filled("{{ sample.output_json }}", Output("a", said))


def test_an_endless_output_is_not_read_as_json() -> None:
    with pytest.raises(LackingError, match=r"wanted JSON, got 1,000,002 characters, more than are read"):
        filled("{{ sample.output_json }}", Output("a", '"' + "x" * 1_000_000 + '"'))


def test_hostile_text_is_passed_on_unread() -> None:
    said = "{{ item.y }} {% x %} \x1b[31m\ud800"
    assert filled("{{ sample.output_text }}", Output("a", said), y="z") == said


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (5, "is the number 5; text is wanted"),
        ("{% for x in y %}", "has '{%' in it: loops and conditions are not run here"),
        ("{{ item.x", "has '{{' without '}}' in it"),
        ("{{ item.x {{ item.y }}", "has '{{ item.x {{ item.y }}' in it, of which"),
        ("{{ foo.x }}", "has '{{ foo.x }}' in it; only {{ item.x }} and {{ sample.x }} are filled in"),
        ("{{ items.x }}", "has '{{ items.x }}' in it; only"),
        ("{{ }}", "has '{{  }}' in it; only"),
        ("{{ item }}", "has '{{ item }}' in it, which names nothing of it: write item.NAME"),
        ("{{ item.x | upper }}", "has '{{ item.x | upper }}' in it, of which '| upper' is no part of a path"),
        ("{{ item.x() }}", "has '{{ item.x() }}' in it, of which '()' is no part of a path"),
        ("{{ item.__class__.x }} {{ item[-1] }}", "has '{{ item[-1] }}' in it, of which '[-1]' is no part"),
        ("{{ item..x }}", "has '{{ item..x }}' in it, of which '..x' is no part"),
        ("{{ sample.output_txt }}", "has '{{ sample.output_txt }}' in it; sample has no 'output_txt', did you mean"),
        ("{{ sample.output_audio.data }}", "has '{{ sample.output_audio.data }}' in it; sample has no 'output_audio'"),
    ],
)
def test_what_is_no_path_is_refused(text: object, why: str) -> None:
    with pytest.raises(ValueError, match="a") as caught:
        parsed(text)
    assert str(caught.value).startswith(why)


def test_an_attribute_is_never_reached() -> None:
    with pytest.raises(ValueError, match=r"item\.x is the text 'y', which has no part '__class__'"):
        filled("{{ item.x.__class__ }}", x="y")


def test_a_row_that_is_no_json_cannot_be_filled_in() -> None:
    with pytest.raises(ValueError, match="no JSON value cannot be written as JSON"):
        filled("{{ item.x }}", x=object())


def test_a_template_without_an_end_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="without '"):
        parsed("{{" * 500_000)


@UNHURRIED
@given(st.text())
def test_any_text_is_a_template_or_refused_with_a_sentence(text: str) -> None:
    try:
        template = parsed(text)
    except ValueError:
        return
    assert "{%" not in text
    assert all(path.steps for path in template.paths)


@UNHURRIED
@given(st.text().filter(lambda text: "{{" not in text and "{%" not in text))
def test_text_without_holes_is_itself(text: str) -> None:
    assert filled(text) == text
