"""Opening a store, also one that several processes make at once."""

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from pytest_ftgate.errors import EvalError
from pytest_ftgate.evals.sampling import database
from pytest_ftgate.evals.sampling.store import Store

ROUNDS = 150
OPENER = """
import sys
from pathlib import Path
from pytest_ftgate.errors import EvalError
from pytest_ftgate.evals.sampling.store import Store

folder, rounds, name, *names = Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]
writes = name.startswith("writer")

def opened(path):
    with Store(path, writes=writes) as store:
        if writes:
            store.note_batch("scope", name)
        assert not list(store.answers())

for number in map(str, range(rounds)):
    (folder / (number + name)).touch()
    while not all((folder / (number + other)).exists() for other in names):
        pass
    try:
        for _ in range(1 if writes else 20):
            opened(folder / number / "s.sqlite")
    except EvalError as e:
        print(e)
"""


def opened_at_once(folder: Path, rounds: int, *names: str) -> list[str]:
    """What processes of these names complain of, that open one new store after the other, each all at once."""
    command = [sys.executable, "-c", OPENER, str(folder), str(rounds)]
    running = [subprocess.Popen([*command, name, *names], stdout=subprocess.PIPE, text=True) for name in names]
    try:
        said = [process.communicate(timeout=120)[0] for process in running]
    finally:
        for process in running:
            process.kill()
    assert [process.returncode for process in running] == [0] * len(names)
    return "".join(said).splitlines()


def refused(path: Path, *, writes: bool) -> str:
    with pytest.raises(EvalError) as caught, Store(path, writes=writes):
        pass
    return str(caught.value).removeprefix(f"{path}: the store of answers cannot be used: ")


@pytest.fixture
def journalled(tmp_path: Path) -> Path:
    """A store whose maker died before it switched modes."""
    path = tmp_path / "s.sqlite"
    with Store(path):
        pass
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)
    return path


def test_of_processes_that_make_a_store_at_once_each_can_write(tmp_path: Path) -> None:
    assert opened_at_once(tmp_path, ROUNDS, "writer 1", "writer 2") == []
    for number in range(ROUNDS):
        with Store(tmp_path / str(number) / "s.sqlite", writes=False) as store:
            assert sorted(store.batches("scope")) == ["writer 1", "writer 2"]


def test_while_a_store_is_being_made_it_holds_no_answers(tmp_path: Path) -> None:
    assert opened_at_once(tmp_path, ROUNDS // 5, "writer", "reader") == []


def test_a_store_whose_maker_died_is_made_by_the_next_who_writes(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    path.touch()
    with Store(path, writes=False) as store:
        assert (list(store.answers()), store.answer("0"), store.batches("scope")) == ([], None, [])
    assert path.read_bytes() == b""
    with Store(path) as store:
        store.note_batch("scope", "b")
        assert store.batches("scope") == ["b"]


@pytest.mark.parametrize("writes", [True, False])
def test_a_database_of_something_else_is_refused_and_left_alone(tmp_path: Path, writes: bool) -> None:
    path = tmp_path / "s.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE accounts (name TEXT)")
    before = path.read_bytes()
    assert refused(path, writes=writes) == "it is a database of something else"
    assert path.read_bytes() == before


def test_whoever_switches_modes_waits_for_whoever_writes(journalled: Path) -> None:
    writer = sqlite3.connect(journalled, isolation_level=None, check_same_thread=False)
    writer.execute("BEGIN IMMEDIATE")
    done = threading.Timer(0.1, writer.close)
    done.start()
    with Store(journalled) as store:
        store.note_batch("scope", "b")
        assert store.batches("scope") == ["b"]
    done.join(10)


@pytest.mark.parametrize(("lock", "writes"), [("IMMEDIATE", True), ("EXCLUSIVE", False)])
def test_a_store_that_stays_locked_is_given_up(
    journalled: Path, monkeypatch: pytest.MonkeyPatch, lock: str, writes: bool
) -> None:
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.0)
    with closing(sqlite3.connect(journalled, isolation_level=None)) as writer:
        writer.execute(f"BEGIN {lock}")
        assert refused(journalled, writes=writes) == "database is locked"
