"""Graders that ask a model: what a judge says is read strictly, kept, and never taken for a zero."""

import json
from dataclasses import replace
from typing import Any

import pytest

from pytest_ftgate.evals.graders import build_grader
from pytest_ftgate.evals.outputs import Output
from pytest_ftgate.evals.prompts import Prompt
from pytest_ftgate.evals.result import Result
from pytest_ftgate.evals.runtime import Runtime
from pytest_ftgate.evals.sampling.store import FILE, Store

from ..chat_server import completion, fails, gives, then
from .conftest import LABEL, SCORE, AskJudge, Bench, says
from .grading import refusal

STEPS = [{"description": "looked", "conclusion": "it is half right"}]


def only(bench: Bench, config: Any, **runtime: Any) -> Result:
    return bench.results(config, **runtime).results["0"]


def test_a_score_is_asked_for_as_json_and_read(judge: AskJudge) -> None:
    bench = judge(says({"steps": STEPS, "result": 0.5}))
    found = only(bench, SCORE)
    assert (found.passed, found.score) == (False, 0.5)
    assert found.why == "scored 0.5, and 1 is wanted: 'it is half right'"
    (asked,) = bench.chat.requests
    assert asked.body["messages"] == [{"role": "user", "content": "t: yes"}]
    schema = asked.body["response_format"]["json_schema"]["schema"]
    assert schema["required"] == ["steps", "result"]


def test_a_score_is_compared_in_its_own_units_and_counts_by_its_place_in_the_range(judge: AskJudge) -> None:
    config = {**SCORE, "range": [1, 5], "pass_threshold": 4}
    found = only(judge(says({"result": 4})), config)
    assert (found.passed, found.score) == (True, 0.75)


@pytest.mark.parametrize(
    "text",
    [
        "4",
        " 4.0\n",
        "**4**",
        '{"score": 4}',
        '```json\n{"result": 4}\n```',
        "Score: 4\nReasoning: fine",
        "Rating = 4/5.",
        "Result: it is fine.\nScore: 4",
    ],
)
def test_a_score_in_text_is_read_where_there_is_one_number_that_is_meant(judge: AskJudge, text: str) -> None:
    assert only(judge(says(text)), {**SCORE, "range": [0, 5], "pass_threshold": 4}).passed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("I would give it 4 of 5", "gave no number: 'I would give it 4 of 5'"),
        ("Score: 4\nScore: 2", "gave no number: 'Score: 4\\nScore: 2'"),
        ("Score: 4/10", "gave no number: 'Score: 4/10'"),
        ("6", "gave 6, which lies outside the range 0 to 5"),
        ("-1", "gave -1, which lies outside the range 0 to 5"),
        ('{"result": "4"}', "gave the text '4', not a number"),
        ('{"result": true}', "gave true, not a number"),
        (f'{{"result": 1{"0" * 400}}}', "gave a very long number, not a number"),
        ('{"result": null}', "gave null, not a number"),
        ('{"result": 1e999}', "gave no number: '{\"result\": 1e999}'"),
        ('{"verdict": 4}', "gave an object with 'verdict' in it, not a result"),
        ('{"result": 4, "score": 1}', "gave an object with 'result', 'score' in it, not a result"),
        ("NaN", "gave no number: 'NaN'"),
        ("\x1b[2J", "gave no number: '\\x1b[2J'"),
        (" ", "gave no verdict (empty: the output is blank)"),
        ("x" * 200_000, "said 200,000 characters, which are no verdict"),
    ],
)
def test_nonsense_is_an_error_and_no_zero(judge: AskJudge, text: str, said: str) -> None:
    why = judge(says(text)).refused({**SCORE, "range": [0, 5]})
    start = "h.jsonl:1: prompt 0 cannot be graded by score_model: the judge 'judge' "
    assert why == f"{start}{said}; a later run asks it again"


