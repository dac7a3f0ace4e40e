"""Which files a spec may name, and what it may take from the environment."""

import re
from pathlib import Path

import pytest

from pytest_ftgate.spec.paths import expand, is_hosted, resolve


def test_variables_are_expanded() -> None:
    assert expand("runs/${A}-${B_2}/x", {"A": "one", "B_2": "two"}) == "runs/one-two/x"


def test_a_text_without_variables_is_itself() -> None:
    assert expand("a$b {c} $(d)", {}) == "a$b {c} $(d)"


@pytest.mark.parametrize(("environment", "said"), [({}, "not set"), ({"RUN": ""}, "empty")])
def test_a_variable_without_a_value_is_an_error(environment: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=f"^the environment variable RUN is {said}$"):
        expand("runs/${RUN}", environment)


@pytest.mark.parametrize("text", ["${RUN", "${}", "${A-b}", "${A:-x}", "${${A}}"])
def test_what_only_begins_like_a_variable_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"write a variable as \$\{NAME\}$"):
        expand(text, {"A": "a"})


def test_a_variable_s_value_is_not_expanded_again() -> None:
    assert expand("${A}", {"A": "${B}", "B": "b"}) == "${B}"


def test_a_path_is_relative_to_the_spec_s_folder(tmp_path: Path) -> None:
    assert resolve("a/../b", tmp_path, ()) == tmp_path / "b"


@pytest.mark.parametrize("text", ["../x", "/etc/passwd", "a/../../x", ".."])
def test_a_path_that_leaves_every_allowed_folder_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "specs").mkdir()
    with pytest.raises(
        ValueError, match=r"lies outside the spec's folder and pytest's rootdir: allow it with --ftgate"
    ):
        resolve(text, tmp_path / "specs", ())


def test_a_symbolic_link_leaves_the_folder_too(tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "link").symlink_to(tmp_path)
    with pytest.raises(ValueError, match=re.escape(f"--ftgate-allow-path {tmp_path}")):
        resolve("link/secret", tmp_path / "specs", ())


def test_a_link_within_the_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "newest").symlink_to(tmp_path / "run-7")
    assert resolve("newest/state", tmp_path, ()) == tmp_path / "run-7" / "state"


def test_another_folder_can_be_allowed_through_a_link_as_well(tmp_path: Path) -> None:
    for name in ("specs", "runs"):
        (tmp_path / name).mkdir()
    (tmp_path / "allowed").symlink_to(tmp_path / "runs")
    assert resolve("../runs/x", tmp_path / "specs", (tmp_path / "allowed",)) == tmp_path / "runs" / "x"


def test_a_folder_whose_name_begins_alike_is_not_the_allowed_one(tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    with pytest.raises(ValueError, match=r"lies outside"):
        resolve("../specs-2/x", tmp_path / "specs", ())


@pytest.mark.parametrize("text", ["https://x/y", "s3://bucket/x", "file:///etc/passwd"])
def test_a_url_is_not_fetched(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError, match=r"is a URL: a spec fetches nothing; download it and name the file$"):
        resolve(text, tmp_path, ())


def test_a_hosted_job_is_told_by_its_id(tmp_path: Path) -> None:
    assert is_hosted("ftjob-abc123", tmp_path)
    assert not any(
        is_hosted(text, tmp_path) for text in ("ftjob-", "ftjob-a/b", "xftjob-a", "ftjob-a\n", "ftjob-" + "a" * 300)
    )


def test_a_folder_with_a_hosted_job_s_name_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "ftjob-abc123").mkdir()
    assert not is_hosted("ftjob-abc123", tmp_path)
    assert resolve("ftjob-abc123", tmp_path, ()) == tmp_path / "ftjob-abc123"


@pytest.mark.parametrize("text", ["a" * 300, "ftjob-" + "a" * 300, "a/" * 3000, "a\0b", "a\ud800b"])
def test_what_the_system_takes_for_no_path_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a path that can be followed$"):
        resolve(text, tmp_path, ())


def test_a_link_to_itself_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(ValueError, match=r"^'loop/x' is not a path that can be followed$"):
        resolve("loop/x", tmp_path, ())


def test_a_path_below_a_file_is_left_for_the_reader_to_miss(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert resolve("file/x", tmp_path, ()) == tmp_path / "file" / "x"
