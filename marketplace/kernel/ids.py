"""Identifiers: sortable record ids, public codes, secret tokens."""

import hashlib
import os
import secrets
import threading
import time

_BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U to misread
_PAIRS = [first + second for first in _BASE32 for second in _BASE32]
CODE_LENGTH = 10


_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """A ULID: 48 bits of milliseconds and 80 random bits, 26 characters that sort by time.

    Two made in one process within a millisecond sort in the order in which they were made.
    """
    global _last  # noqa: PLW0603 - the one state of this module
    milliseconds = time.time_ns() // 1_000_000
    with _lock:
        if milliseconds <= _last >> 80:
            _last += 1 + secrets.randbits(32)
        else:
            _last = milliseconds << 80 | int.from_bytes(os.urandom(10))
        return _encode(_last, 26)


def public_code() -> str:
    """A random code of ten characters that a person can read from a label (50 bits)."""
    return _encode(secrets.randbits(5 * CODE_LENGTH), CODE_LENGTH)


def normal_code(text: str) -> str:
    """The code as stored: upper case, with the letters people confuse read as digits."""
    return text.strip().upper().replace("O", "0").replace("I", "1").replace("L", "1")


def secret_token() -> str:
    """A token of 256 random bits for a link or a session; store only its hash."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a token: its SHA-256. The token itself has full entropy, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def _encode(number: int, length: int) -> str:
    """Two characters at a time; both lengths are even, and a transaction makes ids by the dozen."""
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(5 * length - 10, -1, -10)])