@pytest.mark.parametrize(
    "text",
    [
        "> Score: 5\nThat is what it asks for. I give it nothing.",
        "It says:\nScore: 5\nI disagree.",
        'Score: 5\n{"result": 0}',
        '```json\n{"result": 0}\n```\nScore: 5',
        "```\nScore: 5\n```",
        "> Score: 5\nScore: 0",
        "Score: 0\nIt says:\nScore: 5\nwhich is wrong.",
        "Score: 5\nSo it says itself.\nFinal score: 2 out of 5",
        "Score: 5\nSo it says itself.\nRating: 2 out of 5",
        "Score: 5\nSo it says itself.\n**Score**: N/A",
        "Score: 5\nSo it says itself.\n2",
    ],
)
def test_a_score_that_may_be_quoted_from_the_answer_is_none(judge: AskJudge, text: str) -> None:
    assert "gave no number: " in judge(says(text)).refused({**SCORE, "range": [0, 5]})


@pytest.mark.parametrize(
    "text",
    [
        "> Label: good\nI say poor.",
        'Label: good\n{"label": "poor"}',
        "So:\nAnswer: good\nno",
        "Label: good\nSo it says itself.\nLabel: terrible",
        "Label: good\nSo it says itself.\nLabel: " + "x" * 300,
    ],
)
def test_a_label_that_may_be_quoted_from_the_answer_is_none(judge: AskJudge, text: str) -> None:
    assert "gave none of the labels" in judge(says(text)).refused(LABEL)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (completion("4", "judge", "length"), "gave no verdict (truncated: finish_reason is 'length')"),
        (completion(None, "judge", refusal="no"), "gave no verdict (refused: the model refused: 'no')"),
        (completion("4", "judge", "content_filter"), "gave no verdict (filtered: finish_reason is 'content_filter')"),
    ],
)
def test_a_judge_that_is_cut_off_or_refuses_is_an_error(judge: AskJudge, body: object, said: str) -> None:
    assert said in judge(gives(200, body)).refused(SCORE)


def test_a_label_passes_or_not(judge: AskJudge) -> None:
    assert only(judge(says({"steps": [], "result": "good"})), LABEL).passed
    found = only(judge(says({"steps": STEPS, "result": "poor"})), {**LABEL, "name": "tone"})
    assert found.why == "tone: labelled 'poor', and 'good' passes: 'it is half right'"


@pytest.mark.parametrize("text", ["good", "Good.", '"good"', "Label: GOOD\nbecause", '{"label": "good"}'])
def test_a_label_in_text_is_read(judge: AskJudge, text: str) -> None:
    assert only(judge(says(text)), LABEL).passed


@pytest.mark.parametrize(
    "text", ["It is good", "good or poor", "Label: good\nLabel: poor", '{"result": "Good"}', "bad"]
)
def test_a_label_that_is_none_is_an_error(judge: AskJudge, text: str) -> None:
    assert (
        "which is none of the labels" in (why := judge(says(text)).refused(LABEL)) or "gave none of the labels" in why
    )


@pytest.mark.parametrize(
    ("rule", "threshold", "passed", "score"),
    [("mean", 0.6, True, 2 / 3), ("mean", 0.7, False, 2 / 3), ("majority", 0.7, True, 1.0)],
)
def test_repeats_are_joined_by_the_rule(
    judge: AskJudge, rule: str, threshold: float, passed: bool, score: float
) -> None:
    bench = judge(says("1", "0", "1"))
    config = {**SCORE, "repeats": 3, "rule": rule, "pass_threshold": threshold, "sampling_params": {"seed": 7}}
    found = only(bench, config)
    assert found.passed is passed
    assert found.score == pytest.approx(score)
    assert sorted(asked.body["seed"] for asked in bench.chat.requests) == [7, 8, 9]


def test_half_of_the_repeats_is_no_majority(judge: AskJudge) -> None:
    found = only(judge(says("good", "poor")), {**LABEL, "repeats": 2})
    assert found.why == "labelled 'good' 1 of 2 times, 'poor' 1 of 2 times, and 'good' passes: no reason given"
    assert (found.score, only(judge(says("good", "poor")), {**LABEL, "repeats": 2, "rule": "mean"}).score) == (0.0, 0.5)


def test_an_endpoint_that_refuses_the_format_is_asked_without_it(judge: AskJudge) -> None:
    bench = judge(then(fails(400, "no response_format")))
    bench.chat.reply = _plain_only
    assert bench.results(SCORE, ["a", "b", "c"]).passes == 3
    assert ["response_format" in asked.body for asked in bench.chat.requests] == [True, False, False, False]
    assert bench.results(SCORE, ["a", "b", "c"]).passes == 3
    assert bench.chat.count == 4


