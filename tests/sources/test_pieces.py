import base64
from pathlib import Path

import pytest

from pytest_ftgate.errors import JobError
from pytest_ftgate.files import File
from pytest_ftgate.sources.pieces import opened

TABLE = b"step,train_loss\n1,0.5\n2,0.25\n"


def piece(data: bytes) -> File:
    return File(Path("f"), data)


def test_json_and_tables_are_told_apart() -> None:
    assert opened(piece(b' [{"a": 1}]')).data == [{"a": 1}]
    assert opened(piece(TABLE)).header == ("step", "train_loss")


def test_base64_of_a_table_is_that_table() -> None:
    assert opened(piece(base64.b64encode(TABLE))).text == TABLE.decode()


def test_base64_in_lines_is_read_too() -> None:
    assert opened(piece(base64.encodebytes(TABLE * 1 + b"3,0.125\n" * 20))).header == ("step", "train_loss")


def test_base64_without_its_last_line_end_was_cut() -> None:
    with pytest.raises(JobError, match=r"^f: base64 of a result file whose last line does not end: was it cut off\?"):
        opened(piece(base64.b64encode(TABLE[:-1])))


@pytest.mark.parametrize("inner", [b"\xff\xfe\x00\x01" * 8, b"epoch,loss\n1,2\n3,4\n"])
def test_base64_of_something_else_is_named(inner: bytes) -> None:
    with pytest.raises(JobError, match=r"^f: looks like base64, but does not decode to a result file"):
        opened(piece(base64.b64encode(inner)))


def test_words_are_no_base64() -> None:
    assert opened(piece(b"step by step the loss went down\n")).header == ("step by step the loss went down",)
