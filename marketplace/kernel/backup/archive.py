"""The file of a backup: a zip of rows and media, a manifest of all their hashes, and a signature over the manifest.

    manifest.note       "lumbung backup\n<sha256 of manifest.json>\n", signed with the checkpoint key (C2SP signed note)
    manifest.json       what the tables are, how many rows and which hash each member has, the checkpoint, keys by name
    rows/<table>.jsonl  one JSON list a row
    media.jsonl         [key, bytes, sha256] of every file
    media/<key>         the files

The same rows and files give the same members, byte for byte, whichever engine held them.
"""

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from marketplace.config import BACKUP_LINE_BYTES_MAX, BACKUP_MANIFEST_BYTES_MAX
from marketplace.kernel.backup.errors import FileExists, NotABackup, NotWritten, OtherKey, Tampered
from marketplace.kernel.journal.canonical import canonical_bytes
from marketplace.kernel.journal.checkpoint import BadNote, Signer, Verifier, open_note, sign_note, signers_of

VERSION = 1
PIECE = 1 << 16
_NOTE, _MANIFEST, _MEDIA = "manifest.note", "manifest.json", "media.jsonl"
_TITLE = "lumbung backup"
# The zip format's first day: the time of making stands in the manifest alone.
_DAY = (1980, 1, 1, 0, 0, 0)

Advance = Callable[[int], None]


class Writer:
    """Writes the members one after another, each piece by piece; nothing is held in memory but the list of them."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file, "w", allowZip64=True)
        self._media: list[list[Any]] = []
        self._tables: dict[str, dict[str, Any]] = {}

    def table(self, name: str, kinds: Iterable[tuple[str, str]], lines: Iterable[bytes], advance: Advance) -> int:
        """Write a table's rows; gives their number."""
        rows, digest = 0, hashlib.sha256()
        with self._member(f"rows/{name}.jsonl", zipfile.ZIP_DEFLATED) as member:
            for line in lines:
                member.write(line)
                digest.update(line)
                rows += 1
                advance(1)
        columns = [list(pair) for pair in kinds]
        self._tables[name] = {"columns": columns, "rows": rows, "sha256": digest.hexdigest()}
        return rows

    def medium(self, key: str, pieces: Iterable[bytes]) -> None:
        """Write a file of the media; pictures are packed already."""
        size, digest = 0, hashlib.sha256()
        with self._member(f"media/{key}", zipfile.ZIP_STORED) as member:
            for piece in pieces:
                member.write(piece)
                digest.update(piece)
                size += len(piece)
        self._media.append([key, size, digest.hexdigest()])

    def close(self, manifest: dict[str, Any], signer: Signer) -> None:
        """Write what is in it, and sign that."""
        listed = b"".join(json.dumps(row, separators=(",", ":")).encode() + b"\n" for row in self._media)
        media = {
            "files": len(self._media),
            "bytes": sum(size for _, size, _ in self._media),
            "sha256": hashlib.sha256(listed).hexdigest(),
        }
        whole = canonical_bytes({**manifest, "version": VERSION, "tables": self._tables, "media": media})
        note = sign_note(_text(whole), signer)
        for name, data in ((_MEDIA, listed), (_MANIFEST, whole), (_NOTE, note.encode())):
            with self._member(name, zipfile.ZIP_DEFLATED) as member:
                member.write(data)
        self._zip.close()

    def end(self) -> None:
        """Let go of the file, also where writing failed half-way."""
        with suppress(OSError, ValueError):
            self._zip.close()

    @contextmanager
    def _member(self, name: str, packing: int) -> Iterator[IO[bytes]]:
        info = zipfile.ZipInfo(name, _DAY)
        info.compress_type = packing
        info.external_attr = 0o600 << 16
        with self._zip.open(info, "w", force_zip64=True) as member:
            yield member


@contextmanager
def written(path: Path) -> Iterator[Writer]:
    """A new file at `path`, there only once it is whole and on the disk; refuses a path that is taken."""
    if path.exists():
        raise FileExists(path=path)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            writer = Writer(file)
            try:
                yield writer
            finally:
                writer.end()
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise NotWritten(path=path, reason=error.strerror or str(error)) from error
    finally:
        partial.unlink(missing_ok=True)


