"""Signed checkpoints of the journal: C2SP tlog-checkpoint in a C2SP signed note, with Ed25519.

A checkpoint says in three lines whose log this is, how many leaves it has, and their root. The key texts
are those of Go's `note` package, so that other people's tools read ours.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field
from functools import cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from marketplace.kernel.journal.merkle import HASH_BYTES

NOTE_CHARACTERS_MAX = 65_536
SIGNATURES_MAX = 100
TREE_SIZE_MAX = 2**63 - 1

_ED25519 = b"\x01"
_KEY_BYTES = 32
_ID_BYTES = 4
_PRIVATE = "PRIVATE+KEY+"
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
_HEX_ID = re.compile(r"[0-9a-f]{8}")


class BadKey(ValueError):
    """A key text that is not one, or a name no key may have."""


class BadNote(ValueError):
    """A note that cannot be read, or that the given key did not sign."""


class BadCheckpoint(BadNote):
    """A note that is well signed but says no checkpoint of this log."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """The public half of a named key: it tells whether a note was signed by the private half."""

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        _refuse_name(self.name)
        if len(self.public_key) != _KEY_BYTES:
            raise BadKey(f"an Ed25519 public key has {_KEY_BYTES} bytes, not {len(self.public_key)}")

    @classmethod
    def from_vkey(cls, vkey: str) -> "Verifier":
        """Read `<name>+<key id in hex>+<base64 of 0x01 and the key>`; refuses an id that is another key's."""
        name, id_, key = _three_parts(vkey)
        verifier = cls(name, _key_material(key))
        _refuse_other_id(id_, verifier.key_id)
        return verifier

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256(name ‖ newline ‖ 0x01 ‖ public key)."""
        named = self.name.encode() + b"\n" + _ED25519 + self.public_key
        return hashlib.sha256(named).digest()[:_ID_BYTES]

    @property
    def vkey(self) -> str:
        """The key as one line of text, to be published."""
        return f"{self.name}+{self.key_id.hex()}+{_to_base64(_ED25519 + self.public_key)}"

    def signed(self, text: str, signature: bytes) -> bool:
        """Say whether the signature over the text is this key's."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """The private half of a named key. Its seed shows neither when printed nor in a traceback."""

    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        _refuse_name(self.name)
        if len(self.seed) != _KEY_BYTES:
            raise BadKey(f"an Ed25519 seed has {_KEY_BYTES} bytes, not {len(self.seed)}")

    @classmethod
    def generate(cls, name: str) -> "Signer":
        """Make a new key from the system's randomness; refuses a name with spaces or a plus sign."""
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def from_text(cls, text: str) -> "Signer":
        """Read `PRIVATE+KEY+<name>+<key id in hex>+<base64 of 0x01 and the seed>`."""
        if not text.startswith(_PRIVATE):
            raise BadKey(f"a private key begins with {_PRIVATE}")
        name, id_, key = _three_parts(text.removeprefix(_PRIVATE))
        signer = cls(name, _key_material(key))
        _refuse_other_id(id_, signer.verifier.key_id)
        return signer

    def to_text(self) -> str:
        """Give the private key as one line of text, to be kept secret."""
        return f"{_PRIVATE}{self.name}+{self.verifier.key_id.hex()}+{_to_base64(_ED25519 + self.seed)}"

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self._key().public_key().public_bytes_raw())

    def sign(self, text: str) -> bytes:
        """Sign a text; the same text always gets the same signature."""
        return self._key().sign(text.encode())

    def _key(self) -> Ed25519PrivateKey:
        return _private_key(self.seed)


