"""Bytes of a text file to UTF-8: which encoding they are in is told from the bytes themselves.

Systems write UTF-16 without its mark, spreadsheets of old Macs Mac Roman, of old PCs code page 850; databases
leave zero bytes, and Macs write accents as letters of their own (Unicode's form NFD). What was converted is
told in words.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from pathlib import Path

import numpy as np

from optimizer.scenario.files import refuse

_HEAD = 1 << 20
"""Bytes that show what a file is like, without a copy of all."""
_FIRST = 20_000
"""Letters among which the header is."""
_OLD = {"cp1252": "Windows-1252", "mac_roman": "Mac Roman", "cp850": "code page 850", "iso8859_15": "Latin-9"}
"""Encodings of one byte a letter that spreadsheets wrote, the commonest first."""
_LETTERS = "àâäáçéèêëíîïñóôöùúûüœæß"
"""What texts in English, French, German and Spanish hold beyond ASCII; their capitals are rare."""
_SIGNS = "€£«»’‘“”–…°ºª¿¡\u00a0"
_COSTS = {
    **dict.fromkeys(_LETTERS, 0.0),
    **dict.fromkeys(_LETTERS.upper(), 0.5),
    **dict.fromkeys(_SIGNS, 0.4),
}
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def as_utf8(path: Path, data: bytes) -> tuple[bytes, list[str]]:
    """The text in UTF-8, and what had to be converted.

    Raises ScenarioError where the bytes are no text.
    """
    data, notes = _wide(path, data)
    data = data.removeprefix(b"\xef\xbb\xbf")
    if zeros := data.count(b"\x00"):
        data = _without_zeros(path, data)
        notes.append(f"{zeros} zero byte{'s' if zeros > 1 else ''} left out")
    if b"\r" in data[:_HEAD] and b"\n" not in data.strip():
        # Line ends of old Macs, which some spreadsheets still offer.
        data = data.replace(b"\r", b"\n")
    if not _is_utf8(data):
        data, note = _mended(data)
        notes.append(note)
    data, said = _decoded_twice(data)
    return data, notes + said


def _wide(path: Path, data: bytes) -> tuple[bytes, list[str]]:
    """Two or four bytes a letter, with or without the mark that says so."""
    name = next((name for mark, name in _MARKS if data.startswith(mark)), _unmarked(data))
    if not name:
        return data, []
    try:
        said = name.upper().removesuffix("-LE").removesuffix("-BE")
        without = "" if name in ("utf-16", "utf-32") else " without its mark"
        return data.decode(name).encode(), [f"converted from {said}{without}"]
    except UnicodeDecodeError:
        refuse(path, f"is broken {said} text", "save it as UTF-8")


def _unmarked(data: bytes) -> str:
    """UTF-16 has a zero in every second byte of plain letters."""
    if b"\x00" not in data[:_HEAD]:
        return ""
    head = np.frombuffer(data[: _HEAD - _HEAD % 2], np.uint8)
    even, odd = (float((head[at::2] == 0).mean()) for at in (0, 1))
    if odd > 0.3 and even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > 0.3 and odd < 0.05 else ""


def _without_zeros(path: Path, data: bytes) -> bytes:
    """Zero bytes that a database left in a text; many other control bytes make it none."""
    head = np.frombuffer(data[:_HEAD], np.uint8)
    control = (head < 32) & (head != 0) & (head != 9) & (head != 10) & (head != 13)
    if control.mean() > 0.01 or (head == 0).mean() > 0.3:
        refuse(path, "contains zero bytes: it is no text", "export it again as CSV (UTF-8) or XLSX")
    return data.replace(b"\x00", b"")


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(data)
    try:
        for at in range(0, len(data), _HEAD):
            decoder.decode(view[at : at + _HEAD], final=at + _HEAD >= len(data))
    except UnicodeDecodeError:
        return False
    return True


def _mended(data: bytes) -> tuple[bytes, str]:
    """Lines that are not UTF-8 read in the encoding that makes most of their letters common ones."""
    lines = data.split(b"\n")
    bad = [i for i, line in enumerate(lines) if not _is_utf8(line)]
    encoding = _likeliest(b"".join(lines[i] for i in bad[:10_000]))
    for i in bad:
        lines[i] = lines[i].decode(encoding, "replace").encode()
    said = f"{len(bad)} lines are not UTF-8 and were read as {_OLD[encoding]}"
    return b"\n".join(lines), said


def _likeliest(sample: bytes) -> str:
    counts = np.bincount(np.frombuffer(sample, np.uint8), minlength=256)[128:]

    def odd(encoding: str) -> float:
        """Letters beyond ASCII that the four languages do not have, or seldom."""
        letters = bytes(range(128, 256)).decode(encoding, "replace")
        return float(sum(n * _COSTS.get(letter, 1.0) for n, letter in zip(counts, letters, strict=True)))

    return min(_OLD, key=odd)


def _decoded_twice(data: bytes) -> tuple[bytes, list[str]]:
    """`Ã©` for `é`: UTF-8 that was taken for Windows-1252 and saved as UTF-8 again."""
    if b"\xc3\x83\xc2" not in data and b"\xc3\xa2\xe2\x82\xac" not in data:
        return data, []
    lines, mended = data.split(b"\n"), 0
    for i, line in enumerate(lines):
        if b"\xc3" in line:
            try:
                lines[i] = line.decode().encode("cp1252").decode().encode()
                mended += 1
            except UnicodeError:
                continue
    return b"\n".join(lines), [f"{mended} lines were encoded twice (Ã© for é) and mended"] if mended else []


def composed(data: bytes) -> tuple[bytes, dict[str, str]]:
    """A text with accents joined to their letters, so that headings and names are the same however they were
    typed; and how its first cells, the headings among them, were typed, by what they are now."""
    if b"\xcc" not in data and b"\xcd" not in data:
        return data, {}
    text = data.decode()
    joined = unicodedata.normalize("NFC", text)
    if joined == text:
        return data, {}
    cells = re.split(r'[,;\t|"\r\n]+', text[:_FIRST])
    return joined.encode(), {unicodedata.normalize("NFC", cell.strip()): cell.strip() for cell in cells}
