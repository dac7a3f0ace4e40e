"""How long 10,000 held-out prompts take to be looked for in a training file of 100,000 lines.

The claim: a minute. Every prompt shares its template with all the others, which is the hard case, and one in a hundred
is in the training file with one word changed. Run: python benchmarks/leakage.py
"""

import json
import random
import tempfile
import time
from pathlib import Path

from pytest_ftgate.data.examples import read_examples
from pytest_ftgate.data.leakage import leaks
from pytest_ftgate.evals.prompts import Prompt
from pytest_ftgate.files import read

PROMPTS, LINES, WORDS, WITHIN = 10_000, 100_000, 60, 60.0
TEMPLATE = "You are a helpful assistant of our shop. Answer the question of the customer in one sentence. {}"
VOCABULARY = [f"word{i}" for i in range(5_000)]


def question(chance: random.Random) -> str:
    """A question of random words in the template."""
    return TEMPLATE.format(" ".join(chance.choices(VOCABULARY, k=WORDS)))


def training_file(path: Path, leaked: list[str], chance: random.Random) -> None:
    """A chat a line; the leaked questions are spread over them."""
    asked = [*leaked, *(question(chance) for _ in range(LINES - len(leaked)))]
    chance.shuffle(asked)
    with path.open("w", encoding="utf-8") as out:
        for text in asked:
            turns = [{"role": "user", "content": text}, {"role": "assistant", "content": "Certainly, at once."}]
            out.write(json.dumps({"messages": turns}) + "\n")


def main() -> int:
    """Measure, print, and fail beyond the claim."""
    chance = random.Random(5)  # noqa: S311 - texts, not secrets
    texts = [question(chance) for _ in range(PROMPTS)]
    prompts = [Prompt(i, text, None, {}, f"p.jsonl:{i}") for i, text in enumerate(texts)]
    leaked = [text.rpartition(" ")[0] + " otherwise" for text in texts[:: PROMPTS // 100]]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.jsonl"
        training_file(path, leaked, chance)
        start = time.perf_counter()
        examples = read_examples(read(path))
        parsed = time.perf_counter() - start
        found = leaks(prompts, examples)
        took = time.perf_counter() - start
    print(f"{PROMPTS:,} prompts, {LINES:,} lines of {WORDS + 16} words: {took:.1f} s, of which parsing {parsed:.1f} s")
    print(f"{len(found)} of {len(leaked)} leaks found; the claim is {WITHIN:g} s")
    return 0 if took < WITHIN and len(found) == len(leaked) else 1


if __name__ == "__main__":
    raise SystemExit(main())
