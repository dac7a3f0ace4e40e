"""Nearness by embeddings: asked for once per text, and an embedding that makes no sense is an error."""

import base64
from array import array
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ftgate.evals.sampling.embeddings import cosine, vector

from ..chat_server import Asked, Chat, Reply, fails, gives, http
from .conftest import AskJudge
from .grading import called, refusal

NEAR: dict[str, Any] = {"type": "similarity", "model": "embed", "min": 0.7}
COSINE: dict[str, Any] = {"type": "text_similarity", "model": "embed", "evaluation_metric": "cosine"}
PLACES = {"t": [1.0, 0.0], "near": [3.0, 4.0], "same": [5.0, 0.0], "far": [0.0, -1.0]}
VECTORS = st.lists(st.floats(-1e6, 1e6).filter(lambda x: abs(x) > 1e-6), min_size=3, max_size=3)


def embedding(said: object, model: str = "embed") -> dict[str, Any]:
    one = {"object": "embedding", "index": 0, "embedding": said}
    return {"object": "list", "data": [one], "model": model, "usage": {"prompt_tokens": 1, "total_tokens": 1}}


def packed(numbers: Sequence[float]) -> str:
    return base64.b64encode(array("f", numbers).tobytes()).decode()


def embeds(*, as_numbers: bool = False) -> Reply:
    """A server that knows where the texts of these tests lie."""

    async def reply(_: Chat, asked: Asked) -> bytes:
        place = PLACES.get(asked.prompt, [1.0, 1.0])
        return http(200, embedding(place if as_numbers else packed(place), asked.body["model"]))

    return reply


@pytest.mark.parametrize("as_numbers", [True, False])
def test_an_answer_passes_that_is_near_enough(judge: AskJudge, as_numbers: bool) -> None:
    found = list(judge(embeds(as_numbers=as_numbers)).results(NEAR, ["same", "near", "far"]).results.values())
    assert [(one.passed, one.score) for one in found] == [
        (True, pytest.approx(1)),
        (False, pytest.approx(0.6)),
        (False, 0.0),
    ]
    assert found[1].why == "cosine 0.6, less than 0.7: wanted 't', got 'near'"


def test_each_text_is_embedded_once_and_all_of_them_at_once(judge: AskJudge) -> None:
    bench = judge(embeds(), latency=0.02)
    texts = [*map(str, range(30)), "same", "same"]
    bench.results(NEAR, texts)
    assert bench.chat.count == 32
    assert 1 < bench.chat.most <= 20
    bench.results({**NEAR, "min": 0.1}, texts, samples="never")
    assert bench.chat.count == 32


def test_openai_s_cosine_is_compared_with_the_threshold(judge: AskJudge) -> None:
    bench = judge(embeds())
    assert bench.results({**COSINE, "pass_threshold": 0.5}, ["near"]).passes == 1
    found = bench.results(COSINE, ["near"]).results["0"]
    assert found.why == "scored 0.6, and 1 is wanted: cosine of 'near' and 't'"
    assert bench.chat.count == 2


def test_the_default_model_is_named_in_the_origin(judge: AskJudge, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = judge(embeds())
    monkeypatch.setenv("OPENAI_BASE_URL", bench.chat.url)
    found = bench.results({"type": "similarity", "min": 0.7}, ["same"])
    assert found.origin[0].startswith("similarity: 2 answers of 'text-embedding-3-small' at 127.0.0.1: 2 asked in this")


def test_calls_are_compared_where_the_template_looks_at_them(judge: AskJudge) -> None:
    bench = judge(embeds())
    config = {**COSINE, "input": "{{ sample.output_tools[0].function.name }}"}
    call = called("same")
    assert bench.results(config, [type(call)(0, "", "called", "so", tools=call.tools)]).passes == 1
    assert bench.results(NEAR, [type(call)(0, "", "called", "so", tools=call.tools)]).passes == 0


@pytest.mark.parametrize(
    "said", [[], [0.0, 0.0], ["1"], [True], None, "not base 64", packed([]), packed([float("nan")]), [1e300, 1e300]]
)
def test_an_embedding_that_is_none_is_no_answer(said: object) -> None:
    with pytest.raises(ValueError, match="embedding"):
        vector(embedding(said))


def test_a_server_that_gives_no_embedding_is_an_error(judge: AskJudge) -> None:
    why = judge(fails(400, "no such encoding")).refused(NEAR)
    assert why.endswith("cannot be graded by similarity: refused the request (400: no such encoding)")


def test_embeddings_of_other_sizes_are_an_error(judge: AskJudge) -> None:
    async def reply(_: Chat, asked: Asked) -> bytes:
        return http(200, embedding([1.0] * len(asked.prompt)))

    assert judge(reply).refused(NEAR, ["near"]).endswith("the embeddings have 4 and 1 numbers")


def test_embeddings_of_one_number_are_an_error(judge: AskJudge) -> None:
    async def reply(_: Chat, asked: Asked) -> bytes:
        return http(200, embedding([float(len(asked.prompt))]))

    why = judge(reply).refused(NEAR, ["near"])
    assert why.endswith("the embeddings have 1 number, in which every two texts are alike")


def test_one_embedding_of_different_texts_is_an_error_and_no_pass(judge: AskJudge) -> None:
    bench = judge(gives(200, embedding([3.0, 4.0])))
    assert "two different texts have the same embedding: the model does not read them" in bench.refused(NEAR, ["near"])
    assert bench.results(NEAR, ["T.", " t\n"]).passes == 2


def test_another_model_s_embedding_is_an_error(judge: AskJudge) -> None:
    assert "the answer is of other" in judge(gives(200, embedding([1.0], "other"))).refused(NEAR)


def test_what_is_too_long_or_blank_is_a_miss_of_the_output_and_an_error_of_the_target(judge: AskJudge) -> None:
    bench = judge(embeds())
    found = bench.results({**COSINE, "input": "{{ sample.output_text }}"}, ["x" * 100_001])
    assert found.results["0"].why == "100,001 characters, more than the 100,000 that are embedded"
    blank = {**COSINE, "input": "{{ sample.output_json.a }}"}
    assert bench.results(blank, ['{"a": " "}']).results["0"].why == "the text is blank"
    assert "the text to compare with is blank" in bench.refused({**COSINE, "reference": " "})
    assert "more than the 100,000" in bench.refused({**COSINE, "reference": "x" * 100_001})
    assert bench.chat.count == 0


def test_near_is_to_be_said() -> None:
    assert "min is missing: how near is near differs between models" in refusal({"type": "similarity"})
    assert "model is for evaluation_metric cosine" in refusal({"type": "text_similarity", "model": "x"})


@given(VECTORS, VECTORS, st.floats(0.001, 1000))
@settings(deadline=None)
def test_a_cosine_knows_no_order_and_no_scale(one: list[float], other: list[float], scale: float) -> None:
    assert cosine(one, other) == pytest.approx(cosine(other, one))
    assert cosine([x * scale for x in one], other) == pytest.approx(cosine(one, other), abs=1e-9)
    assert cosine(one, one) == pytest.approx(1)


@pytest.mark.parametrize("small", [1e-300, 5e-324])
def test_the_cosine_of_very_short_vectors_is_one_too(small: float) -> None:
    assert cosine([small, 0.0], [small, 0.0]) == 1.0
    assert cosine([small, 0.0], [0.0, small]) == 0.0
