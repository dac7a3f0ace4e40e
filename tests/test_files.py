"""Reading files as evidence."""

import hashlib
import os
from pathlib import Path

import pytest

from pytest_ftgate.errors import EvidenceError
from pytest_ftgate.files import File, read, shown


def test_a_file_is_read_with_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"content")
    digest = read(path).digest
    assert (digest.path, digest.size, digest.sha256) == (path, 7, hashlib.sha256(b"content").hexdigest())


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"gone: no such file$"):
        read(tmp_path / "gone")


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"a directory$"):
        read(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_named_pipe_does_not_hang_the_reader(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(EvidenceError, match=r"not a regular file$"):
        read(tmp_path / "pipe")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="the system has no such device")
def test_an_endless_device_is_not_read() -> None:
    with pytest.raises(EvidenceError, match=r"not a regular file$"):
        read(Path("/dev/zero"))


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="the system has no such file")
def test_a_file_that_breaks_while_it_is_read_is_an_error_of_ours() -> None:
    with pytest.raises(EvidenceError, match=r"mem: cannot be read \("):
        read(Path("/proc/self/mem"))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system has no such file")
def test_a_file_that_is_longer_than_it_says_is_not_read_beyond_the_limit() -> None:
    with pytest.raises(EvidenceError, match=r"grows while it is read$"):
        read(Path("/proc/self/status"), 10)


def test_a_link_to_itself_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(EvidenceError, match=r"loop: cannot be read \("):
        read(tmp_path / "loop")


def test_a_file_beyond_the_limit_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"12345")
    with pytest.raises(EvidenceError, match=r"5 bytes, more than the 4 that are read$"):
        read(tmp_path / "big", 4)


def test_a_file_of_just_the_limit_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1234")
    assert read(tmp_path / "a", 4).data == b"1234"


def test_a_path_with_a_nul_is_no_path() -> None:
    with pytest.raises(EvidenceError, match=r"^'a\\x00b': not a path$"):
        read(Path("a\0b"))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"version https://git-lfs.github.com/spec/v1\n", "run `git lfs pull`"),
        (b"\x1f\x8b\x08", "gzip data: unpack it first"),
        (b"PK\x03\x04", "a ZIP archive: unpack it first"),
        (b"BZh9", "bzip2 data: unpack it first"),
        (b"(\xb5/\xfd", "Zstandard data: unpack it first"),
        ("a".encode("utf-16"), "UTF-16 text: save it as UTF-8"),
        (b"\xfe\xff\0a", "UTF-16 text: save it as UTF-8"),
        (b"  <!DOCTYPE html>", "an HTML page, not data"),
        (b"<HTML>", "an HTML page, not data"),
        (b"<<<<<<< ours\n", "merge conflict markers"),
        (b"caf\xe9", r"not UTF-8 text \(byte 3 is 0xe9\)"),
        (b"1,2\n\0\0\0", "holds NUL bytes"),
    ],
)
def test_what_is_not_text_is_named(data: bytes, said: str) -> None:
    with pytest.raises(EvidenceError, match=f"^a.csv: .*{said}"):
        File(Path("a.csv"), data).text()


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert File(Path("a"), b"\xef\xbb\xbfstep").text() == "step"


def test_a_path_below_the_working_directory_is_shown_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert shown(tmp_path / "a" / "b") == str(Path("a") / "b")


def test_a_path_elsewhere_is_shown_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert shown(tmp_path / "a") == str(tmp_path / "a")


def test_a_path_is_shown_without_control_characters() -> None:
    assert shown(Path("/x/a\nb")) == r"/x/a\nb"