@cache
def _private_key(seed: bytes) -> Ed25519PrivateKey:
    """A house has one, and signs ten times a second."""
    return Ed25519PrivateKey.from_private_bytes(seed)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log was at one moment: whose, how many leaves, and their RFC 6962 root."""

    origin: str
    size: int
    root: bytes


def sign_note(text: str, signer: Signer) -> str:
    """Give the text with the signer's line below it.

    Refuses a text that does not end in a newline, holds control characters or is too long.
    """
    _refuse_text(text)
    if not text.endswith("\n"):
        raise BadNote("the text of a note ends in a newline")
    signature = _to_base64(signer.verifier.key_id + signer.sign(text))
    return f"{text}\n— {signer.name} {signature}\n"


def open_note(note: str, verifier: Verifier) -> str:
    """Give a note's text once the verifier's key is found to have signed it.

    Signatures of other keys are passed over, as the specification asks. Refuses a malformed note, one
    without a signature by this key, and one where this key's signature is false.
    """
    _refuse_text(note)
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise BadNote("a note is a text, an empty line and lines with signatures")
    text += "\n"
    signatures = [_signature_line(line) for line in lines.removesuffix("\n").split("\n", SIGNATURES_MAX)]
    if len(signatures) > SIGNATURES_MAX:
        raise BadNote(f"more than {SIGNATURES_MAX} signatures")
    ours = [mark for name, id_, mark in signatures if (name, id_) == (verifier.name, verifier.key_id)]
    if not ours:
        raise BadNote(f"no signature by {verifier.name}")
    if not all(verifier.signed(text, mark) for mark in ours):
        raise BadNote(f"the signature by {verifier.name} is false")
    return text


def signers_of(note: str) -> list[str]:
    """Give `<name>+<key id in hex>` of each signature on a note, held or not; refuses a malformed note."""
    _refuse_text(note)
    lines = note.rpartition("\n\n")[2].removesuffix("\n").split("\n", SIGNATURES_MAX)
    return [f"{name}+{id_.hex()}" for name, id_, _mark in map(_signature_line, lines)]


def make_checkpoint(origin: str, size: int, root: bytes, signer: Signer) -> str:
    """Sign the log's size (in leaves) and root as a checkpoint.

    Refuses an origin that is not the signer's name, a size outside 0 to 2^63 − 1 and a root that is
    not 32 bytes.
    """
    if origin != signer.name:
        raise BadCheckpoint("the origin is the name of the key that signs it")
    if not 0 <= size <= TREE_SIZE_MAX:
        raise BadCheckpoint(f"a log cannot have {size} leaves")
    if len(root) != HASH_BYTES:
        raise BadCheckpoint(f"a root has {HASH_BYTES} bytes, not {len(root)}")
    return sign_note(f"{origin}\n{size}\n{_to_base64(root)}\n", signer)


def open_checkpoint(note: str, verifier: Verifier) -> Checkpoint:
    """Give what a checkpoint says once its signature holds.

    Further lines are allowed and passed over. Refuses a bad note, another log's origin, and a size or
    root not written as the specification writes them.
    """
    lines = open_note(note, verifier).removesuffix("\n").split("\n")
    if len(lines) < 3 or not all(lines):
        raise BadCheckpoint("a checkpoint is three lines or more, none empty")
    origin, size, root = lines[:3]
    if origin != verifier.name:
        raise BadCheckpoint(f"the checkpoint is of {origin}, not of {verifier.name}")
    if not _DECIMAL.fullmatch(size) or int(size) > TREE_SIZE_MAX:
        raise BadCheckpoint("the size is not a plain decimal number of leaves")
    try:
        root_hash = _from_base64(root)
    except ValueError as error:
        raise BadCheckpoint("the root is not base64") from error
    if len(root_hash) != HASH_BYTES:
        raise BadCheckpoint(f"a root has {HASH_BYTES} bytes, not {len(root_hash)}")
    return Checkpoint(origin, int(size), root_hash)


def _signature_line(line: str) -> tuple[str, bytes, bytes]:
    dash, _, rest = line.partition(" ")
    name, space, signature = rest.partition(" ")
    try:
        raw = _from_base64(signature)
        _refuse_name(name)
    except ValueError as error:
        raise BadNote("a signature line cannot be read") from error
    if dash != "—" or not space or len(raw) <= _ID_BYTES:
        raise BadNote("a signature line is a dash, a name, and base64 of key id and signature")
    return name, raw[:_ID_BYTES], raw[_ID_BYTES:]


def _refuse_text(text: str) -> None:
    if len(text) > NOTE_CHARACTERS_MAX:
        raise BadNote(f"a note has at most {NOTE_CHARACTERS_MAX} characters")
    if _CONTROL.search(text):
        raise BadNote("a note holds no control characters other than newlines")
    if not _is_unicode(text):
        raise BadNote("a note is valid UTF-8")


def _refuse_name(name: str) -> None:
    if not name or "+" in name or any(sign.isspace() for sign in name) or _CONTROL.search(name):
        raise BadKey("a key's name is not empty and holds neither spaces nor plus signs")
    if not _is_unicode(name):
        raise BadKey("a key's name is valid UTF-8")


def _refuse_other_id(written: str, computed: bytes) -> None:
    if not _HEX_ID.fullmatch(written) or bytes.fromhex(written) != computed:
        raise BadKey("the key id does not belong to this name and key")


def _three_parts(text: str) -> tuple[str, str, str]:
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise BadKey("a key is a name, an id and base64, joined by plus signs")
    return parts[0], parts[1], parts[2]


def _key_material(text: str) -> bytes:
    try:
        raw = _from_base64(text)
    except ValueError as error:
        raise BadKey("the key is not base64") from error
    if raw[:1] != _ED25519:
        raise BadKey("the key is not an Ed25519 key")
    return raw[1:]


def _from_base64(text: str) -> bytes:
    """Decode base64 that has one spelling: padding present, unused bits zero, no other characters."""
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if _to_base64(raw) != text:
        raise ValueError("not canonical base64")
    return raw


def _to_base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
