"""Train the three small models whose logs and outputs are kept in `examples/dates/runs`.

The task is to write a date in English words as an ISO date: "the third of March, nineteen ninety-eight" is
"1998-03-03". Each run trains a byte-level Llama from scratch with TRL's SFTTrainer, saves `trainer_state.json` as the
trainer writes it, then answers the held-out prompts of `dates/heldout.jsonl` greedily into `outputs.jsonl`. The
weights are kept where `--model` names a folder for them, in the form that servers load.

    pip install -r examples/requirements.txt
    python examples/train.py healthy --out examples/dates/runs/healthy
    python examples/train.py overfit --out examples/dates/runs/overfit
    python examples/train.py dead --out examples/dates/runs/dead

`--max-steps 5 --prompts 4` makes a smoke test of any of them. `python examples/train.py heldout --out examples/dates`
writes the held-out prompts anew.
"""

import argparse
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import torch
from datasets import Dataset
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, set_seed
from trl import SFTConfig, SFTTrainer

SEED = 20261121
THREADS = 2  # results are repeatable for one number of threads
HELDOUT = Path(__file__).parent / "dates" / "heldout.jsonl"

FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2049, 12, 31)
N_HELDOUT, N_VALID = 200, 256

SEPARATOR = "\n"  # stands between the prompt and the answer, in training and in sampling
END, PAD = "<|end|>", "<|pad|>"
MAX_NEW_TOKENS = 16  # an ISO date and the end token are 11

# What a server makes of a chat: the last message, as it was trained on.
CHAT_TEMPLATE = "{{ messages[-1]['content'] + " + json.dumps(SEPARATOR) + " }}"

Row = dict[str, str]


@dataclass(frozen=True)
class Run:
    """What sets one run apart from the others."""

    examples: int
    steps: int
    learning_rate: float
    batch_size: int = 64
    optimizer: str = "adamw_torch"
    schedule: str = "cosine"
    warmup_steps: int = 50
    max_grad_norm: float = 1.0  # 0 turns clipping off


# healthy sees every example once; overfit sees few examples 150 times; dead is plain SGD whose learning rate climbs to
# 2.0 over the whole run with nothing to clip the gradient.
RUNS = {
    "healthy": Run(examples=19_200, steps=300, learning_rate=1e-3),
    "overfit": Run(examples=128, steps=600, learning_rate=1e-3, batch_size=32),
    "dead": Run(
        examples=19_200,
        steps=300,
        learning_rate=2.0,
        optimizer="sgd",
        schedule="constant_with_warmup",
        warmup_steps=300,
        max_grad_norm=0.0,
    ),
}

# ---------------------------------------------------------------------------------------------------------- the task

SMALL = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
SMALL += ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
IRREGULAR = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
    "twenty": "twentieth",
    "thirty": "thirtieth",
}

STYLES = {
    "british": "the {ordinal} of {month}, {year}",
    "american": "{month} {ordinal}, {year}",
    "weekday": "{weekday} the {ordinal} of {month} {year}",
    "numeral": "{day} {month} {year}",
    "year-first": "in {year}, on {month} the {ordinal}",
}


def cardinal(number: int) -> str:
    """Name a number below one hundred."""
    if number < 20:
        return SMALL[number]
    tens, ones = divmod(number, 10)
    return f"{TENS[tens]}-{SMALL[ones]}" if ones else TENS[tens]


def ordinal(number: int) -> str:
    """Name a place below one hundred: `twenty-first`."""
    head, dash, last = cardinal(number).rpartition("-")
    return head + dash + IRREGULAR.get(last, f"{last}th")


def year_in_words(year: int) -> str:
    """Say a year as people do: `nineteen ninety-eight`, `two thousand and five`, `twenty thirty`."""
    century, rest = divmod(year, 100)
    if century == 20 and rest < 10:
        return f"two thousand and {SMALL[rest]}" if rest else "two thousand"
    return f"{cardinal(century)} {cardinal(rest)}"


def example(day: date, style: str) -> Row:
    """Make the prompt and the target of one date in one style."""
    prompt = STYLES[style].format(
        ordinal=ordinal(day.day),
        day=day.day,
        month=f"{day:%B}",
        weekday=f"{day:%A}",
        year=year_in_words(day.year),
    )
    return {"prompt": prompt, "target": day.isoformat(), "style": style}


def shuffled_examples() -> list[Row]:
    """Make one example of every date, in a fixed random order and style."""
    rng = random.Random(SEED)  # noqa: S311 - a draw to be repeated, not a secret
    days = [FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]
    rng.shuffle(days)
    return [example(day, rng.choice(list(STYLES))) for day in days]


def make_heldout() -> list[Row]:
    """Number the examples that are kept for the end."""
    return [{"id": f"date-{n:03}", **row} for n, row in enumerate(shuffled_examples()[:N_HELDOUT], start=1)]


def make_splits(heldout: Sequence[Row], train_size: int) -> tuple[Dataset, Dataset]:
    """Draw training and validation examples that share no date with the held-out ones or with each other."""
    taken = {row["target"] for row in heldout}
    free = [row for row in shuffled_examples() if row["target"] not in taken]
    valid, train = free[:N_VALID], free[N_VALID : N_VALID + train_size]
    return as_dataset(train), as_dataset(valid)


def as_dataset(rows: Sequence[Row]) -> Dataset:
    """Put rows into TRL's prompt-completion form."""
    return Dataset.from_list([{"prompt": row["prompt"] + SEPARATOR, "completion": row["target"]} for row in rows])


# --------------------------------------------------------------------------------------------------------- the model


