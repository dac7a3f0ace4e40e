"""Parquet: a table whose rows are read as lines of JSON would be."""

import io
from collections import Counter
from collections.abc import Iterator

from ...errors import EvalError
from ...files import File
from ...sources.extras import needed
from ...wording import quoted
from ..lines import Numbered

_MOST_BYTES = 1 << 31
_ROWS = 1 << 14


def is_parquet(file: File) -> bool:
    """Whether it begins as Parquet files do."""
    return file.data.startswith(b"PAR1")


def parquet_rows(file: File, most: int = _MOST_BYTES) -> Iterator[Numbered]:
    """The rows, counted from 1.

    Raises:
        EvidenceError: pyarrow is missing, the file is cut or broken, or it would unpack to more than `most` bytes.
    """
    with needed("parquet", file.name):
        import pyarrow as pa
        import pyarrow.parquet as pq
    try:
        table = pq.ParquetFile(io.BytesIO(file.data))
        _check_size(file, most, sum(table.metadata.row_group(i).total_byte_size for i in range(table.num_row_groups)))
        if twice := [name for name, n in Counter(table.schema_arrow.names).items() if n > 1]:
            raise ValueError(f"it has the column {twice[0]} twice")
        number = 0
        for batch in table.iter_batches(_ROWS):
            for number, row in enumerate(batch.to_pylist(), number + 1):  # noqa: B020 - goes on where it was
                yield number, row
    except (pa.ArrowException, OSError, ValueError) as e:
        raise EvalError(f"{file.name}: cannot be read as Parquet: {quoted(str(e), 200)}") from None


def _check_size(file: File, most: int, size: int) -> None:
    if size > most:
        raise EvalError(f"{file.name}: would unpack to {size:,} bytes, more than the {most:,} that are read")
