"""A checkpoint key is changed: what the old one signed still holds, for the house and for who holds a receipt."""

import pytest
from flask import Flask

from marketplace import config
from marketplace.kernel.db import db
from marketplace.kernel.journal import sequencer, verify
from marketplace.kernel.journal.checkpoint import Signer, Verifier
from marketplace.kernel.journal.findings import Finding
from marketplace.kernel.journal.keys import verifier_text, verifier_texts
from marketplace.kernel.journal.receipt_proof import all_hold, receipt_sha256, verify_by_any
from marketplace.ledger.services import open_book


@pytest.fixture
def engine() -> str:
    return "sqlite"


def event(name: str) -> None:
    open_book(name)
    db.session.commit()
    sequencer.sequence()


def broken() -> list[str]:
    found = [each.check for each in [*verify.check_head(), *verify.check_journal()]]
    db.session.rollback()
    return found


def test_after_a_change_both_keys_checkpoints_hold_and_the_address_shows_both(app: Flask) -> None:
    with app.app_context():
        event("silk")
        old = verifier_text()
        app.config["CHECKPOINT_KEY"] = Signer.generate("lumbung.test").to_text()
        assert broken() == ["checkpoint", "checkpoint"]

        app.config["CHECKPOINT_RETIRED_KEYS"] = [old]
        assert broken() == []
        event("batik")
        assert broken() == []

        shown = app.test_client().get("/.well-known/lumbung.vkey").get_data(as_text=True)
        assert shown.splitlines() == verifier_texts() == [verifier_text(), old]


def test_a_receipt_is_judged_by_the_key_that_signed_it(monkeypatch: pytest.MonkeyPatch) -> None:
    by_key = {
        "new": [Finding("signature", False)],
        "old": [Finding("signature", True)],
        "none": [Finding("key", False)],
    }
    monkeypatch.setattr("marketplace.kernel.journal.receipt_proof.verify_receipt", lambda _receipt, key: by_key[key])

    assert all_hold(verify_by_any({}, ["new", "old"]))
    assert verify_by_any({}, ["new", "none"]) == by_key["new"]
    assert receipt_sha256({"a": 1}) == receipt_sha256({"a": 1, "proof": {}})


def test_fresh_keys_are_printed_and_can_be_used(app: Flask) -> None:
    answer = app.test_cli_runner().invoke(args=["keys", "new", "lumbung.example.org"])

    lines = dict(line.split("=", 1) for line in answer.stdout.splitlines() if not line.startswith("#"))
    signing = Signer.from_text(lines["CHECKPOINT_KEY"])
    public = answer.stdout.splitlines()[-1].rpartition(" ")[2]
    assert signing.name == "lumbung.example.org"
    assert Verifier.from_vkey(public) == signing.verifier
    assert len({lines["SECRET_KEY"], lines["FIELD_KEYS"]}) == 2
    assert config.load({**lines, "FIELD_KEYS": [lines["FIELD_KEYS"]], "LUMBUNG_ENV": "test"})["CHECKPOINT_KEY"]
    assert app.test_cli_runner().invoke(args=["keys", "new", "a name"]).exit_code == 2


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"CHECKPOINT_KEY": "22" * 32}, "begins with"),
        ({"CHECKPOINT_RETIRED_KEYS": ["nonsense"]}, "lumbung keys new"),
        ({"CHECKPOINT_RETIRED_KEYS": [Signer("another", b"\x24" * 32).verifier.vkey]}, "the name of the present one"),
    ],
)
def test_a_key_that_cannot_be_used_stops_the_start(settings: dict[str, object], says: str) -> None:
    sound = {"LUMBUNG_ENV": "test", "CHECKPOINT_KEY": Signer("lumbung.test", b"\x22" * 32).to_text()}

    with pytest.raises(config.BadSetting, match=says):
        config.load({**sound, **settings})
