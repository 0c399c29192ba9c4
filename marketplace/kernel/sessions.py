"""Flask's session in a signed cookie, as Flask itself reads and writes it: what depends on the keys alone is made once.

Flask makes a signer twice a request, which derives its key from the secret each time it signs or checks, and holds
every word of a session against eight tags for what JSON does not know.
"""

import hmac
import json
import zlib
from functools import cache
from typing import Any

from flask import Flask, Response
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode
from itsdangerous.signer import SigningAlgorithm

COMPACT = json.JSONEncoder(separators=(",", ":"), sort_keys=True)
UNTAGGED = frozenset({str, int, float, bool, type(None)})
TAG_BEGINS = '{" '
"""How whatever is tagged begins in JSON without spaces: an object whose one name begins with a space."""


# A compressor of the usual size first asks for 256 kB, which takes six times as long as to compress a cookie in it.
COMPRESSED_WINDOW_BITS = 12
"""It looks back over 4 kB, as many as a browser keeps."""
COMPRESSOR_MEMORY_LEVEL = 4


class Words(TaggedJSONSerializer):
    """Flask's JSON of a session; what JSON knows is not held against the tags."""

    __slots__ = ()

    def dumps(self, value: Any) -> str:
        """What is written: the same names in the same order each time."""
        return COMPACT.encode(self.tag(value))

    def tag(self, value: Any) -> Any:
        """The value, tagged where JSON does not know its kind."""
        return value if type(value) in UNTAGGED else super().tag(value)

    def loads(self, value: str) -> Any:
        """What was written, with tags only looked for where there is one."""
        return super().loads(value) if TAG_BEGINS in value else json.loads(value)


class Sha1(SigningAlgorithm):
    """HMAC with SHA-1, as Flask signs its sessions, in one call."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        """The signature of a value."""
        return hmac.digest(key, value, "sha1")


class Signer(TimestampSigner):
    """The library's signer, which derives a key from each of its secrets once."""

    def __init__(self, *keys: Any, **options: Any) -> None:
        super().__init__(*keys, **options)
        self._derived = cache(super().derive_key)

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        """The key made of a secret and the salt."""
        return self._derived(secret_key)


class Serializer(URLSafeTimedSerializer):
    """The library's serializer, with one signer for each salt and a compressor as small as a cookie."""

    def __init__(self, *keys: Any, **options: Any) -> None:
        super().__init__(*keys, **options)
        self._signers = cache(super().make_signer)

    def make_signer(self, salt: str | bytes | None = None) -> Any:
        """The signer of a salt."""
        return self._signers(salt)

    def dump_payload(self, obj: Any) -> bytes:
        """What is signed: compressed, with a dot in front, where that is shorter. Reading knows both."""
        plain = self.serializer.dumps(obj).encode()
        compressor = zlib.compressobj(wbits=COMPRESSED_WINDOW_BITS, memLevel=COMPRESSOR_MEMORY_LEVEL)
        compressed = compressor.compress(plain) + compressor.flush()
        return b"." + base64_encode(compressed) if len(compressed) < len(plain) - 1 else base64_encode(plain)


class Sessions(SecureCookieSessionInterface):
    """Flask's sessions under the keys of the settings."""

    serializer = Words()

    def __init__(self) -> None:
        self._made = cache(self._make)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer:
        """What signs and reads the cookies."""
        return self._made(app.secret_key, *(app.config["SECRET_KEY_FALLBACKS"] or ()))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the cookie where it is new; that an answer varies with cookies stands on every one (kernel/i18n.py)."""
        if self.should_set_cookie(app, session):
            super().save_session(app, session, response)

    def _make(self, secret: str, *older: str) -> URLSafeTimedSerializer:
        return Serializer(
            [*older, secret],
            salt=self.salt,
            serializer=self.serializer,
            signer=Signer,
            signer_kwargs={"key_derivation": self.key_derivation, "algorithm": Sha1()},
        )
