import math

import pytest

from pytest_ftgate.errors import JobError
from pytest_ftgate.sources import objects


def test_json_that_was_cut_names_the_place_and_the_remedy() -> None:
    with pytest.raises(JobError, match=r"^job\.json:2:9: the JSON ends in the middle .*: was the file cut off\?"):
        objects.document("job.json", '{"a": 1,\n "b": [2')


@pytest.mark.parametrize("text", ['{"a": "b', '{"a": 1', '{"a": tru', '[{"a": NaN}, {"a"'])
def test_every_cut_is_told_from_rubbish(text: str) -> None:
    with pytest.raises(JobError, match="the JSON ends in the middle"):
        objects.document("job.json", text)


def test_text_that_is_not_json_names_the_place() -> None:
    with pytest.raises(JobError, match=r"^job\.json:1:2: not JSON \("):
        objects.document("job.json", "{status: succeeded, model: none, and: so on}")


def test_a_key_that_comes_twice_is_an_error() -> None:
    with pytest.raises(JobError, match=r"^job\.json: the key 'status' comes twice in one object"):
        objects.document("job.json", '{"status": "failed", "status": "succeeded"}')


def test_nesting_without_end_is_an_error() -> None:
    with pytest.raises(JobError, match="nests too deeply"):
        objects.document("job.json", "[" * 200_000)


def test_a_number_of_five_thousand_digits_is_infinite() -> None:
    assert objects.document("job.json", "9" * 5000) == math.inf


def test_lines_are_jsonl() -> None:
    assert objects.document("e.jsonl", '{"a": 1}\n\n{"a": 2}\r\n') == [{"a": 1}, {"a": 2}]


def test_a_document_of_many_lines_is_one_document() -> None:
    assert objects.document("e.json", '{\n"a": 1\n}\n') == {"a": 1}


def test_two_documents_on_one_line_are_an_error() -> None:
    with pytest.raises(JobError, match=r"^e\.json:1:9: not JSON: something follows the end"):
        objects.document("e.json", '{"a": 1}{"a": 2}')


def test_a_line_that_was_cut_names_its_number() -> None:
    with pytest.raises(JobError, match=r"^e\.jsonl:2: the JSON ends in the middle"):
        objects.document("e.jsonl", '{"a": 1}\n{"a": ')


def test_conflict_markers_in_json_are_named() -> None:
    with pytest.raises(JobError, match=r"^job\.json:2: a merge conflict marker"):
        objects.document("job.json", '{\n<<<<<<< HEAD\n"status": "failed"\n=======\n"status": "succeeded"\n}')


def test_a_line_separator_inside_a_string_ends_no_line() -> None:
    assert list(objects.lines("e.jsonl", '{"a": "x\u2028y"}')) == [(1, {"a": "x\u2028y"})]


def test_only_numbers_and_the_words_for_not_finite_ones_are_measured() -> None:
    assert objects.measured(0) == 0.0
    assert objects.measured("-inf") == -math.inf
    assert math.isnan(objects.measured("NaN") or 0.0)
    assert all(objects.measured(value) is None for value in (True, None, "0.5", "", [0.5], {"a": 1}))
