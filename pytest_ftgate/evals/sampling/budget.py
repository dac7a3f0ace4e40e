"""What answers cost: estimated before asking, bounded while asking, counted afterwards."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .settings import Price, Sampling

AS_OF = "2026-03"

PRICES: Mapping[str, Price] = {
    "gpt-4.1": Price(2.0, 8.0, AS_OF),
    "gpt-4.1-mini": Price(0.4, 1.6, AS_OF),
    "gpt-4.1-nano": Price(0.1, 0.4, AS_OF),
    "gpt-4o": Price(2.5, 10.0, AS_OF),
    "gpt-4o-mini": Price(0.15, 0.6, AS_OF),
}
"""OpenAI's base models, in dollars a million tokens. Fine-tuned models cost more: the spec says how much."""

_DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$")
_BYTES_A_TOKEN = 4
_UNBOUNDED = 1024


@dataclass
class Usage:
    """Tokens of answers."""

    input: int = 0
    output: int = 0

    @property
    def total(self) -> int:
        """Of both kinds."""
        return self.input + self.output

    def add(self, other: "Usage") -> None:
        """Count these too."""
        self.input += other.input
        self.output += other.output


def price_of(sampling: Sampling, host: str, model: str) -> Price | None:
    """The spec's price, or that of a model at OpenAI whose price is known."""
    if sampling.price or host != "api.openai.com":
        return sampling.price
    return PRICES.get(_DATED.sub("", model))


def worst(size: int, most_tokens: int | None) -> Usage:
    """The most that a request of `size` bytes can use; a token has at least one byte."""
    return Usage(size, most_tokens or 0)


def likely(size: int, most_tokens: int | None) -> Usage:
    """What a request of `size` bytes may use, for estimates and pacing only."""
    return Usage(max(1, size // _BYTES_A_TOKEN), most_tokens or _UNBOUNDED)


def used(answer: Mapping[str, object]) -> Usage | None:
    """The usage that an answer states, in the words of either API, or None."""
    said = answer.get("usage")
    if not isinstance(said, Mapping):
        return None
    read = [
        _count(said, *names) for names in (("prompt_tokens", "input_tokens"), ("completion_tokens", "output_tokens"))
    ]
    return Usage(read[0], read[1]) if read[0] is not None and read[1] is not None else None


@dataclass
class Budget:
    """What may still be spent.

    Attributes:
        tokens: that may be used, or None.
        usd: dollars that may be spent, or None.
        price: None where none is known; then there is no `usd`.
        spent: what answers used, and at worst have used where they do not say.
        reserved: what requests in flight can use at worst.
    """

    tokens: int | None
    usd: float | None
    price: Price | None
    spent: Usage
    reserved: Usage

    @property
    def cost(self) -> float | None:
        """Dollars spent, where a price is known."""
        return self.price.of(self.spent.input, self.spent.output) if self.price else None

    def fits(self, more: Usage) -> bool:
        """Whether all that is in flight, and `more`, can end within the budget."""
        tokens_in = self.spent.input + self.reserved.input + more.input
        tokens_out = self.spent.output + self.reserved.output + more.output
        if self.tokens is not None and tokens_in + tokens_out > self.tokens:
            return False
        return self.usd is None or (self.price is not None and self.price.of(tokens_in, tokens_out) <= self.usd)

    def reserve(self, more: Usage) -> None:
        """Before a request."""
        self.reserved.add(more)

    def settle(self, reserved: Usage, spent: Usage) -> None:
        """After it."""
        self.reserved.add(Usage(-reserved.input, -reserved.output))
        self.spent.add(spent)

    def told(self) -> str:
        """The bound in words."""
        parts = [f"{self.tokens:,} tokens"] if self.tokens is not None else []
        return " and ".join([*parts, *([f"${self.usd:g}"] if self.usd is not None else [])])


def _count(said: Mapping[object, object], *names: str) -> int | None:
    found = next((said[name] for name in names if name in said), None)
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 1 << 40 else None
