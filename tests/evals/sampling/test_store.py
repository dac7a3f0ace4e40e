"""The store of answers: whole rows or none, shared between processes, private."""

import json
import os
import sqlite3
import stat
import threading
from collections.abc import Callable
from contextlib import suppress
from itertools import product
from pathlib import Path

import pytest

from pytest_ftgate.errors import EvalError
from pytest_ftgate.evals.sampling.exchange import exported, imported, save
from pytest_ftgate.evals.sampling.lock import asking
from pytest_ftgate.evals.sampling.request import Request
from pytest_ftgate.evals.sampling.store import Store, Stored
from pytest_ftgate.files import read

from .conftest import Model


def stored(text: str = "q", at: float = 1000.0, body: str = '{"model": "m"}') -> Stored:
    request = Request("http://host/v1", "job-1", "chat", {"model": "m", "messages": [{"content": text}]})
    return Stored(request.digest, request.canonical, body, at, "run-1", "asked", 0.5, 1)


def changed(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()


def refused(path: Path, **how: bool) -> str:
    with pytest.raises(EvalError) as caught, Store(path, **how) as store:
        store.keep([stored()])
    return str(caught.value)


def test_an_answer_is_there_for_whoever_opens_the_store_next(tmp_path: Path) -> None:
    with Store(tmp_path / "s.sqlite") as store:
        store.keep([stored("a"), stored("b", at=2000.0)])
    with Store(tmp_path / "s.sqlite", writes=False) as store:
        assert [one.at for one in store.answers()] == [1000.0, 2000.0]
        assert store.answer(stored("a").request) == stored("a")
        assert store.answer("0" * 64) is None


def test_the_files_are_their_owner_s_alone(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "s.sqlite"
    with Store(path) as store, asking(path, "host", 1):
        store.keep([stored()])
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert len(modes) >= 3
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_where_pages_of_the_file_changed_places_no_request_has_another_s_answer(tmp_path: Path) -> None:
    kept = [stored(str(i), body=json.dumps({"model": "m", "said": "x" * 900})) for i in range(12)]
    path, page = tmp_path / "s.sqlite", 4096
    with Store(path) as store:
        store.keep(kept)
    whole = path.read_bytes()
    found = set()
    for to, of in product(range(page, len(whole), page), repeat=2):
        path.write_bytes(whole[:to] + whole[of : of + page] + whole[to + page :])
        with suppress(EvalError), Store(path, writes=False) as store:
            found |= {(one.request, got.request) for one in kept if (got := store.answer(one.request))}
            found |= {(one.request, got.request) for one in kept for got in store.beginning(one.request[:12]) if got}
    assert {asked for asked, _ in found} == {one.request for one in kept}
    assert {(asked, got) for asked, got in found if asked != got} == set()


def test_a_damage_that_sqlite_has_no_words_for_is_told(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    with Store(path) as store:
        store.keep([stored()])
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE answers", b"CREATE TABLE\xa0answers"))
    assert "it is damaged; move it away and the answers are asked for anew" in refused(path)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE answers SET body = replace(body, 'm', 'n')",
        "UPDATE answers SET at = at + 1",
        "UPDATE answers SET asked = replace(asked, 'job-1', 'job-2')",
        "UPDATE answers SET digest = ''",
        "UPDATE answers SET at = 'soon'",
        "UPDATE answers SET body = x'ff00'",
        "UPDATE answers SET asked = 5",
        "UPDATE answers SET seconds = 0.1",
        "UPDATE answers SET seconds = NULL",
        "UPDATE answers SET attempts = 2",
    ],
)
def test_an_answer_that_was_changed_is_as_good_as_not_there(tmp_path: Path, change: str) -> None:
    with Store(tmp_path / "s.sqlite") as store:
        store.keep([stored()])
    changed(tmp_path / "s.sqlite", change)
    with Store(tmp_path / "s.sqlite") as store:
        assert store.answer(stored().request) is None
        assert list(store.answers()) == []


def test_a_file_that_is_no_store_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    path.write_bytes(b"something else " * 100)
    said = "file is not a database; move it away and the answers are asked for anew"
    assert refused(path) == f"{path}: the store of answers cannot be used: {said}"
    assert path.read_bytes() == b"something else " * 100


def test_a_store_of_a_later_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    with Store(path):
        pass
    changed(path, "PRAGMA user_version = 9")
    assert refused(path).endswith(
        "cannot be used: its version is 9, and 1 is understood: update pytest-ftgate, or move it away"
    )


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    assert refused(tmp_path / "pipe").endswith("it is not a regular file")
    assert refused(tmp_path / "link").endswith("a symbolic link, which is not followed: name the file itself")
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_where_the_folder_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / ".ftgate").write_text("mine")
    said = "where its folder should be is a file: move that away"
    assert refused(tmp_path / ".ftgate" / "s.sqlite").endswith(said)