def make_tokenizer() -> PreTrainedTokenizerFast:
    """Build a tokenizer that knows the 256 bytes and two special tokens."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={byte: n for n, byte in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=END,
        pad_token=PAD,
        padding_side="left",
    )


def make_model(tokenizer: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    """Build a Llama of about two million parameters with fresh weights."""
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=192,
        intermediate_size=512,
        num_hidden_layers=4,
        num_attention_heads=6,
        max_position_embeddings=128,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return LlamaForCausalLM(config)


# ---------------------------------------------------------------------------------------------------------- training


def make_config(run: Run, out: Path, steps: int) -> SFTConfig:
    """Turn a run into TRL's arguments: about 100 logged rows and 20 evaluations, no checkpoints."""
    return SFTConfig(
        output_dir=str(out),
        max_steps=steps,
        per_device_train_batch_size=run.batch_size,
        per_device_eval_batch_size=N_VALID,
        learning_rate=run.learning_rate,
        lr_scheduler_type=run.schedule,
        warmup_steps=run.warmup_steps,
        optim=run.optimizer,
        max_grad_norm=run.max_grad_norm,
        completion_only_loss=True,
        logging_steps=max(1, steps // 100),
        eval_strategy="steps",
        eval_steps=max(1, steps // 20),
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        activation_checkpointing=False,
        bf16=False,
        use_cpu=True,
        seed=SEED,
    )


def train(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, data: tuple[Dataset, Dataset], config: SFTConfig
) -> None:
    """Train the model in place and leave `trainer_state.json` in the output folder."""
    train_set, valid_set = data
    trainer = SFTTrainer(
        model=model,
        args=config,
        train_dataset=train_set,
        eval_dataset=valid_set,
        processing_class=tokenizer,
    )
    trainer.train()
    trainer.save_state()


def save(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Write the model for a server: weights, tokenizer, chat template, and that it samples unless it is told not to."""
    end, pad = tokenizer.eos_token_id, tokenizer.pad_token_id
    tokenizer.chat_template = CHAT_TEMPLATE
    model.generation_config = GenerationConfig(
        do_sample=True, max_new_tokens=MAX_NEW_TOKENS, eos_token_id=end, pad_token_id=pad
    )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


# ---------------------------------------------------------------------------------------------------------- sampling


@torch.inference_mode()
def answer(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, prompts: Sequence[str]) -> Iterator[Row]:
    """Continue a batch of prompts greedily, and say whether each answer ended by itself."""
    inputs = tokenizer([prompt + SEPARATOR for prompt in prompts], return_tensors="pt", padding=True)
    tokens = model.generate(
        inputs["input_ids"],
        attention_mask=inputs["attention_mask"],
        max_new_tokens=MAX_NEW_TOKENS,
        do_sample=False,
    )
    replies = tokens[:, inputs["input_ids"].shape[1] :]
    for reply, text in zip(replies, tokenizer.batch_decode(replies, skip_special_tokens=True), strict=True):
        yield {"output": text, "finish_reason": "stop" if tokenizer.eos_token_id in reply else "length"}


def sample(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, heldout: Sequence[Row], name: str
) -> Iterator[Row]:
    """Answer every held-out prompt, fifty at a time."""
    model.eval()
    for start in range(0, len(heldout), 50):
        batch = heldout[start : start + 50]
        for row, reply in zip(batch, answer(model, tokenizer, [row["prompt"] for row in batch]), strict=True):
            yield {"id": row["id"], **reply, "model": name}


# -------------------------------------------------------------------------------------------------------------- files


def read_jsonl(path: Path) -> list[Row]:
    """Read one JSON object a line."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def write_jsonl(path: Path, rows: Iterable[Row]) -> None:
    """Write one JSON object a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def report(heldout: Sequence[Row], outputs: Sequence[Row]) -> str:
    """Count the exact answers."""
    exact = sum(row["target"] == reply["output"] for row, reply in zip(heldout, outputs, strict=True))
    return f"{exact} of {len(outputs)} held-out prompts answered exactly"


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", choices=[*RUNS, "heldout"], help="the model to train, or the prompts to write")
    parser.add_argument("--out", type=Path, required=True, help="folder for the files that the run leaves")
    parser.add_argument("--max-steps", type=int, help="train for another number of steps than the run's own")
    parser.add_argument("--prompts", type=int, help="answer only the first held-out prompts")
    parser.add_argument("--model", type=Path, help="folder for the model itself, which is not kept otherwise")
    return parser.parse_args(argv)


def make_run(name: str, out: Path, steps: int | None, prompts: int | None, kept: Path | None) -> None:
    """Train one model, answer the held-out prompts with it, say how many answers are exact, and keep it if asked to."""
    set_seed(SEED)
    torch.set_num_threads(THREADS)
    run, heldout = RUNS[name], read_jsonl(HELDOUT)
    steps = steps or run.steps
    data = make_splits(heldout, min(run.examples, steps * run.batch_size))  # a short run needs no more than it reads
    tokenizer = make_tokenizer()
    model = make_model(tokenizer)
    train(model, tokenizer, data, make_config(run, out, steps))
    asked = heldout[:prompts]
    outputs = list(sample(model, tokenizer, asked, f"dates-{name}"))
    write_jsonl(out / "outputs.jsonl", outputs)
    print(report(asked, outputs))
    if kept:
        save(model, tokenizer, kept)


def main(argv: Sequence[str] | None = None) -> None:
    """Do what the command line asks for."""
    args = parse_arguments(argv)
    if args.run == "heldout":
        write_jsonl(args.out / HELDOUT.name, make_heldout())
    else:
        make_run(args.run, args.out, args.max_steps, args.prompts, args.model)


if __name__ == "__main__":
    main()
