"""Files as other eval tools write them, shortened to what matters."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from pytest_ftgate.evals.outputs import Output, read_outputs
from pytest_ftgate.evals.prompts import Prompt
from pytest_ftgate.files import File

Json = dict[str, object]


def document(value: object, name: str = "out.json", *, indent: int | None = 1) -> File:
    """A file of one JSON value."""
    return File(Path(name), json.dumps(value, indent=indent).encode())


def lines(*rows: object, name: str = "out.jsonl") -> File:
    """A file of one JSON value a line."""
    return File(Path(name), "".join(json.dumps(row) + "\n" for row in rows).encode())


def read(file: File, prompts: Sequence[Prompt] = (), **fields: str) -> list[Output]:
    """The outputs in a file."""
    return read_outputs(file, fields, prompts)


def said(file: File, **fields: str) -> list[tuple[object, str, str]]:
    """Of each output its id, its text and its state."""
    return [(output.key, output.text, output.state) for output in read_outputs(file, fields)]


def promptfoo_result(key: object, output: object = "yes", **more: object) -> Json:
    """One result of promptfoo; an `error` without an output is one of the provider."""
    return {
        "promptIdx": 0,
        "provider": {"id": "openai:chat:ft:m", "label": ""},
        "prompt": {"raw": f"Answer: {key}?"},
        "response": {"output": output},
        "success": True,
        "failureReason": 0,
        "testCase": {"vars": {"id": key}, "assert": []},
        "vars": {"id": key},
        **more,
    }


def promptfoo(*results: Json, errors: int = 0, failures: int = 0, **more: object) -> Json:
    """A results file of promptfoo."""
    passed = len(results) - errors - failures
    stats = {"successes": passed, "failures": failures, "errors": errors}
    metrics = {
        "testPassCount": passed,
        "testFailCount": failures,
        "testErrorCount": errors,
        "namedScores": {"tone": 1.5, "f1": 0.25},
        "namedScoresCount": {"tone": 3},
    }
    prompts = [{"raw": "Answer: {{id}}?", "provider": "openai:chat:ft:m", "metrics": {"score": passed, **metrics}}]
    summary = {"version": 3, "timestamp": "t", "prompts": prompts, "results": list(results), "stats": stats}
    return {"evalId": "e", "results": summary, "config": {}, **more}


def inspect_sample(key: object, text: object = "yes", stop: str = "stop", **more: object) -> Json:
    """One sample of an Inspect log."""
    message = {"id": "x", "content": text, "source": "generate", "role": "assistant", "model": "ft:m"}
    choices = [{"message": message, "stop_reason": stop}]
    return {"id": key, "epoch": 1, "input": f"{key}?", "output": {"model": "ft:m", "choices": choices}, **more}


def inspect_log(
    *samples: Json, status: str = "success", config: Mapping[str, object] | None = None, **more: object
) -> Json:
    """An Inspect log."""
    n = len(samples)
    metrics = {"accuracy": {"name": "accuracy", "value": 0.5}, "stderr": {"name": "stderr", "value": 0.25}}
    score = {"name": "match", "scorer": "match", "scored_samples": n, "unscored_samples": 0, "metrics": metrics}
    results = {"total_samples": n, "completed_samples": n, "scores": [score]}
    spec = {"task": "refunds", "model": "openai/ft:m", "config": dict(config or {})}
    return {"version": 2, "status": status, "eval": spec, "results": results, "samples": list(samples), **more}


def lm_eval(limit: object = None, original: int = 10, sample_len: int = 10, **more: object) -> Json:
    """A results file of lm-evaluation-harness; its metrics are 0.75 and NaN."""
    task = {
        "alias": "arc",
        "sample_len": sample_len,
        "acc,none": 0.75,
        "acc_stderr,none": 0.01,
        "ppl,none": float("nan"),
        "f1,none": "N/A",
    }
    config = {"model": "hf", "model_args": "pretrained=base,peft=runs/bot", "limit": limit}
    sizes = {"arc": {"original": original, "effective": 10}}
    named = {"results": {"arc": task}, "groups": {"all": {"acc,none": 0.5}}, "n-samples": sizes, "config": config}
    return {**named, "configs": {"arc": {}}, "versions": {"arc": 1}, "model_name": "base", **more}


def output_item(key: object, text: object = "yes", **more: object) -> Json:
    """One output item of OpenAI's hosted Evals."""
    sample = {
        "input": [{"role": "user", "content": f"Answer: {key}?"}],
        "output": [{"role": "assistant", "content": text}],
        "finish_reason": "stop",
        "model": "ft:m",
        "error": {"code": None, "message": None},
        **more,
    }
    item = {"id": key, "question": f"{key}?"}
    return {"object": "eval.run.output_item", "id": "oi", "status": "pass", "datasource_item": item, "sample": sample}


def oaieval(*events: Mapping[str, object], report: object = None, **spec: object) -> list[Mapping[str, object]]:
    """The lines of an oaieval log."""
    first = {"completion_fns": ["ft:m"], "eval_name": "refunds", "run_config": {"max_samples": None}, **spec}
    return [{"spec": first}, *events, {"final_report": report or {"accuracy": 0.5}}]


def sampling(key: str, text: object = "yes") -> Json:
    """The event of one completion."""
    asked = [{"role": "user", "content": f"{key}?"}]
    return {"run_id": "r", "sample_id": key, "type": "sampling", "data": {"prompt": asked, "sampled": [text]}}
