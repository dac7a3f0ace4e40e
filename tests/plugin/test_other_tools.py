"""What pytest shows of gates on other tools' files and on the training file."""

import json
from pathlib import Path

from ..conftest import RunSpec
from ..evals.foreign_files import inspect_log, inspect_sample, lm_eval
from ..making import jsonl

SPEC = """
    ftgate: 1
    job: run
    gates:
      arc: {result: lm.json, key: "arc.acc,none", min: 0.7}
      ppl: {result: lm.json, key: "arc.ppl,none", max: 20}
      typo: {result: lm.json, key: arc.acc, min: 0.7}
      leakage: {data: leakage, file: train.jsonl, heldout: asked, max: 0}
      answers: {eval: asked, min: 0.5}
    evals:
      asked: {prompts: p.jsonl, outputs: log.json, grader: exact}
"""


def files(folder: Path) -> None:
    (folder / "lm.json").write_text(json.dumps(lm_eval()))
    (folder / "log.json").write_text(json.dumps(inspect_log(inspect_sample("a"), inspect_sample("b", "no"))))
    jsonl(folder / "p.jsonl", [{"id": key, "prompt": f"{key}?", "target": "yes"} for key in "ab"])
    jsonl(folder / "train.jsonl", [{"prompt": "x?", "completion": "y"}, {"prompt": "A", "completion": "y"}])


def test_each_gate_is_judged_on_the_file_it_names(run_spec: RunSpec, finished_job: Path) -> None:
    files(finished_job.parent)
    run_spec(SPEC).stdout.fnmatch_lines(
        [
            "arc * 0.75 * min 0.7 * pass",
            "ppl * nan * max 20 * FAIL",
            "typo * min 0.7 * ERROR",
            "leakage * 0.5 * max 0 * FAIL",
            "answers * 0.5 * min 0.5 * pass",
        ]
    )


def test_a_miss_names_the_place_in_the_file(run_spec: RunSpec, finished_job: Path) -> None:
    files(finished_job.parent)
    result = run_spec(SPEC)
    result.stdout.fnmatch_lines(["  a (p.jsonl:1) is in train.jsonl:2: but for case and punctuation"])
    result.stdout.fnmatch_lines(["typo could not be judged: lm.json: there is no 'arc.acc' in it, did you mean *"])
    result.stdout.no_fnmatch_line("*Traceback*")
