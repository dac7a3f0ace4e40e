"""Reading held-out prompts."""

import json
from pathlib import Path

import pytest

from pytest_ftgate.errors import EvalError
from pytest_ftgate.evals.prompts import Prompt, check_prompts, read_prompts
from pytest_ftgate.files import File


def read(*rows: object, **fields: str) -> tuple[Prompt, ...]:
    text = "".join(json.dumps(row) + "\n" for row in rows)
    return read_prompts(File(Path("held.jsonl"), text.encode()), fields)


def refusal(*rows: object, **fields: str) -> str:
    with pytest.raises(EvalError) as caught:
        read(*rows, **fields)
    return str(caught.value)


def test_a_prompt_keeps_all_columns_of_its_row() -> None:
    (prompt,) = read({"id": "a", "prompt": "Why?", "target": "So.", "lang": "de"})
    assert (prompt.key, prompt.text, prompt.target) == ("a", "Why?", "So.")
    assert prompt.fields["lang"] == "de"
    assert prompt.where == "held.jsonl:1"


def test_an_id_keeps_its_type() -> None:
    prompts = read({"id": 7}, {"id": "b"})
    assert [p.key for p in prompts] == [7, "b"]
    assert [p.id for p in prompts] == ["7", "b"]


def test_recorded_outputs_need_no_prompt_text() -> None:
    assert read({"id": "a", "target": "x"})[0].text == ""


def test_of_a_conversation_the_last_user_message_is_the_text() -> None:
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Why?"}]},
        {"role": "assistant", "content": "So."},
    ]
    (prompt,) = read({"id": "a", "messages": messages})
    assert prompt.text == "Why?"
    assert prompt.turns == (("system", "Be brief."), ("user", "Why?"))


def test_csv_prompts_are_text_throughout() -> None:
    (prompt,) = read_prompts(File(Path("held.csv"), b"id,prompt,target\n1,Why?,2\n"), {})
    assert (prompt.key, prompt.target, prompt.where) == ("1", "2", "held.csv:2")


def test_fields_map_our_names_to_the_columns_of_the_file() -> None:
    (prompt,) = read({"nr": 1, "question": "Why?", "expected": "So."}, id="nr", prompt="question", target="expected")
    assert (prompt.key, prompt.text, prompt.target) == (1, "Why?", "So.")


def test_a_mapped_field_that_no_row_has_is_an_error_with_a_suggestion() -> None:
    told = refusal({"id": 1, "expected": "x"}, target="expcted")
    assert told == (
        "held.jsonl: no row has 'expcted', which `fields` names as target; rows have 'id', 'expected', "
        "did you mean 'expected'?"
    )


def test_a_field_of_the_outputs_is_not_looked_for_among_the_prompts() -> None:
    assert read({"id": 1}, output="completion")[0].key == 1


def test_a_row_without_an_id_is_an_error_with_a_suggestion() -> None:
    assert refusal({"ID": "a"}) == "held.jsonl:1: no 'id'; the row has 'ID', did you mean 'ID'?"


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (True, "the id is true; text or a whole number is wanted"),
        (1.0, "the id is the number 1.0; text or a whole number is wanted"),
        (["a"], "the id is a list; text or a whole number is wanted"),
        ("", "the id '' is blank"),
        (" a", "the id ' a' begins or ends with a blank"),
        ("a\nb", "the id 'a\\nb' holds a control or invisible character (a\\nb)"),
        ("a\u202eb", "the id 'a\\u202eb' holds a control or invisible character (a\\u202eb)"),
        ("a::b[c]", "the id 'a::b[c]' holds '::', '[', ']', which test names are made with"),
    ],
)
def test_an_id_that_cannot_name_a_test_is_refused(key: object, why: str) -> None:
    assert refusal({"id": "ok"}, {"id": key}) == f"held.jsonl:2: {why}"


def test_an_id_longer_than_a_test_name_can_be_is_refused() -> None:
    assert "has 201 characters, more than the 200" in refusal({"id": "x" * 201})
    assert "has 300 characters" in refusal({"id": 10**299})
    assert read({"id": "x" * 200})


def test_an_id_given_twice_names_both_places() -> None:
    assert refusal({"id": "a"}, {"id": "b"}, {"id": "a"}) == (
        "held.jsonl:3: the id 'a' is already at held.jsonl:1; ids name one prompt each"
    )


def test_one_and_the_text_one_would_be_the_same_test() -> None:
    assert refusal({"id": 1}, {"id": "1"}) == (
        "held.jsonl:2: the id '1' and the id 1 at held.jsonl:1 would name the same test"
    )


def test_a_prompt_written_elsewhere_is_held_to_the_same_ids() -> None:
    with pytest.raises(EvalError, match=r"^job.yaml:9: the id 'a\[' holds '\[', which"):
        check_prompts([Prompt("a[", "", None, {}, "job.yaml:9")], "refunds")
    with pytest.raises(EvalError, match=r"^job.yaml:9: the id is the number 1.0; text or a whole number is wanted$"):
        check_prompts([Prompt(1.0, "", None, {}, "job.yaml:9")], "refunds")  # type: ignore[arg-type]


def test_no_prompts_is_never_a_pass() -> None:
    assert refusal() == "held.jsonl: holds no prompts, so there is nothing to judge"
    with pytest.raises(EvalError, match="refunds: holds no prompts"):
        check_prompts((), "refunds")


def test_a_csv_header_alone_holds_no_prompts() -> None:
    with pytest.raises(EvalError, match="holds no prompts"):
        read_prompts(File(Path("held.csv"), b"id,target\n"), {})


def test_a_prompt_that_is_no_text_is_refused() -> None:
    assert refusal({"id": 1, "prompt": 5}) == (
        "held.jsonl:1: the prompt is the number 5; text or a list of messages is wanted"
    )
    assert "a message's role is null" in refusal({"id": 1, "messages": [{"content": "x"}]})
    assert "a message's content is a mapping" in refusal({"id": 1, "messages": [{"role": "user", "content": {}}]})
