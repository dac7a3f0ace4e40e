"""How a spec says that the model is asked."""

from pathlib import Path

import pytest

from pytest_ftgate.evals.runtime import Runtime
from pytest_ftgate.evals.sampling.settings import Price, Sampling
from pytest_ftgate.sources.hosts import Access
from pytest_ftgate.spec import Surroundings

from ..making import loaded, refused


def spec(sample: str, job: str = "job: run\n", more: str = "") -> str:
    return f"ftgate: 1\n{job}evals:\n  e: {{prompts: p.jsonl, grader: exact, {more}sample: {sample}}}\n"


def sampling(folder: Path, text: str, around: Surroundings | None = None) -> Sampling:
    found = loaded(folder, text, around).evals["e"].sampling
    assert found is not None
    return found


def test_nothing_needs_to_be_said_but_that_it_is_asked(tmp_path: Path) -> None:
    assert sampling(tmp_path, spec("{}")) == Sampling()


def test_every_key_is_read(tmp_path: Path) -> None:
    text = (
        "{model: '${M}', base_url: 'http://127.0.0.1:${PORT}/v1', api: chat, system: s, temperature: 0, max_tokens: 9, "
        "seed: 1, tools: [{type: function}], response_format: {type: json_object}, stop: [x], extra_body: {top_k: 1}, "
        "served_as: alias, repeats: 1, concurrency: 2, rpm: 3, tpm: 4, timeout: 5, deadline: 6, max_errors: 7, "
        "budget: {tokens: 8, usd: 9.5}, price: {input: 1, output: 2.5}}"
    )
    found = sampling(tmp_path, spec(text), Surroundings(environment={"M": "mine", "PORT": "8000"}))
    assert (found.model, found.options) == ("mine", {"base_url": "http://127.0.0.1:8000/v1"})
    assert list(found.parameters) == ["temperature", "max_tokens", "seed", "tools", "response_format", "stop"]
    assert (found.served_as, found.concurrency, found.rpm, found.tpm) == (("alias",), 2, 3, 4)
    assert (found.timeout, found.deadline, found.max_errors, found.system) == (5, 6, 7, "s")
    assert (found.tokens, found.usd, found.price, found.most_tokens) == (8, 9.5, Price(1, 2.5), 9)


@pytest.mark.parametrize(
    "body",
    ["{endpoint: 'https://a.openai.azure.com', api_version: v}", "{provider: azure, base_url: 'https://a.b/v1'}"],
)
def test_azure_is_named_or_seen_by_its_endpoint(tmp_path: Path, body: str) -> None:
    around = Surroundings(runtime=Runtime(Access(("a.openai.azure.com", "a.b"))))
    assert sampling(tmp_path, spec(body), around).source == "azure"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{model: ' m'}", "evals.e.sample.model: ' m' holds invisible characters, or blanks at an end"),
        ("{model: '${UNSET}'}", "evals.e.sample.model: the environment variable UNSET is not set"),
        (
            "{base_url: 'http://a.b/v1'}",
            "evals.e.sample.base_url: a.b must be reached by https://, because a key is sen",
        ),
        (
            "{base_url: 'https://a.b/v1'}",
            "evals.e.sample.base_url: 'a.b' is not a host that a key may be sent to: allow",
        ),
        ("{provider: openai, endpoint: 'https://a.b'}", "evals.e.sample: has an endpoint or api_version, which are Az"),
        (
            "{base_url: 'https://a.b/v1', api_version: x}",
            "evals.e.sample: has a base_url, which takes the place of end",
        ),
        ("{extra_body: {stream: true}}", "evals.e.sample.extra_body.stream: 'stream' cannot be set: one whole answer"),
        ("{extra_body: {'n': 2}}", "evals.e.sample.extra_body.n: 'n' cannot be set: one whole answer"),
        ("{extra_body: {max_completion_tokens: 2}}", "evals.e.sample.extra_body.max_completion_tokens: 'max_completi"),
        ("{extra_body: {1: 2, a: 3}}", "evals.e.sample"),
        ("{api: responses, seed: 1}", "evals.e.sample.seed: is not known to `api: responses`"),
        ("{repeats: 0}", "evals.e.sample.repeats: "),
        ("{repeats: 1001}", "evals.e.sample.repeats: 1001 is more than 1,000"),
        (
            "{repeats: 3, temperature: 0}",
            "evals.e.sample.temperature: is 0, where the model gives one answer 3 times: repeats want a temperature",
        ),
        (
            "{repeats: 3, extra_body: {top_k: 1}}",
            "evals.e.sample.extra_body.top_k: is 1, where the model gives one answer 3 times: repeats want more to",
        ),
        ("{concurrency: 1001}", "evals.e.sample.concurrency: 1001 is more than 1,000"),
        ("{concurrency: 0}", "evals.e.sample.concurrency: "),
        ("{timeout: 999999}", "evals.e.sample.timeout: 999999 is more than 604,800"),
        ("{budget: {tokens: 5}}", "evals.e.sample.budget: needs max_tokens: without it an answer can cost anything"),
        ("{max_tokens: 5, budget: {usd: 1}}", "evals.e.sample.budget.usd: needs a price: {input: USD, output: USD}"),
        ("{max_tokens: 5, budget: {}}", "evals.e.sample.budget: "),
        ("{batch: yes please}", "evals.e.sample.batch: must be true or false"),
        ("{temprature: 0}", "evals.e.sample.temprature: unknown key 'temprature', did you mean 'temperature'?"),
        ("[]", "evals.e.sample: must be a mapping"),
    ],
)
def test_what_could_not_be_asked_is_refused(tmp_path: Path, body: str, said: str) -> None:
    assert refused(tmp_path, spec(body), Surroundings(environment={})).partition(" ")[2].startswith(said)


def test_a_model_is_wanted_where_there_is_no_job(tmp_path: Path) -> None:
    said = refused(tmp_path, spec("{}", job=""))
    assert said.endswith("evals.e.sample: needs a model, or a job that says its model's name")
    assert sampling(tmp_path, spec("{model: m}", job="")).model == "m"


@pytest.mark.parametrize(
    ("sample", "more"), [("{repeats: 3}", ""), ("{}", "repeats: 3, "), ("{repeats: 3}", "repeats: 3, ")]
)
def test_repeats_are_said_of_the_eval_or_of_the_asking(tmp_path: Path, sample: str, more: str) -> None:
    assert loaded(tmp_path, spec(sample, more=more)).evals["e"].repeats == 3


def test_repeats_that_disagree_are_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, spec("{repeats: 3}", more="repeats: 2, "))
    assert said.endswith("evals.e.sample.repeats: is 3, and the eval's own repeats is 2: say it once")


def test_outputs_and_sample_exclude_each_other(tmp_path: Path) -> None:
    said = refused(tmp_path, spec("{}", more="outputs: o.jsonl, "))
    assert said.endswith("evals.e: has outputs and sample, of which only one can be meant")


@pytest.mark.parametrize(("model", "refuses"), [("m", True), ("${M}", False), ("", False)])
def test_a_fixed_model_is_another_job_s_where_the_command_line_names_one(
    tmp_path: Path, model: str, *, refuses: bool
) -> None:
    around = Surroundings(job=tmp_path / "other", environment={"M": "m"})
    body = f"{{model: '{model}'}}" if model else "{}"
    plan = loaded(tmp_path, spec(body), around).evals["e"]
    assert plan.refused.startswith("e: `sample:` names the model 'm', but --ftgate-job names another") is refuses