def test_reading_makes_no_store_and_writes_to_none(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    assert refused(path, writes=False).endswith("it is open for reading only")
    assert not path.exists()
    with Store(path):
        pass
    assert "readonly" in refused(path, writes=False)


def test_a_store_is_read_in_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    with Store(path) as store:
        store.keep([stored()])
    path.chmod(0o400)
    tmp_path.chmod(0o500)
    try:
        with Store(path, writes=False) as store:
            assert store.answer(stored().request) == stored()
    finally:
        tmp_path.chmod(0o700)


def test_only_one_asks_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    with asking(path, "host", 1), pytest.raises(EvalError) as caught, asking(path, "host", 0):
        pass
    assert str(caught.value).endswith(".lock: another process is asking, and has not finished in time")
    with asking(path, "host", 0), asking(path, "another host", 0):
        pass


def test_a_lock_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    with asking(path, "host", 0):
        pass
    next(tmp_path.glob("*.lock")).write_bytes(b"something else " * 100)
    with pytest.raises(EvalError, match="cannot be locked: file is not a database"), asking(path, "host", 0):
        pass
    (tmp_path / "file").write_text("")
    with pytest.raises(EvalError, match="cannot be locked: "), asking(tmp_path / "file" / "s", "host", 0):
        pass


def test_why_there_is_no_answer_is_told_to_the_same_run_only(tmp_path: Path) -> None:
    with Store(tmp_path / "s.sqlite") as store:
        store.fail("run-1", "r", "the key is not accepted")
        assert (store.failure("run-1", "r"), store.failure("run-2", "r")) == ("the key is not accepted", None)


def test_what_is_exported_is_imported_elsewhere(tmp_path: Path) -> None:
    with Store(tmp_path / "a.sqlite") as store:
        store.keep([stored("a"), stored("b", at=2000.0)])
        assert save(exported(store), tmp_path / "a.jsonl") == 2
    with Store(tmp_path / "b.sqlite") as other:
        assert imported(read(tmp_path / "a.jsonl"), other) == (2, 0)
        assert imported(read(tmp_path / "a.jsonl"), other) == (0, 2)
        found = other.answer(stored("a").request)
        assert found is not None
        assert (found.body, found.at, found.origin, found.run) == (stored().body, 1000.0, "imported", "")
        assert (found.seconds, found.attempts) == (0.5, 1)


@pytest.mark.parametrize(
    "change",
    [{"answer": '{"model": "n"}'}, {"at": 1001.0}, {"at": 5}, {"at": -1.0}, {"answer": None}, {"request": "0" * 64},
     {"asked": {}}, {"answer": "[]"}, {"answer": "{"}, {"digest": ""}, {"seconds": 0.1}, {"seconds": -1.0},
     {"seconds": "2"}, {"attempts": 2}, {"attempts": 0}, {"attempts": True}, {"attempts": None}],
)  # fmt: skip
def test_a_line_that_was_changed_is_not_imported(tmp_path: Path, change: dict[str, object]) -> None:
    with Store(tmp_path / "a.sqlite") as store:
        store.keep([stored("a")])
        row = json.loads(next(exported(store)))
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({**row, **change}))
    with Store(tmp_path / "b.sqlite") as other:
        with pytest.raises(EvalError, match=r"a\.jsonl:1: the request, the answer or the time is not what was"):
            imported(read(path), other)
        assert list(other.answers()) == []