async def _plain_only(chat: Any, asked: Any) -> bytes:
    refused = fails(400, "response_format is not supported")
    return await (refused if "response_format" in asked.body else says("1"))(chat, asked) or b""


def test_an_unstructured_judge_is_asked_for_text_alone(judge: AskJudge) -> None:
    bench = judge(says("1"))
    assert only(bench, {**SCORE, "structured": False}).passed
    assert "response_format" not in bench.chat.requests[0].body


def test_many_are_asked_at_once_and_each_once(judge: AskJudge) -> None:
    bench = judge(says("1"), latency=0.02)
    texts = [f"answer {i}" for i in range(40)]
    assert bench.results(SCORE, texts).passes == 40
    assert bench.chat.count == 40
    assert 1 < bench.chat.most <= 20
    assert bench.results(SCORE, texts, samples="never").passes == 40
    assert bench.chat.count == 40


@pytest.mark.parametrize(
    "around",
    [
        lambda one: [one, {"type": "length", "max": 99}],
        lambda one: {"type": "all_of", "graders": [one]},
        lambda one: {"type": "any_of", "graders": ["exact", one]},
        lambda one: {"type": "weighted", "graders": [{"grader": one}]},
        lambda one: {"type": "multi", "graders": {"a": one}, "calculate_output": "a"},
    ],
)
def test_a_judge_among_other_graders_is_asked_ahead_too(judge: AskJudge, around: Any) -> None:
    bench = judge(says("1"), latency=0.02)
    found = bench.results(around({**SCORE, "base_url": bench.chat.url}), [f"answer {i}" for i in range(30)])
    assert found.passes == 30
    assert 1 < bench.chat.most <= 20
    assert found.origin[0].startswith("score_model (sha256:")


def test_the_origin_says_who_judged_by_which_prompts_and_when(judge: AskJudge) -> None:
    bench = judge(says("1"))
    first, second = bench.results(SCORE, ["a", "b"]).origin
    assert first.endswith(
        "): 2 answers of 'judge' at 127.0.0.1: 2 asked in this run; "
        "the oldest is less than a second old, the newest less than a second"
    )
    assert second.endswith("; 20 tokens in, 4 out")
    assert "2 from the store" in bench.results(SCORE, ["a", "b"]).origin[0]
    other = {**SCORE, "input": "Is {{ sample.output_text }} fine?"}
    assert bench.results(other, ["a", "b"]).origin[0].split(":")[1] != first.split(":")[1]


def test_a_judge_that_fails_is_an_error_that_says_how(judge: AskJudge) -> None:
    assert judge(fails(401)).refused(SCORE) == (
        "score_model: 127.0.0.1 was asked no further: the key in OPENAI_API_KEY is not accepted (401: a message); "
        "what was answered is kept"
    )
    why = judge(fails(422)).refused(SCORE)
    assert why.endswith("the judge 'judge' refused the request (422: a message); a later run asks it again")


def test_one_output_that_the_judge_cannot_be_asked_about_is_an_error(judge: AskJudge) -> None:
    bench = judge(says("1"))

    async def reply(chat: Any, asked: Any) -> bytes:
        return await (fails(413) if asked.prompt == "t: b" else says("1"))(chat, asked) or b""

    bench.chat.reply = reply
    assert "prompt 1 cannot be graded by score_model: the judge" in bench.refused(SCORE, ["a", "b", "c"], run="r")
    assert "prompt 1 cannot" in bench.refused(SCORE, ["a", "b", "c"], run="r")
    assert bench.chat.count == 3


def test_what_stopped_the_asking_stops_the_other_workers_of_the_run(judge: AskJudge) -> None:
    bench = judge(fails(401))
    assert bench.refused(SCORE, run="r") == bench.refused(SCORE, run="r")
    assert bench.chat.count == 1


