"""What a check of a receipt found, and the sentence that says it: one place for page and command line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l

SHOWN_CHARACTERS_MAX = 60

_HOLDS: dict[str, Any] = {
    "readable": _l("The receipt can be read (lines: %(lines)s, currency: %(currency)s)."),
    "purposes": _l("Every amount has a purpose from the published list, in its order."),
    "statuses": _l("Every amount says whether it is paid, paid and not yet confirmed, owed, or declared."),
    "charge_sums": _l("On every line the amounts sum to what was paid less what was refunded (%(currency)s)."),
    "origin_sums": _l("The same holds in each seller's own currency."),
    "totals": _l("The lines sum to the whole receipt."),
    "refunds": _l("Nothing was refunded beyond what was paid."),
    "sealed": _l("The receipt carries its proof."),
    "leaf": _l("The journal entry in the proof can be read."),
    "fingerprint": _l("The receipt is letter for letter the one the journal recorded."),
    "signature": _l("The state of the journal is signed by %(name)s."),
    "checkpoint": _l("The receipt repeats the signed state as it was signed."),
    "inclusion": _l("The receipt is entry %(entry)s of the %(size)s entries in the signed journal."),
}

_FAILS: dict[str, Any] = {
    "readable": _l("The receipt cannot be read: “%(field)s” is missing or is not what it must be."),
    "purposes": _l("Line %(line)s: the purpose “%(purpose)s” is not in the list, or not in its place."),
    "statuses": _l("Line %(line)s: the status “%(status)s” is not in the list, or not in its place."),
    "charge_sums": _l(
        "Line %(line)s: the amounts sum to %(sum)s, but paid less refunded is %(expected)s "
        "(in the smallest unit of %(currency)s)."
    ),
    "origin_sums": _l(
        "Line %(line)s: in the seller's currency the amounts sum to %(sum)s, but paid less refunded is "
        "%(expected)s (in the smallest unit of %(currency)s)."
    ),
    "totals": _l(
        "The lines sum to %(paid)s paid and %(refunded)s refunded, but the receipt says %(expected_paid)s "
        "and %(expected_refunded)s (in the smallest unit of %(currency)s)."
    ),
    "refunds": _l("Line %(line)s: more was refunded than was paid, or an amount is below zero."),
    "sealed": _l("The receipt carries no proof. If it is new it is still being sealed: fetch it again soon."),
    "key": _l("The public key cannot be read."),
    "leaf": _l("The journal entry in the proof cannot be read."),
    "fingerprint": _l("The receipt is not the one the journal recorded: something in it was changed."),
    "signature": _l("The state of the journal is not signed by %(name)s."),
    "checkpoint": _l("The receipt repeats the signed state wrongly: “%(field)s” is another."),
    "inclusion": _l("The receipt is not among the entries of the signed journal."),
}

CODES = tuple(_FAILS)
"""Every code a finding may have; `key` is only ever found wanting."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked: what, whether it holds, and the figures that fill its sentence."""

    code: str
    ok: bool
    params: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The finding in the reader's language."""
        return str((_HOLDS if self.ok else _FAILS)[self.code]) % self.params

    def __str__(self) -> str:
        return self.sentence


def all_hold(findings: Iterable[Finding]) -> bool:
    """Say whether everything that was checked holds."""
    return all(finding.ok for finding in findings)


def shown(value: object) -> str:
    """Give a stranger's text fit to be printed: short, without control characters or broken signs."""
    if not isinstance(value, str):
        return "?"
    text = value[:SHOWN_CHARACTERS_MAX].encode("utf-8", "replace").decode()
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
