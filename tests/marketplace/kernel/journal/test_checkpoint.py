import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.journal.checkpoint import (
    NOTE_CHARACTERS_MAX,
    SIGNATURES_MAX,
    BadCheckpoint,
    BadKey,
    BadNote,
    Checkpoint,
    Signer,
    Verifier,
    make_checkpoint,
    open_checkpoint,
    open_note,
    sign_note,
)

ORIGIN = "lumbung.example/journal"
SIGNER = Signer(ORIGIN, bytes(range(32)))
OTHER = Signer(ORIGIN, bytes(32))
ROOT = hashlib.sha256(b"root").digest()

# The well-known pair from the documentation of Go's golang.org/x/mod/sumdb/note.
GO_PRIVATE = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_NOTE = GO_TEXT + (
    "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_go_keys_and_notes_are_read_and_written_alike() -> None:
    signer, verifier = Signer.from_text(GO_PRIVATE), Verifier.from_vkey(GO_PUBLIC)

    assert signer.verifier == verifier
    assert signer.to_text() == GO_PRIVATE
    assert verifier.vkey == GO_PUBLIC
    assert open_note(GO_NOTE, verifier) == GO_TEXT
    assert sign_note(GO_TEXT, signer) == GO_NOTE


def test_a_new_key_survives_being_written_down() -> None:
    signer = Signer.generate(ORIGIN)

    assert Signer.from_text(signer.to_text()) == signer
    assert Verifier.from_vkey(signer.verifier.vkey) == signer.verifier
    assert Signer.generate(ORIGIN) != signer


def test_the_key_id_is_the_start_of_a_hash_over_name_and_key() -> None:
    public = Ed25519PrivateKey.from_private_bytes(SIGNER.seed).public_key().public_bytes_raw()

    expected = hashlib.sha256(ORIGIN.encode() + b"\n\x01" + public).digest()[:4]

    assert SIGNER.verifier.key_id == expected
    assert SIGNER.verifier.vkey.split("+")[1] == expected.hex()


def test_a_seed_does_not_show_when_its_signer_is_printed() -> None:
    assert repr(SIGNER) == f"Signer(name='{ORIGIN}')"


@pytest.mark.parametrize(
    "vkey",
    ["", "a", "a+b", "+c74f20a3+AQ==",
     GO_PUBLIC.replace("c74f20a3", "c74f20a4"),
     GO_PUBLIC.replace("c74f20a3", "C74F20A3"),
     GO_PUBLIC.replace("PeterNeumann", "Peter Neumann"),
     GO_PUBLIC.replace("PeterNeumann", "PeterNeuman"),
     GO_PUBLIC.replace("+ARpc", "+AhpC"),
     GO_PUBLIC + "=", GO_PUBLIC[:-4], GO_PUBLIC + "\n", "PeterNeumann+c74f20a3+AQ", "\ud800+c74f20a3+AQ=="],
)  # fmt: skip
def test_a_public_key_that_is_none_is_refused(vkey: str) -> None:
    with pytest.raises(BadKey):
        Verifier.from_vkey(vkey)


@pytest.mark.parametrize(
    "text",
    ["", GO_PUBLIC, GO_PRIVATE.removeprefix("PRIVATE+"), GO_PRIVATE[:-4], GO_PRIVATE.replace("c74f", "c74e")],
)
def test_a_private_key_that_is_none_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(BadKey) as refusal:
        Signer.from_text(text)

    assert "AYEKFALVFGyN" not in str(refusal.value)


@given(st.text())
def test_any_text_is_a_key_or_is_refused_by_name(text: str) -> None:
    for read in (Verifier.from_vkey, Signer.from_text):
        with pytest.raises(BadKey):
            read(text)


@given(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_opens_to_what_was_signed(size: int, root: bytes) -> None:
    note = make_checkpoint(ORIGIN, size, root, SIGNER)

    assert open_checkpoint(note, SIGNER.verifier) == Checkpoint(ORIGIN, size, root)
    assert note.split("\n")[:4] == [ORIGIN, str(size), base64.b64encode(root).decode(), ""]


NOTE = make_checkpoint(ORIGIN, 42, ROOT, SIGNER)


@given(st.integers(0, len(NOTE) - 1), st.characters(exclude_categories=["Cs"]))
def test_a_checkpoint_with_any_one_character_changed_is_refused(at: int, sign: str) -> None:
    changed = NOTE[:at] + sign + NOTE[at + 1 :]

    if changed != NOTE:
        with pytest.raises(BadNote):
            open_checkpoint(changed, SIGNER.verifier)


@given(st.text())
def test_any_text_is_a_note_or_is_refused_by_name(text: str) -> None:
    with pytest.raises(BadNote):
        open_note(text, SIGNER.verifier)


def test_a_signature_by_another_key_of_the_same_name_is_not_ours() -> None:
    with pytest.raises(BadNote, match="no signature by"):
        open_checkpoint(make_checkpoint(ORIGIN, 42, ROOT, OTHER), SIGNER.verifier)


def test_lines_by_other_keys_are_passed_over_and_false_ones_of_ours_are_not() -> None:
    witness = sign_note(NOTE.rpartition("\n\n")[0] + "\n", Signer("witness.example", bytes(32)))
    line = witness.splitlines(keepends=True)[-1]
    false = NOTE.replace("\n42\n", "\n43\n").splitlines(keepends=True)[-1]
    forged = f"— {ORIGIN} {base64.b64encode(SIGNER.verifier.key_id + bytes(64)).decode()}\n"

    assert open_checkpoint(NOTE + line, SIGNER.verifier).size == 42
    assert open_checkpoint(NOTE + false, SIGNER.verifier).size == 42
    with pytest.raises(BadNote, match="is false"):
        open_checkpoint(NOTE + forged, SIGNER.verifier)
    with pytest.raises(BadNote, match="is false"):
        open_checkpoint(NOTE.replace("\n42\n", "\n43\n"), SIGNER.verifier)


@pytest.mark.parametrize(
    "body",
    [f"{ORIGIN}\n42\n", f"{ORIGIN}\n042\n{base64.b64encode(ROOT).decode()}\n",
     f"{ORIGIN}\n-1\n{base64.b64encode(ROOT).decode()}\n",
     f"{ORIGIN}\n{2**63}\n{base64.b64encode(ROOT).decode()}\n",
     f"{ORIGIN}\n٤٢\n{base64.b64encode(ROOT).decode()}\n",
     f"{ORIGIN}\n42\n{base64.b64encode(ROOT[:-1]).decode()}\n",
     f"{ORIGIN}\n42\n{ROOT.hex()}!\n",
     f"{ORIGIN}\n42\n{base64.b64encode(ROOT).decode()}\n\nmore\n",
     f"other.example\n42\n{base64.b64encode(ROOT).decode()}\n"],
)  # fmt: skip
def test_a_well_signed_note_that_is_no_checkpoint_of_this_log_is_refused(body: str) -> None:
    with pytest.raises(BadCheckpoint):
        open_checkpoint(sign_note(body, SIGNER), SIGNER.verifier)


def test_further_lines_of_a_checkpoint_are_passed_over() -> None:
    body = NOTE.rpartition("\n\n")[0] + "\nfurther 1\n"

    assert open_checkpoint(sign_note(body, SIGNER), SIGNER.verifier) == Checkpoint(ORIGIN, 42, ROOT)


def test_what_must_not_be_signed_is_refused() -> None:
    for refused in (
        lambda: make_checkpoint("other.example", 1, ROOT, SIGNER),
        lambda: make_checkpoint(ORIGIN, -1, ROOT, SIGNER),
        lambda: make_checkpoint(ORIGIN, 2**63, ROOT, SIGNER),
        lambda: make_checkpoint(ORIGIN, 1, b"", SIGNER),
        lambda: sign_note("no newline", SIGNER),
        lambda: sign_note("a\ttab\n", SIGNER),
        lambda: sign_note("\ud800\n", SIGNER),
        lambda: sign_note("x" * NOTE_CHARACTERS_MAX + "\n", SIGNER),
        lambda: open_note(NOTE + NOTE.splitlines(keepends=True)[-1] * SIGNATURES_MAX, SIGNER.verifier),
    ):
        with pytest.raises(BadNote):
            refused()
    with pytest.raises(BadKey):
        Signer("two words", bytes(32))
    with pytest.raises(BadKey):
        Signer(ORIGIN, bytes(31))
    with pytest.raises(BadKey):
        Verifier(ORIGIN, bytes(31))
