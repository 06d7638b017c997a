"""How large packed data really are: counted while they are unpacked, whatever they say of themselves."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

STEP = 1 << 20
"""Bytes unpacked at once."""
SMALL = 64_000_000
"""Bytes up to which nothing is too well packed."""
RATIO = 100
"""Unpacked over packed from which on data are made to fill a memory; tables reach 10 to 40."""


class BombError(ValueError):
    """Packed data that are larger than they say, or than anybody's; the message says which."""


def unpacked(data: bytes, most: int) -> bytes:
    """Gzipped data. Raises BombError above `most` bytes, EOFError where they end early, BadZipFile where they
    are damaged."""
    parts: list[bytes] = []
    size, rest = 0, data
    while rest.startswith(b"\x1f\x8b"):
        inflate = zlib.decompressobj(wbits=31)
        for part in _steps(inflate, rest):
            size += len(part)
            _refuse(size, len(data) - len(inflate.unconsumed_tail), most)
            parts.append(part)
        if not inflate.eof:
            raise EOFError
        rest = inflate.unused_data
    return b"".join(parts)


def refuse_bomb(data: bytes, most: int) -> None:
    """Raise BombError for a zip archive whose parts are not of the sizes that it says, or too large, and
    zipfile.BadZipFile where it is damaged. Nothing is kept of what is unpacked."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
    if sum(entry.file_size for entry in entries) > most:
        raise BombError(f"unpacks to more than {most / 1e6:.0f} MB")
    size = 0
    for entry in entries:
        own = 0
        for part in _part(data, entry):
            own += len(part)
            _refuse(size + own, len(data), most)
            if own > entry.file_size:
                raise BombError(
                    f"{entry.filename} unpacks to more than the {entry.file_size} bytes that it says"
                )
        size += own


def _part(data: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """What a part of an archive unpacks to."""
    at = entry.header_offset
    head = data[at : at + 30]
    if len(head) < 30:
        raise zipfile.BadZipFile(f"{entry.filename} is cut off")
    name, extra = struct.unpack("<HH", head[26:30])
    packed = data[at + 30 + name + extra :][: entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        return iter([packed])
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise zipfile.BadZipFile(f"{entry.filename} is packed as no workbook is")
    return _steps(zlib.decompressobj(wbits=-15), packed)


def _steps(inflate: zlib._Decompress, packed: bytes) -> Iterator[bytes]:
    """What packed data unpack to, a step after another."""
    rest = packed
    while rest and not inflate.eof:
        try:
            part = inflate.decompress(rest, STEP)
        except zlib.error as error:
            raise zipfile.BadZipFile(str(error)) from error
        rest = inflate.unconsumed_tail
        if not part and not rest:
            return
        yield part


def _refuse(size: int, packed: int, most: int) -> None:
    if size > most:
        raise BombError(f"unpacks to more than {most / 1e6:.0f} MB")
    if size > SMALL and size > RATIO * packed:
        raise BombError(f"unpacks to more than {RATIO} times its size, as no table does")
