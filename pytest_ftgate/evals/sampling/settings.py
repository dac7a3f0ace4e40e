"""What a spec says of sampling: which model is asked, how, how fast, and for how much."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Api = Literal["chat", "responses", "embeddings"]

DEFAULT_CONCURRENCY = 20
DEFAULT_TIMEOUT = 60.0
DEFAULT_DEADLINE = 3600.0
DEFAULT_FIRST_WAIT = 1.0


@dataclass(frozen=True)
class Price:
    """Dollars for a million tokens of input and of output, and since when that is known."""

    input: float
    output: float
    said: str = "the spec"

    def of(self, tokens_in: int, tokens_out: int) -> float:
        """Dollars for so many tokens."""
        return (self.input * tokens_in + self.output * tokens_out) / 1e6


@dataclass(frozen=True)
class Sampling:
    """How the model of an eval is asked.

    Attributes:
        model: its name at the provider; empty for the job's own.
        source: whose client and key: `openai` is any server that speaks OpenAI's API.
        options: `base_url`, `endpoint` and `api_version`, expanded.
        api: chat completions or responses.
        system: what is said before each prompt, or nothing.
        parameters: `temperature`, `max_tokens`, `seed`, `tools`, `response_format` and `stop`, as far as they are said.
        extra_body: further fields of the request's body.
        served_as: names under which the server may say that the model answered.
        concurrency: requests in flight at most.
        rpm: requests a minute at most, or None.
        tpm: tokens a minute at most, or None.
        timeout: seconds that one attempt may take.
        deadline: seconds that all of it may take.
        tokens: that all new answers together may use, or None.
        usd: dollars that all new answers together may cost, or None.
        price: for a million tokens, or None.
        max_errors: how many prompts may stay without an answer and count as misses; one more is an error.
        first_wait: seconds, at most, before the second attempt; doubled before each further one.
        batch: ask through the provider's batch service.
    """

    model: str = ""
    source: Literal["openai", "azure"] = "openai"
    options: Mapping[str, str] = field(default_factory=dict)
    api: Api = "chat"
    system: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)
    extra_body: Mapping[str, object] = field(default_factory=dict)
    served_as: tuple[str, ...] = ()
    concurrency: int = DEFAULT_CONCURRENCY
    rpm: float | None = None
    tpm: float | None = None
    timeout: float = DEFAULT_TIMEOUT
    deadline: float = DEFAULT_DEADLINE
    tokens: int | None = None
    usd: float | None = None
    price: Price | None = None
    max_errors: int = 0
    first_wait: float = DEFAULT_FIRST_WAIT
    batch: bool = False

    @property
    def most_tokens(self) -> int | None:
        """The tokens that one answer may have, where it is bounded."""
        found = self.parameters.get("max_tokens")
        return found if isinstance(found, int) else None
