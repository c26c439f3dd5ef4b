"""Whether there is anything in SQLite's write-ahead log, by its header.

SQLite 3.40 reads a log in a circle for ever, with `readonly_shm`, if it has nothing but its header,
or a header that is not accepted: it takes it for one that is just being written, and looks again. A
component that is killed during its first write leaves such a log, and a flash that fails may.
"""

import struct
from pathlib import Path

_HEADER = struct.Struct(">IIIIIIII")
_MAGIC, _ENDIAN_BIT = 0x377F0682, 1
_LEAST_PAGE, _MOST_PAGE = 512, 65_536
"""SQLite's documentation, "Database File Format", section 4.1: magic, version, page size, a number,
two salts, two checksums; behind it come frames."""


def has_frames(log: Path) -> bool:
    """Whether a log may have something that the database lacks.

    Args:
        log: The file, whose name ends with `-wal`; it need not exist.

    Raises:
        OSError: It may not be read.
    """
    try:
        with log.open("rb") as file:
            start = file.read(_HEADER.size + 1)
    except FileNotFoundError:
        return False
    if len(start) <= _HEADER.size:
        return False
    magic, _, page, *_ = map(int, _HEADER.unpack(start[: _HEADER.size]))
    is_page_size = _LEAST_PAGE <= page <= _MOST_PAGE and page & (page - 1) == 0
    return is_page_size and magic & ~_ENDIAN_BIT == _MAGIC