@pytest.mark.parametrize("body", ["{", "[]", '{"a": NaN}', "[" * 100_000])
def test_what_is_no_answer_is_not_imported_under_a_good_digest_either(tmp_path: Path, body: str) -> None:
    with Store(tmp_path / "a.sqlite") as store:
        store.keep([stored("a", body=body)])
        save(exported(store), tmp_path / "a.jsonl")
    with Store(tmp_path / "b.sqlite") as other, pytest.raises(EvalError, match="is not what was exported"):
        imported(read(tmp_path / "a.jsonl"), other)


def test_whoever_waits_asks_when_the_other_is_done(tmp_path: Path) -> None:
    path, began, said = tmp_path / "s.sqlite", threading.Event(), []

    def wait() -> None:
        began.set()
        with asking(path, "host", 10):
            said.append("second")

    waiting = threading.Thread(target=wait)
    with asking(path, "host", 0):
        waiting.start()
        began.wait(10)
        said.append("first")
    waiting.join(10)
    assert said == ["first", "second"]


def test_a_line_of_another_kind_is_not_imported(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "a", "output": "x"}')
    with Store(tmp_path / "b.sqlite") as store, pytest.raises(EvalError, match="1: not a line of `ftgate samples expo"):
        imported(read(path), store)


def test_another_answer_to_the_same_request_is_not_replaced(tmp_path: Path) -> None:
    with Store(tmp_path / "a.sqlite") as store:
        store.keep([stored("a")])
        save(exported(store), tmp_path / "a.jsonl")
        store.keep([stored("a", at=5000.0)])
        with pytest.raises(EvalError, match="has another answer to this request, of 1970-01-01T01:23:20") as caught:
            imported(read(tmp_path / "a.jsonl"), store)
        assert "this one is of 1970-01-01T00:16:40" in str(caught.value)


def test_two_answers_to_one_request_are_not_imported_unless_they_are_alike(tmp_path: Path) -> None:
    lines: list[str] = []
    for at in (1000.0, 5000.0):
        with Store(tmp_path / f"{at}.sqlite") as store:
            store.keep([stored("a", at=at)])
            lines += exported(store)
    with Store(tmp_path / "b.sqlite") as store:
        save([lines[0], lines[0]], tmp_path / "alike.jsonl")
        save(lines, tmp_path / "other.jsonl")
        with pytest.raises(
            EvalError, match=r"other\.jsonl:2: a line above has another answer to this request, of 1970"
        ):
            imported(read(tmp_path / "other.jsonl"), store)
        assert list(store.answers()) == []
        assert imported(read(tmp_path / "alike.jsonl"), store) == (1, 1)


def test_an_export_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("mine")
    with pytest.raises(EvalError, match="is there already: it is not overwritten"):
        save(["x"], tmp_path / "a.jsonl")
    with pytest.raises(EvalError, match=r"cannot be written \(No such file"):
        save(["x"], tmp_path / "gone" / "a.jsonl")


def test_no_key_is_stored(model: Callable[..., Model]) -> None:
    asked = model()
    asked.sample(2)
    stored_bytes = b"".join(path.read_bytes() for path in asked.folder.iterdir())
    assert b"canary" not in stored_bytes
    assert b"re: q1" in stored_bytes


def test_what_cannot_be_opened_for_reading_is_said(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    assert refused(tmp_path / "folder", writes=False).endswith("cannot be used: unable to open database file")
    (tmp_path / "folder-wal").write_text("")
    assert refused(tmp_path / "folder", writes=False).endswith("cannot be used: disk I/O error")
