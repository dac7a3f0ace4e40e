"""The training file: malformed examples, duplicates, held-out prompts, and how much there is."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.data.chat import unspoken
from pytest_ftgate.data.examples import read_examples
from pytest_ftgate.data.leakage import leaks
from pytest_ftgate.data.overlap import ENOUGH, Near, runs, words
from pytest_ftgate.errors import EvidenceError
from pytest_ftgate.evals.graders import build_grader
from pytest_ftgate.evals.plan import EvalPlan
from pytest_ftgate.evals.prompts import Prompt
from pytest_ftgate.evidence import Evidence
from pytest_ftgate.files import File
from pytest_ftgate.measures.data import TrainingData
from pytest_ftgate.score import Score

from ..making import Row, job, jsonl
from .of import of

TEXTS = st.lists(st.sampled_from("abc"), max_size=14)
LONG = "My parcel with order number {} has not arrived and I would like to have my money back please"


def chat(asked: object, answer: object = "Fine.", **last: object) -> Row:
    return {"messages": [{"role": "user", "content": asked}, {"role": "assistant", "content": answer, **last}]}


def pictured(name: str) -> Row:
    return {"type": "image_url", "image_url": {"url": f"https://example.org/{name}.png"}}


def shown_as(name: str) -> Row:
    return {"role": "user", "content": [{"type": "text", "text": "What is this?"}, pictured(name)]}


def calling(key: str, city: str) -> Row:
    call = {"id": key, "type": "function", "function": {"name": "weather", "arguments": city}}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


CHAT = [{"role": "user", "content": "What is this?"}]
ANSWER = [{"role": "assistant", "content": "A cat."}]
PREFERRED = dict.fromkeys(("preferred_output", "non_preferred_output"), ANSWER)


def prompt(key: str, text: str) -> Prompt:
    return Prompt(key, text, None, {}, f"p.jsonl:{key}")


def score(folder: Path, name: str, rows: Sequence[Row], *prompts: Prompt) -> Score:
    plan = EvalPlan("refunds", prompts, Path("o"), False, build_grader("exact"))
    file = jsonl(folder / "train.jsonl", rows)
    return TrainingData(name, file, heldout="refunds" if prompts else "")(Evidence(None, {"refunds": plan}))


def refused(folder: Path, name: str, rows: Sequence[Row], *prompts: Prompt) -> str:
    with pytest.raises(EvidenceError) as caught:
        score(folder, name, rows, *prompts)
    return str(caught.value).replace(f"{folder}/", "")


def details(found: Score, folder: Path) -> list[str]:
    return [line.replace(f"{folder}/", "") for line in found.details]


@pytest.mark.parametrize(
    "row",
    [
        chat("one?"),
        {"messages": [{"role": "system", "content": "Be kind."}, *chat("one?")["messages"]]},  # type: ignore[misc]
        {"messages": chat("one?", None, tool_calls=[{}])["messages"], "tools": []},
        chat([{"type": "text", "text": "one?"}], weight=0),
        {
            "input": {"messages": [{"role": "user", "content": "one?"}]},
            "preferred_output": [{"role": "assistant", "content": "yes"}],
            "non_preferred_output": [{"role": "assistant", "content": "no"}],
        },
        {"prompt": "one?", "completion": "yes"},
        {"instruction": "one?", "input": "", "output": "yes"},
        {"prompt": CHAT, "completion": ANSWER, "label": True},
        {"prompt": "one?", "chosen": "yes", "rejected": "no"},
        {"prompt": CHAT, "chosen": ANSWER, "rejected": ANSWER},
        {"chosen": [*CHAT, *ANSWER], "rejected": [*CHAT, *ANSWER], "score_chosen": 1.0},
        {"conversations": [{"from": "human", "value": "one?"}, {"from": "gpt", "value": "yes"}]},
        {
            "conversations": [
                {"from": "human", "value": "Rain?"},
                {"from": "function_call", "value": '{"name": "weather"}'},
                {"from": "observation", "value": "dry"},
                {"from": "gpt", "value": "No."},
            ]
        },
        {"text": "one?"},
    ],
)
def test_a_well_formed_example_has_no_fault(tmp_path: Path, row: Row) -> None:
    found = score(tmp_path, "format_errors", [row])
    assert (found.value, found.n, found.details) == (0.0, 1, ())


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"messages": []}, "messages is not a list, or empty"),
        ({"messages": "hi"}, "messages is not a list, or empty"),
        ({"messages": ["hi"]}, "a message is no object"),
        ({"massages": []}, "no 'messages'"),
        (chat(""), "message 1: the content is blank or no text"),
        (chat("one?", None), "message 2: the content is blank or no text"),
        (chat("one?", role="bot"), "message 2: the role is 'bot', not system, developer, user, assistant or tool"),
        (chat("one?", weight=True), "message 2: the weight is neither 0 nor 1"),
        (chat("one?", weight=0.5), "message 2: the weight is neither 0 nor 1"),
        ({"messages": chat("one?")["messages"][:1]}, "the last message is not the assistant's"),  # type: ignore[index]
        ({"messages": chat("one?")["messages"][1:]}, "nothing is asked: no user message"),  # type: ignore[index]
        (
            {"messages": [*chat("one?")["messages"], {"role": "system", "content": "x"}]},  # type: ignore[misc]
            "a system message is not the first",
        ),
        (
            {"messages": [{"role": "user", "content": "x"}, *chat("one?")["messages"]]},  # type: ignore[misc]
            "two user messages in a row",
        ),
    ],
)
def test_a_malformed_chat_is_told_with_its_line(tmp_path: Path, row: Row, fault: str) -> None:
    found = score(tmp_path, "format_errors", [chat("one?"), row])
    (told,) = details(found, tmp_path)
    assert found.value == 0.5
    assert told.startswith("train.jsonl:2: ")
    assert fault in told


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"prompt": "one?", "completion": " "}, "'completion' is blank or no text"),
        ({"instruction": 1, "output": "x"}, "'instruction' is blank or no text"),
        ({"text": ""}, "'text' is blank or no text"),
        (
            {"input": {"messages": CHAT}, **PREFERRED, "preferred_output": "yes"},
            "preferred_output: messages is not a list",
        ),
        ({"prompt": CHAT, "completion": []}, "completion: messages is not a list, or empty"),
        ({"prompt": "one?", "chosen": "yes", "rejected": ""}, "'rejected' is blank or no text"),
        ({"prompt": None, "chosen": "yes", "rejected": "no"}, "'prompt' is blank or no text"),
        ({"chosen": ANSWER, "rejected": [*CHAT, *ANSWER]}, "chosen: nothing is asked: no user message"),
        ({"prompt": CHAT, "chosen": CHAT, "rejected": ANSWER}, "chosen: the last message is not the assistant's"),
        ({"conversations": 1}, "conversations is not a list of objects"),
        ({"input": 1, "preferred_output": [], "non_preferred_output": []}, "messages is not a list, or empty"),
    ],
)
def test_a_malformed_example_of_another_kind_is_told_too(tmp_path: Path, row: Row, fault: str) -> None:
    assert fault in details(score(tmp_path, "format_errors", [row]), tmp_path)[0]


def test_lines_that_are_no_objects_are_faults_with_their_lines() -> None:
    file = File(Path("t.jsonl"), b'{"text": "a"}\n\n{"text": \n[1]\n{"text": "a", "text": "b"}\n')
    found = read_examples(file)
    assert [(one.line, bool(one.faults)) for one in found] == [(1, False), (3, True), (4, True), (5, True)]


def test_a_file_without_examples_is_an_error(tmp_path: Path) -> None:
    assert refused(tmp_path, "examples", []) == "train.jsonl: holds no examples"
    with pytest.raises(EvidenceError, match=r"gone: no such file$"):
        TrainingData("examples", tmp_path / "gone")(Evidence(None, {}))


@pytest.mark.parametrize("name", ["duplicates", "leakage", "largest_class", "longest", "examples"])
def test_a_line_that_cannot_be_looked_at_is_not_known_to_be_fine(tmp_path: Path, name: str) -> None:
    rows: list[Row] = [chat("one?"), {"messages": 1}, {"x": 1}]
    assert refused(tmp_path, name, rows, *([prompt("a", "x")] if name == "leakage" else [])) == (
        "train.jsonl:2: messages is not a list, or empty (2 lines without a readable text)"
    )


def test_examples_that_differ_in_case_and_punctuation_are_duplicates(tmp_path: Path) -> None:
    found = score(tmp_path, "duplicates", [chat("One?"), chat("two?"), chat("one"), chat("One?", "No.")])
    assert (found.value, found.n) == (0.25, 4)
    assert details(found, tmp_path) == ["train.jsonl:3 repeats line 1"]
    assert found.how.startswith("1 of 4 examples in ")


def test_of_many_places_the_first_ten_are_shown(tmp_path: Path) -> None:
    found = score(tmp_path, "duplicates", [chat("one?")] * 20)
    assert (found.value, len(found.details), found.details[-1]) == (0.95, 11, "and 9 more")


def test_an_image_without_a_text_is_content_of_a_user_and_of_no_other(tmp_path: Path) -> None:
    asked, shown = {"role": "user", "content": "What is this?"}, {"role": "user", "content": [pictured("a")]}
    answer = {"role": "assistant", "content": "A cat."}
    assert score(tmp_path, "format_errors", [{"messages": [asked, shown, answer]}]).value == 0
    drawn = {"role": "assistant", "content": [pictured("a")]}
    found = score(tmp_path, "format_errors", [{"messages": [asked, drawn]}])
    assert details(found, tmp_path) == ["train.jsonl:1: message 2: the content is blank or no text"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"messages": [shown_as("a")]}, {"messages": [shown_as("b")]}),
        ({"messages": [*CHAT, calling("1", "x")]}, {"messages": [*CHAT, calling("2", "y")]}),
        ({"messages": CHAT, "images": ["a.png"]}, {"messages": CHAT, "images": ["b.png"]}),
        ({"input": {"messages": CHAT}, **PREFERRED}, {"input": {"messages": [*CHAT, calling("1", "x")]}, **PREFERRED}),
    ],
)
def test_images_and_calls_tell_examples_apart(tmp_path: Path, one: Row, other: Row) -> None:
    assert score(tmp_path, "duplicates", [one, other]).value == 0
    assert score(tmp_path, "duplicates", [one, one]).value == 0.5


def test_the_id_of_a_call_tells_no_examples_apart(tmp_path: Path) -> None:
    rows: list[Row] = [{"messages": [*CHAT, calling(key, "x")]} for key in "12"]
    assert score(tmp_path, "duplicates", rows).value == 0.5


def test_deep_nesting_in_a_call_is_no_crash() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    row: Row = {"messages": [{"role": "assistant", "function_call": deep}]}
    assert unspoken(row) == unspoken(row) != ""


def test_an_instruction_and_its_input_are_searched_as_one(tmp_path: Path) -> None:
    row = {
        "instruction": "Sum up what follows in five words:",
        "input": "The cat sat on a mat all day.",
        "output": "So.",
    }
    asked = prompt("p", f"{row['instruction']}\n\n{row['input']}")
    assert score(tmp_path, "leakage", [row], asked).value == 1
    assert score(tmp_path, "leakage", [row], prompt("p", row["input"])).value == 1


def test_who_speaks_tells_examples_apart(tmp_path: Path) -> None:
    rows: list[Row] = [{"prompt": "a", "completion": "b"}, {"prompt": "b", "completion": "a"}]
    assert score(tmp_path, "duplicates", rows).value == 0.0


@pytest.mark.parametrize(
    ("asked", "how"),
    [
        (LONG.format(7), "word for word"),
        (LONG.format(7).upper() + "!", "but for case and punctuation"),
        ("Hello! " + LONG.format(7) + " Thanks.", "100% of its runs of 5 words"),
        (LONG.format(7).replace("please", "now"), "93% of its runs of 5 words"),
    ],
)
def test_a_held_out_prompt_in_the_training_file_is_told_with_its_line(tmp_path: Path, asked: str, how: str) -> None:
    held = [prompt("a", LONG.format(7)), prompt("b", "Where is my refund?")]
    found = score(tmp_path, "leakage", [chat("other"), chat(asked)], *held)
    assert (found.value, found.n) == (0.5, 2)
    assert details(found, tmp_path) == [f"a (p.jsonl:a) is in train.jsonl:2: {how}"]


@pytest.mark.parametrize("asked", ["Where is my refund, then?", "refund", LONG.format(8)[:60], "x"])
def test_a_text_that_only_resembles_a_prompt_is_no_leak(tmp_path: Path, asked: str) -> None:
    held = [prompt("a", LONG.format(7)), prompt("b", "Where is my refund?")]
    assert score(tmp_path, "leakage", [chat(asked)], *held).value == 0.0


def test_a_short_prompt_is_found_where_it_is_a_whole_message(tmp_path: Path) -> None:
    assert score(tmp_path, "leakage", [chat("where is my refund")], prompt("b", "Where is my refund?")).value == 1.0


def test_a_prompt_of_signs_alone_is_compared_as_it_is() -> None:
    file = File(Path("t"), b'{"text": "?!"}\n{"text": "!!"}')
    assert [leak.line for leak in leaks([prompt("a", "!!")], read_examples(file))] == [2]


def test_two_prompts_of_one_text_both_leak() -> None:
    file = File(Path("t"), b'{"text": "one"}')
    assert len(leaks([prompt("a", "one"), prompt("b", "one")], read_examples(file))) == 2


def test_a_prompt_without_text_cannot_be_looked_for(tmp_path: Path) -> None:
    said = refused(tmp_path, "leakage", [chat("one?")], prompt("a", " "))
    assert said == "p.jsonl:a: prompt 'a' has no text that could be looked for"


def test_scripts_without_blanks_have_words_too() -> None:
    assert words("返金 Is ok") == ["返", "金", "is", "ok"]


def test_prompts_from_one_template_are_told_apart() -> None:
    near = Near({i: words(LONG.format(f"{i} of the year {i} for item {i}")) for i in range(50)})
    text = words(LONG.format("7 of the year 7 for item 7"))
    assert [key for key, _ in near.held_by(text)] == [7]


def test_the_largest_class_is_that_of_the_last_text(tmp_path: Path) -> None:
    found = score(tmp_path, "largest_class", [chat(str(i), "Bug" if i else "feature") for i in range(4)])
    assert (found.value, found.details) == (0.75, ("2 texts: 3 of 'bug', 1 of 'feature'",))


def test_the_longest_example_and_their_number_are_counted(tmp_path: Path) -> None:
    rows = [chat("12345", "6"), chat("123456789", "0")]
    longest = score(tmp_path, "longest", rows)
    assert (longest.value, longest.how.endswith("train.jsonl:2")) == (10, True)
    assert score(tmp_path, "examples", rows).value == 2


def test_a_training_file_in_the_job_s_folder_is_found_there(tmp_path: Path) -> None:
    found = of(job())
    object.__setattr__(found.job, "where", tmp_path)
    jsonl(tmp_path / "t.jsonl", [chat("one?")])
    assert TrainingData("examples", Path("t.jsonl"), in_job=True)(found).value == 1


def test_another_job_s_training_file_is_refused() -> None:
    with pytest.raises(EvidenceError, match=r"^another job's$"):
        TrainingData("examples", Path("t"), refused="another job's")(Evidence(None, {}))


def tokenizer(folder: Path) -> Path:
    from tokenizers import Tokenizer, models, pre_tokenizers

    model = Tokenizer(models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))  # noqa: S106 - a word, not a secret
    model.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    model.enable_truncation(2)
    model.save(str(folder / "tokenizer.json"))
    return folder / "tokenizer.json"


def in_tokens(folder: Path, name: str, evidence: Evidence, tokens: Path | None) -> Score:
    file = jsonl(folder / "train.jsonl", [chat("a b c"), chat("a b c d e")])
    return TrainingData(name, file, tokenizer=tokens)(evidence)


def test_tokens_are_those_of_the_texts_and_none_is_cut_off(tmp_path: Path) -> None:
    none, tokens = Evidence(None, {}), tokenizer(tmp_path)
    assert in_tokens(tmp_path, "tokens", none, tokens).value == 10
    longest = in_tokens(tmp_path, "longest_tokens", none, tokens)
    assert (longest.value, "train.jsonl:2, without" in longest.how) == (6, True)
    assert [digest.path.name for digest in longest.evidence] == ["train.jsonl", "tokenizer.json"]


def test_epochs_are_the_trained_tokens_over_those_of_the_file(tmp_path: Path) -> None:
    trained = of(job(facts={"trained_tokens": 35}))
    assert in_tokens(tmp_path, "epochs", trained, tokenizer(tmp_path)).value == 3.5


@pytest.mark.parametrize("facts", [{}, {"trained_tokens": "many"}])
def test_without_trained_tokens_there_are_no_epochs(tmp_path: Path, facts: dict[str, str]) -> None:
    with pytest.raises(EvidenceError):
        in_tokens(tmp_path, "epochs", of(job(facts=facts)), tokenizer(tmp_path))


def test_a_broken_tokenizer_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text("{}")
    with pytest.raises(EvidenceError, match=r"t\.json: no tokenizer\.json that can be used: "):
        in_tokens(tmp_path, "tokens", Evidence(None, {}), tmp_path / "t.json")
    with pytest.raises(EvidenceError, match=r"^no tokenizer is named$"):
        in_tokens(tmp_path, "tokens", Evidence(None, {}), None)


@pytest.mark.parametrize(("name", "ratio", "high"), [("leakage", True, 1.0), ("longest", False, float("inf"))])
def test_shares_lie_between_0_and_1_and_counts_have_no_end(name: str, ratio: bool, high: float) -> None:
    found = TrainingData(name, Path("t.jsonl"))
    assert (found.is_ratio, found.span, found.what) == (ratio, (0.0, high), f"{name} in t.jsonl")


@settings(deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=6), TEXTS)
def test_the_index_finds_what_comparing_each_with_each_finds(texts: list[list[str]], other: list[str]) -> None:
    theirs = runs(other)
    shares = {i: len(runs(text) & theirs) / len(runs(text)) for i, text in enumerate(texts) if runs(text)}
    wanted = {i: share for i, share in shares.items() if share >= ENOUGH - 1e-9}
    assert dict(Near(dict(enumerate(texts))).held_by(other)) == wanted