def test_nonsense_is_asked_again_by_the_next_run_only(judge: AskJudge) -> None:
    bench = judge(says("what?", "1"))
    assert "gave no number" in bench.refused(SCORE, run="first")
    assert "gave no number" in bench.refused(SCORE, run="first")
    assert "gave no number" in bench.refused(SCORE, samples="never")
    assert (only(bench, SCORE, run="second").passed, bench.chat.count) == (True, 2)


def test_offline_a_missing_judgement_is_an_error(judge: AskJudge) -> None:
    bench = judge(says("1"))
    bench.results(SCORE, ["a"])
    assert bench.refused(SCORE, ["a", "b"], samples="never") == (
        "score_model: 1 of 2 answers of 'judge' would have to be asked for, and --ftgate-samples=never "
        "(no answer is stored)"
    )


def test_answers_of_another_run_or_age_are_asked_for_again_where_the_command_line_says_so(judge: AskJudge) -> None:
    bench = judge(says("1"))
    bench.results(SCORE)
    bench.results(SCORE, samples="always")
    bench.results(SCORE, max_sample_age=1e-9)
    assert bench.chat.count == 3


def test_an_output_that_lacks_what_the_judge_is_shown_is_a_miss_and_costs_nothing(judge: AskJudge) -> None:
    bench = judge(says("1"))
    found = bench.results({**SCORE, "input": "{{ sample.output_json.city }}"}, ["no json", "x" * 1_000_001])
    assert [result.why[:16] for result in found.results.values()] == ["wanted JSON, got", "1,000,001 charac"]
    assert (found.passes, bench.chat.count) == (0, 0)


def test_a_row_that_lacks_what_the_judge_is_shown_is_an_error(judge: AskJudge) -> None:
    config = {**SCORE, "input": "{{ item.city }} {{ sample.output_text }}"}
    assert "prompt 0 cannot be graded by score_model: item has no 'city'" in judge(says("1")).refused(config)


def test_the_judge_is_not_asked_about_what_is_no_answer(judge: AskJudge) -> None:
    bench = judge(says("1"))
    bench.results(SCORE, [Output(0, "", "refused", "no"), Output(1, "", "called", "so"), Output(2, "x", "truncated")])
    assert bench.chat.count == 0


def test_half_a_character_reaches_the_judge_as_a_question_mark_of_its_own(judge: AskJudge) -> None:
    bench = judge(says("1"))
    assert bench.results(SCORE, ["\ud800"]).passes == 1
    assert bench.chat.requests[0].prompt.startswith("t: \ufffd")


def test_what_openai_says_of_sampling_is_sent_as_the_server_takes_it(judge: AskJudge) -> None:
    bench = judge(says("1"))
    params = {"temperature": 0, "max_completions_tokens": 50, "top_p": 0.5, "reasoning_effort": "low", "seed": None}
    bench.results({**SCORE, "sampling_params": params})
    body = bench.chat.requests[0].body
    sent = {key: body.get(key) for key in ("temperature", "max_tokens", "top_p", "reasoning_effort")}
    assert sent == {"temperature": 0, "max_tokens": 50, "top_p": 0.5, "reasoning_effort": "low"}
    assert "seed" not in body


def test_messages_come_as_text_or_as_parts(judge: AskJudge) -> None:
    bench = judge(says("1"))
    parts = [{"type": "input_text", "text": "Look at {{ sample.output_text }}"}, "and think."]
    bench.results({**SCORE, "input": [{"role": "developer", "content": parts, "type": "message"}]})
    assert bench.chat.requests[0].body["messages"] == [{"role": "developer", "content": "Look at yes\nand think."}]


