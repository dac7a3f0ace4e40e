"""What it costs to ask a model through ftgate, against the bare client: python benchmarks/sampling.py.

500 prompts against a server on the loopback interface that takes 200 ms, 50 at a time: a bare `asyncio.gather` over the
openai client with a semaphore, and `sample:`, which keeps every answer on disk. Each in a process of its own, in turns.
Fails above 1.15, and where memory grows with the number of prompts by more than the prompts and answers themselves.
"""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

LATENCY = 0.2
PROMPTS = 500
MANY = 5000
CONCURRENCY = 50
ROUNDS = 3
LIMIT = 1.15
MOST_GROWTH = 6000
"""Bytes that a further prompt may take: itself, its answer as an output, and what the interpreter makes of them."""

ROOT = Path(__file__).parent.parent

_BARE = """
import asyncio, json, sys, time
import openai

async def main(url, count):
    client = openai.AsyncOpenAI(base_url=url, api_key="none")
    semaphore = asyncio.Semaphore(50)
    async def one(i):
        async with semaphore:
            messages = [{"role": "user", "content": f"question {i}"}]
            answer = await client.chat.completions.create(model="m", messages=messages, temperature=0)
            return answer.choices[0].message.content
    return await asyncio.gather(*map(one, range(count)))

begun = time.perf_counter()
found = asyncio.run(main(sys.argv[1], int(sys.argv[2])))
print(json.dumps([len(found), time.perf_counter() - begun, 0]))
"""

_OURS = """
import json, pathlib, resource, sys, tempfile, time
import openai
from pytest_ftgate.evals.prompts import prompt_of
from pytest_ftgate.evals.runtime import Runtime
from pytest_ftgate.evals.sampling import sample
from pytest_ftgate.evals.sampling.settings import Sampling

prompts = [prompt_of({"id": i, "prompt": f"question {i}"}, "here") for i in range(int(sys.argv[2]))]
options = {"base_url": sys.argv[1]}
sampling = Sampling(model="m", options=options, concurrency=50, parameters={"temperature": 0})
with tempfile.TemporaryDirectory() as folder:
    begun = time.perf_counter()
    found = sample("e", prompts, {}, sampling, None, Runtime(folder=pathlib.Path(folder)))
    seconds = time.perf_counter() - begun
assert not found.faults and all(output.state == "answered" for output in found.outputs)
print(json.dumps([len(found.outputs), seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024]))
"""


def run(script: str, url: str, count: int) -> tuple[float, int]:
    """Seconds, and the most memory in bytes."""
    environment = {**os.environ, "OPENAI_API_KEY": "none", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", script, url, str(count)]
    said = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    done, seconds, memory = json.loads(said)
    if done != count:
        raise SystemExit(f"{done} of {count} answered")
    return seconds, memory


def main() -> int:
    """Print the times, their ratio, and the memory."""
    command = [sys.executable, "-m", "tests.chat_server", str(LATENCY)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        url = (server.stdout.readline() if server.stdout else "").strip()
        bare, ours = [], []
        for _ in range(ROUNDS):
            bare.append(run(_BARE, url, PROMPTS)[0])
            seconds, few = run(_OURS, url, PROMPTS)
            ours.append(seconds)
        _, many = run(_OURS, url, MANY)
    finally:
        server.kill()
        server.wait()
    ratio = statistics.median(ours) / statistics.median(bare)
    growth = (many - few) / (MANY - PROMPTS)
    print(f"{PROMPTS} prompts of 200 ms, {CONCURRENCY} at a time, bare client: {statistics.median(bare):.2f} s")
    print(f"the same through sample: {statistics.median(ours):.2f} s, {few / 1e6:.0f} MB")
    print(f"ratio: {ratio:.2f} (limit {LIMIT})")
    print(f"{MANY:,} prompts: {many / 1e6:.0f} MB, {growth:,.0f} bytes for each further prompt (limit {MOST_GROWTH:,})")
    return 0 if ratio <= LIMIT and growth <= MOST_GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())
