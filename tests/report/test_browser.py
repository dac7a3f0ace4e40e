"""The page in a browser: in two widths, light and dark, and on paper."""

import base64
import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from ..making import jsonl, losses, trainer_state
from .browser import CHROMIUM, Browser, browser
from .judging import HOSTILE, material_of, page_of

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

SPEC = """
    ftgate: 1
    job: run
    baseline: old
    gates:
      finished: {job: status, equals: succeeded}
      train-loss: {metric: train_loss, max: 0.50}
      valid-loss: {metric: valid_loss, max: 1.0, warn: 0.8}
      learned: {improvement: train_loss, min: 10%}
      thin: {metric: train_loss, max: 0.80, min_n: 1000}
      absent: {metric: train_reward, min: 0.10}
      answers: {eval: refunds, min: 0.50}
      not-worse: {eval: dates, baseline: {max_drop: 0.02}, confidence: 0.95}
      fits: {metric: valid_loss, baseline: {max_rise: 5%}}
      dates: {eval: dates, min: 80%, warn: 85%}
      each: {eval: dates, by: lang, min: 75%, warn: 80%, min_n: 10}
      swift: {eval: dates, score: latency, percentile: 90, by: lang, max: 2.5}
      either: {any: [{eval: dates, slice: {lang: de}, min: 0.9}, {eval: dates, slice: {lang: fr}, min: 0.9}]}
    evals:
      refunds: {prompts: heldout.jsonl, outputs: outputs.jsonl, grader: exact}
      dates: {prompts: dates.jsonl, outputs: {job: dates.jsonl}, grader: exact}
"""

LANGUAGES = ("de", "en", "fr", "a language whose name is long enough to be broken: " + "x" * 60)

LONG = "a-name-without-any-break-" * 20


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with everything on it, and texts that would act or overflow."""
    folder = tmp_path_factory.mktemp("report")
    trainer_state(folder / "run", losses([2.0 - 0.05 * i for i in range(30)], [1.2, 1.0, 0.9]))
    texts = [text for text in (*HOSTILE, LONG, "two\nlines") if text.isascii()]
    jsonl(folder / "heldout.jsonl", [{"id": f"p{i}", "prompt": t, "target": t} for i, t in enumerate(texts)])
    jsonl(folder / "outputs.jsonl", [{"id": f"p{i}", "output": f"not {t}"} for i, t in enumerate(texts)])
    trainer_state(folder / "old", losses([2.1 - 0.05 * i for i in range(30)], [1.3, 1.1, 0.8]))
    asked = [{"id": f"d{i}", "prompt": f"date {i}", "target": "yes", "lang": LANGUAGES[i % 4]} for i in range(120)]
    jsonl(folder / "dates.jsonl", asked)
    for job, missed in (("run", (3, 7, 20)), ("old", (4, 9, 13))):
        answers = [(f"d{i}", "no" if any(i % step == 1 for step in missed) else "yes", i % 7 / 2) for i in range(120)]
        jsonl(folder / job / "dates.jsonl", [{"id": key, "output": a, "latency": s} for key, a, s in answers])
    path = folder / "report.html"
    path.write_text(page_of(material_of(folder, SPEC)), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 700, 390])
def test_the_page_is_sound(chromium: Browser, report: Path, width: int, scheme: str) -> None:
    chromium.open(report, width, scheme=scheme)
    wide = chromium.evaluate("document.documentElement.scrollWidth")
    axe = files("axe_core_python").joinpath("axe.min.js").read_text("utf-8")
    chromium.evaluate(f"{axe};0")
    found = json.loads(chromium.evaluate("axe.run().then(found => JSON.stringify(found.violations))"))
    assert wide <= width
    assert [(fault["id"], fault["impact"], fault["nodes"][0]["html"]) for fault in found] == []
    assert chromium.faults == []


@pytest.mark.parametrize(("width", "shown"), [(1280, "wide"), (390, "narrow")])
def test_each_width_has_its_own_drawing_whose_text_can_be_read(
    chromium: Browser, report: Path, width: int, shown: str
) -> None:
    chromium.open(report, width)
    size = "text => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a"
    both = "[...document.querySelectorAll('figure .wide, figure .narrow')]"
    visible = chromium.evaluate(f"{both}.filter(x => x.offsetHeight).map(x => x.className)")
    texts = chromium.evaluate(f"[...document.querySelectorAll('.{shown} text')].map({size})")
    assert set(visible) == {shown}
    assert min(texts) >= 9


def test_every_curve_has_the_colour_of_its_scheme(chromium: Browser, report: Path) -> None:
    strokes = []
    for scheme in ("light", "dark"):
        chromium.open(report, 1280, scheme=scheme)
        strokes.append(chromium.evaluate("getComputedStyle(document.querySelector('.wide .s-valid')).stroke"))
    assert strokes == ["rgb(11, 92, 173)", "rgb(111, 179, 255)"]


def test_it_prints(chromium: Browser, report: Path) -> None:
    chromium.open(report, 1280, scheme="dark")
    printed = base64.b64decode(chromium.send("Page.printToPDF", preferCSSPageSize=True)["data"])
    chromium.send("Emulation.setEmulatedMedia", media="print")
    ink = chromium.evaluate("getComputedStyle(document.body).color")
    assert printed.startswith(b"%PDF")
    assert ink == "rgb(0, 0, 0)"
    assert chromium.faults == []


@pytest.mark.parametrize("width", [1280, 700, 390])
def test_every_slice_is_drawn_within_its_cell(chromium: Browser, report: Path, width: int) -> None:
    chromium.open(report, width)
    box = "x => x.getBoundingClientRect()"
    bars = f"[...document.querySelectorAll('.bar')].map({box})"
    dots = f"[...document.querySelectorAll('.bar .dot')].map({box})"
    places = chromium.evaluate(f"{bars}.map((bar, i) => [bar.width, {dots}[i].x - bar.x])")
    assert len(places) == 12
    assert all(wide > 60 and -6 <= at <= wide for wide, at in places)