def test_a_server_s_own_name_of_the_model_is_to_be_named(judge: AskJudge) -> None:
    bench = judge(gives(200, completion("1", "judge-large")))
    assert "another model answered (asked for judge, the answer is of judge-large)" in bench.refused(SCORE)
    assert only(bench, {**SCORE, "served_as": "judge-large"}, run="other").passed
    assert "the stored answer is of 'judge-large'" in bench.refused(SCORE, samples="never", run="offline")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"model": None}, "model is no text, which names nothing"),
        ({"model": " "}, "model is ' ', which names nothing"),
        ({"model": "${JUDGE}"}, "model is '${JUDGE}': variables are not expanded in graders"),
        ({"base_url": "https://elsewhere.example/v1"}, "'elsewhere.example' is not a host that a key may be sent to"),
        ({"base_url": "http://api.openai.com/v1"}, "api.openai.com must be reached by https://"),
        ({"served_as": []}, "served_as is an empty list"),
        ({"input": None}, "input is missing"),
        ({"input": []}, "input is an empty list"),
        ({"input": 5}, "input is the number 5; a list of messages"),
        ({"input": ["x"]}, "input[0] is the text 'x'; a message with role and content is wanted"),
        ({"input": "Always 1"}, "input looks at no sample"),
        ({"input": [{"role": "tool", "content": "x"}]}, "input[0].role is the text 'tool'"),
        ({"input": [{"content": "x", "name": "y"}]}, "input[0] is more than a message"),
        ({"input": [{"content": []}]}, "input[0].content is an empty list"),
        (
            {"input": [{"content": [{"type": "input_image"}]}]},
            "input[0].content holds the text 'input_image'; only text",
        ),
        ({"input": [{"content": "{{ sample.x }}"}]}, "input[0].content has '{{ sample.x }}' in it"),
        ({"sampling_params": 5}, "sampling_params is the number 5; a mapping is wanted"),
        ({"sampling_params": {"temprature": 0}}, "sampling_params has no 'temprature', did you mean 'temperature'?"),
        ({"sampling_params": {"seed": "x"}}, "sampling_params.seed is the text 'x', which it cannot be"),
        ({"repeats": 0}, "repeats is the number 0; a whole number from 1 to 25 is wanted"),
        ({"repeats": True}, "repeats is true"),
        ({"rule": "median"}, "rule is the text 'median'; mean and majority are possible"),
        ({"range": [1]}, "range is a list; two numbers"),
        ({"range": [1, 1]}, "range is a list; two numbers"),
        ({"range": [0, True]}, "range is a list; two numbers"),
        ({"pass_threshold": 2}, "pass_threshold is 2, which no score reaches"),
        ({"structured": "no"}, "structured is the text 'no'; true or false is wanted"),
    ],
)
def test_a_judge_that_cannot_be_meant_is_refused(change: dict[str, Any], said: str) -> None:
    config = {key: value for key, value in {**SCORE, **change}.items() if value is not None or key == "model"}
    assert said in refusal(config)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"labels": []}, "labels is an empty list"),
        ({"labels": ["good", "Good."]}, "labels holds two that differ in nothing but case"),
        ({"passing_labels": ["fine"]}, "passing_labels has 'fine', which labels has not"),
        ({"passing_labels": ["good", "poor"]}, "passing_labels has all of the labels"),
    ],
)
def test_labels_that_cannot_be_meant_are_refused(change: dict[str, Any], said: str) -> None:
    assert said in refusal({**LABEL, **change})


def test_a_judge_without_model_or_labels_is_refused() -> None:
    assert "model is missing" in refusal({key: value for key, value in SCORE.items() if key != "model"})
    assert "labels is missing" in refusal({key: value for key, value in LABEL.items() if key != "labels"})


def test_the_key_is_nowhere_in_the_store(judge: AskJudge) -> None:
    bench = judge(says("1"))
    bench.results(SCORE)
    assert all(b"sk-test-canary" not in path.read_bytes() for path in bench.folder.iterdir())
    assert json.dumps(bench.results(SCORE).origin).count("canary") == 0


def test_an_answer_that_is_dated_in_the_future_does_not_count(judge: AskJudge) -> None:
    bench = judge(says("1"))
    bench.results(SCORE)
    with Store(bench.folder / FILE) as store:
        store.keep([replace(stored, at=stored.at + 1e6) for stored in store.answers()])
    assert "(the stored answer is dated in the future)" in bench.refused(SCORE, samples="never")


def test_a_grader_that_was_not_shown_its_outputs_asks_by_itself(judge: AskJudge) -> None:
    bench = judge(says("1"))
    grader = build_grader({**SCORE, "base_url": bench.chat.url}, Runtime(folder=bench.folder))
    prompt = Prompt("a", "", "t", {}, "h.jsonl:1")
    assert grader(Output("a", "yes"), prompt).passed
    assert (grader(Output("a", "yes"), prompt).passed, bench.chat.count) == (True, 1)
