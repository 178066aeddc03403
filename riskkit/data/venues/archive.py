"""Takes the one file out of a zip archive that a stranger made: in memory, under the expected name, up to a size."""

import zipfile
import zlib
from io import BytesIO
from typing import IO

from riskkit.errors import DataError

PART = 1 << 20
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
REMEDY = "fetch it again later; if it stays so, tell the source"


def only_member(content: bytes, name: str, *, most_bytes: int = 200_000_000) -> bytes:
    """Return the only file of a zip archive.

    Parameters
    ----------
    content : bytes
        The archive.
    name : str
        The name that the file must have.
    most_bytes : int
        Largest size of the unpacked file, as declared and as found.

    Returns
    -------
    bytes

    Raises
    ------
    DataError
        No zip, or a broken one; several files, or one of another name (a path to somewhere else is another name); an
        encrypted file; a file that is too large.

    Examples
    --------
    >>> import io, zipfile
    >>> packed = io.BytesIO()
    >>> with zipfile.ZipFile(packed, "w") as archive:
    ...     archive.writestr("prices.csv", "1,2,3")
    >>> only_member(packed.getvalue(), "prices.csv")
    b'1,2,3'
    >>> only_member(packed.getvalue(), "other.csv")
    Traceback (most recent call last):
    riskkit.errors.DataError: the archive holds something else; got ['prices.csv']; expected only other.csv; remedy: ...
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            member = _member(archive, name, most_bytes)
            with archive.open(member) as stream:
                return _unpacked(stream, name, most_bytes)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as cause:
        if isinstance(cause, DataError):
            raise
        raise DataError(
            "the archive is broken", got=str(cause) or type(cause).__name__, expected=f"a zip with {name}",
            remedy=REMEDY,
        ) from cause  # fmt: skip


def _member(archive: zipfile.ZipFile, name: str, most_bytes: int) -> zipfile.ZipInfo:
    members = archive.infolist()
    # orig_filename: zipfile cuts names at a NUL byte
    if [member.orig_filename for member in members] != [name]:
        listed = [member.orig_filename for member in members[:3]]
        raise DataError(
            "the archive holds something else", got=f"{listed}{' ...' if len(members) > 3 else ''}",
            expected=f"only {name}", remedy=REMEDY,
        )  # fmt: skip
    member = members[0]
    if member.compress_type not in PACKINGS:
        raise DataError(
            "the archive is packed in an unusual way", got=f"method {member.compress_type}",
            expected="stored or deflated", remedy=REMEDY,
        )  # fmt: skip
    if member.file_size > most_bytes:
        raise _too_large(name, member.file_size, most_bytes)
    return member


def _unpacked(stream: IO[bytes], name: str, most_bytes: int) -> bytes:
    """Read part by part, for what an archive declares need not be what it holds."""
    parts, size = [], 0
    while part := stream.read(PART):
        parts.append(part)
        size += len(part)
        if size > most_bytes:
            raise _too_large(name, size, most_bytes)
    return b"".join(parts)


def _too_large(name: str, size: int, most_bytes: int) -> DataError:
    return DataError(
        "the file in the archive is too large", got=f"{name} of {size:,} bytes or more",
        expected=f"at most {most_bytes:,}", remedy=REMEDY,
    )  # fmt: skip