class Reader:
    """Reads a backup whose signature holds; `check` says whether all the rest is as it was signed."""

    def __init__(self, opened: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
        self._zip = opened
        self.manifest = manifest
        self.tables: dict[str, dict[str, Any]] = manifest["tables"]

    def lines(self, name: str) -> Iterator[bytes]:
        """A table's rows, as they were written."""
        yield from self._lines(f"rows/{name}.jsonl")

    def media(self) -> Iterator[tuple[str, int, str]]:
        """Key, size in bytes and SHA-256 of every file."""
        for line in self._lines(_MEDIA):
            key, size, digest = json.loads(line)
            yield key, size, digest

    def medium(self, key: str) -> Iterator[bytes]:
        """A file, piece by piece."""
        yield from self._pieces(f"media/{key}")

    def check(self, advance: Advance) -> None:
        """Read every member again and refuse (Tampered) what is changed, missing, or was put in."""
        self._same(_MEDIA, self.manifest["media"]["sha256"])
        wanted = {_NOTE, _MANIFEST, _MEDIA}
        for name, table in self.tables.items():
            wanted.add(self._same(f"rows/{name}.jsonl", table["sha256"]))
            advance(1)
        for key, _size, digest in self.media():
            wanted.add(self._same(f"media/{key}", digest))
            advance(1)
        names = self._zip.namelist()
        if extra := set(names) - wanted:
            raise Tampered(reason=f"+ {min(extra)}")
        if len(names) != len(wanted):
            raise Tampered(reason="two members have one name")

    def _same(self, name: str, digest: str) -> str:
        found = hashlib.sha256()
        for piece in self._pieces(name):
            found.update(piece)
        if found.hexdigest() != digest:
            raise Tampered(reason=name)
        return name

    def _pieces(self, name: str) -> Iterator[bytes]:
        with _whole(name), self._zip.open(name) as member:
            while piece := member.read(PIECE):
                yield piece

    def _lines(self, name: str) -> Iterator[bytes]:
        with _whole(name), self._zip.open(name) as member:
            while line := member.readline(BACKUP_LINE_BYTES_MAX):
                yield line


@contextmanager
def opened(path: Path, verifiers: Sequence[Verifier]) -> Iterator[Reader]:
    """The backup at `path`; refuses a file that is none or is cut off, a false signature, and another house's key."""
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise NotABackup(path=path, reason=str(error)) from error
    with archive:
        try:
            whole = _small(archive, _MANIFEST)
            note = _small(archive, _NOTE).decode()
        except (KeyError, UnicodeDecodeError, OSError, zipfile.BadZipFile, zlib.error) as error:
            raise NotABackup(path=path, reason=str(error)) from error
        try:
            text = open_note(note, _verifier_of(note, verifiers))
        except BadNote as error:
            raise Tampered(reason=str(error)) from error
        if text != _text(whole):
            raise Tampered(reason=_MANIFEST)
        manifest = json.loads(whole)
        if manifest["version"] != VERSION:
            raise NotABackup(path=path, reason=f"version {manifest['version']}")
        yield Reader(archive, manifest)


def _text(manifest: bytes) -> str:
    return f"{_TITLE}\n{hashlib.sha256(manifest).hexdigest()}\n"


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as member:
        data = member.read(BACKUP_MANIFEST_BYTES_MAX + 1)
    if len(data) > BACKUP_MANIFEST_BYTES_MAX:
        raise zipfile.BadZipFile(f"{name} is too long")
    return data


def _verifier_of(note: str, verifiers: Sequence[Verifier]) -> Verifier:
    """Who of ours signed it; a good backup of another house is not a forged one: say which key it asks for."""
    signers = signers_of(note)
    for verifier in verifiers:
        if f"{verifier.name}+{verifier.key_id.hex()}" in signers:
            return verifier
    raise OtherKey(name="CHECKPOINT_KEY", key=signers[0])


@contextmanager
def _whole(name: str) -> Iterator[None]:
    try:
        yield
    except (KeyError, EOFError, OSError, zipfile.BadZipFile, zlib.error) as error:
        raise Tampered(reason=name) from error
