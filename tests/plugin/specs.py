"""The specs that most of these tests use, over the job of the `finished_job` fixture, and where they run."""

import pytest

XDIST = pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["here", "xdist"])
"""In this process, and in xdist's workers."""

TWO_MET = """
    ftgate: 1
    job: run
    gates:
      finished: {job: status, equals: succeeded}
      train-loss: {metric: train_loss, max: 0.80}
"""

ONE_MISSED = """
    ftgate: 1
    job: run
    gates:
      finished: {job: status, equals: succeeded}
      train-loss: {metric: train_loss, max: 0.50}
"""

UNMEASURABLE = """
    ftgate: 1
    job: run
    gates:
      finished: {job: status, equals: succeeded}
      accuracy: {metric: valid_mean_token_accuracy, min: 0.80}
"""

EVERY_STATUS = """
    ftgate: 1
    job: run
    gates:
      met: {metric: train_loss, max: 0.80}
      warned: {metric: train_loss, max: 0.80, warn: 0.60}
      advisory: {metric: train_loss, max: 0.50, severity: warn}
      thin: {metric: train_loss, max: 0.80, min_n: 1000}
      missed: {metric: train_loss, max: 0.50}
      absent: {metric: train_reward, min: 0.10}
"""

JUDGED_ONE_BY_ONE = """
    ftgate: 1
    evals:
      refunds: {prompts: heldout.jsonl, outputs: outputs.jsonl, grader: exact}
"""

JUDGED_BY_A_GATE = """
    ftgate: 1
    gates:
      answers: {eval: refunds, min: 0.50}
    evals:
      refunds: {prompts: heldout.jsonl, outputs: outputs.jsonl, grader: exact}
"""
