"""Every address as `lumbung routes --json` lists it, with examples in its blanks.

EXAMPLES is the one registry. A new blank, or a form field that names an object, gets a line here and its object in
world.py; without it the test of completeness fails and names the address.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from flask import Flask

from marketplace.accounts.models import Role
from marketplace.cli import cli
from tests.matrix.world import World

Found = TypeVar("Found")
ABSENT = "0" * 26
BLANK = re.compile(r"<(?:[^:<>]+:)?(\w+)>")

# Blank, or blank and the beginning of the rule where it means something else there → what stands in it, by name.
EXAMPLES: dict[str, tuple[str, ...]] = {
    "code": ("trace_code",),
    "decision_id": ("decision",),
    "device_id": ("device",),
    "filename": ("static",),
    "invitation_id": ("invitation",),
    "kind": ("=payslip",),
    "listing_id": ("listing",),
    "lot_id": ("cloth", "yarn"),
    "lot_id /k/<organisation>/lots/<lot_id>/": ("cloth",),
    "lot_id /k/<organisation>/lots/<lot_id>/cost": ("brought",),
    "lot_id /k/<organisation>/materials": ("yarn",),
    "member_id": ("ani", "budi"),
    "member_id /k/<organisation>/materials/books/<member_id>/<lot_id>": ("budi",),
    "member_id /k/<organisation>/pay/new": ("budi",),
    "member_id /s/<organisation>/slips": ("maria",),
    "membership_id": ("membership",),
    "money_back_id": ("money_back",),
    "note_id": ("note",),
    "number": ("order",),
    "number /k/<organisation>/credit-notes": ("credit_note",),
    "number /operator/credit-notes": ("credit_note",),
    "number /receipts": ("credit_note",),
    "number /operator/transfers": ("awaited",),
    "organisation": ("organisation",),
    "organisation_id": ("waiting",),
    "paper_id": ("paper",),
    "paper_id /s/<organisation>/me/slip": ("delivery",),
    "payment_id": ("supplier_payment",),
    "payout_id": ("payout",),
    "payslip_id": ("slip",),
    "payslip_id /k/<organisation>/pay/<payslip_id>/approve": ("prepared",),
    "purchase_id": ("bought",),
    "record_id": ("work", "bought", "done_step", "slip", "payment", "decision", "supplier_payment"),
    "session_id": ("session",),
    "sha256": ("photo",),
    "sha256 /k/": ("evidence",),
    "slip_id": ("delivery",),
    "slug /cooperatives": ("organisation",),
    "slug /operator/payouts": ("organisation",),
    "slug /products": ("listing_slug",),
    "step_id": ("open_step", "done_step"),
    "step_id /k/<organisation>/steps/<step_id>/discard": ("open_step",),
    "token /confirm": ("confirm_token",),
    "token /invitation": ("invitation_token",),
    "token /new-pin": ("pin_token",),
    "token /orders": ("awaited_token",),
    "token /p/": ("personal_token",),
    "token /pair": ("pairing_token",),
    "token /receipts": ("receipt_token",),
    "token /receipts/<token>/credit-notes": ("back_token",),
    "token /reset": ("reset_token",),
    "user_id": ("maria_user",),
    "width": ("=320",),
}

# Fields of a form that name an object, where the address does not: tried like a blank of it.
FIELDS: dict[str, dict[str, str]] = {
    "POST /k/<organisation>/work": {"step_id": "open_step"},
    "POST /k/<organisation>/pay/check": {"member_id": "budi"},
    "POST /basket/add": {"listing_id": "listing"},
}

# What is there and not public: to a visitor it is as absent as nothing.
HIDDEN: dict[str, str] = {
    "code": "yarn_code",
    "sha256 /media": "evidence",
    "slug /cooperatives": "waiting_slug",
    "slug /products": "hidden_slug",
    "user_id": "collector_user",
}

# What no row has, where it must look like something else than an id.
NOBODY = {"width": "999", "sha256": "0" * 64, "number": "O-999999", "kind": "nothing", "filename": "css/absent.css"}


@dataclass(frozen=True)
class Door:
    """One method of one address with an example named for each of its blanks and form fields."""

    method: str
    rule: str
    policy: str
    blanks: Mapping[str, str] = field(hash=False)
    fields: Mapping[str, str] = field(hash=False)

    def __str__(self) -> str:
        tried = ", ".join(name for name in (*self.blanks.values(), *self.fields.values()) if name != "organisation")
        return f"{self.method} {self.rule} ({tried})"

    @property
    def roles(self) -> frozenset[str] | None:
        """The roles that a door of a cooperative opens to; None where it belongs to no cooperative."""
        roles, of, _organisation = self.policy.partition(" of <organisation>")
        return frozenset(roles.rpartition("token of ")[2].split(", ")) if of else None

    @property
    def is_for_programs(self) -> bool:
        """Whether a token opens it, and no cookie."""
        return self.rule.startswith("/api/")

    @property
    def is_personal(self) -> bool:
        """Whether only the member herself has anything behind it."""
        return self.rule.startswith("/s/<organisation>/me")

    @property
    def objects(self) -> list[str]:
        """The blanks and fields that name an object of a cooperative, apart from the cooperative."""
        named = {**self.blanks, **self.fields}
        return [name for name, example in named.items() if name != "organisation" and not example.startswith("=")]

    def filled(self, world: World, **instead: str) -> tuple[str, dict[str, str]]:
        """Address and form with own examples; `instead` says "other", "absent" or "hidden" for a blank or field."""
        values = {
            name: self._value(world, name, example, instead.get(name, "own"))
            for name, example in {**self.blanks, **self.fields}.items()
        }
        address = BLANK.sub(lambda found: values[found[1]], self.rule)
        return address, {name: values[name] for name in self.fields}

    def _value(self, world: World, name: str, example: str, whose: str) -> str:
        if whose == "absent":
            return NOBODY.get(name, ABSENT)
        if whose == "hidden":
            example = hidden_example(self, name) or ""
        if example.startswith("="):
            return example[1:]
        objects = world.other if whose == "other" else world.own
        return objects[example] if example in objects else world.house[example]


def doors(app: Flask) -> list[Door]:
    """Every method of every address, once for each example of its blanks."""
    return [door for route in listed(app) for method in route["methods"] for door in _variants(route, str(method))]


def listed(app: Flask) -> list[dict[str, list[str] | str]]:
    """The routes as the command prints them."""
    printed = app.test_cli_runner().invoke(cli, ["routes", "--json"])
    routes: list[dict[str, list[str] | str]] = json.loads(printed.output)
    return routes


def missing(app: Flask) -> list[str]:
    """The addresses for whose blanks nobody has registered an example."""
    return sorted(
        {
            f"{route['rule']}: <{name}> has no example in tests/matrix/doors.py"
            for route in listed(app)
            for name in BLANK.findall(str(route["rule"]))
            if not _examples(name, str(route["rule"]))
        }
    )


def known_roles() -> set[str]:
    """The roles that a policy may name."""
    return {role.value for role in Role}


def _variants(route: Mapping[str, list[str] | str], method: str) -> Iterator[Door]:
    rule, policy = str(route["rule"]), str(route["policy"])
    names = BLANK.findall(rule)
    fields = FIELDS.get(f"{method} {rule}", {})
    choices = {name: _examples(name, rule) for name in names}
    for turn in range(max((len(examples) for examples in choices.values()), default=1)):
        chosen = {name: examples[turn % len(examples)] for name, examples in choices.items() if examples}
        yield Door(method, rule, policy, chosen, fields)


def hidden_example(door: Door, name: str) -> str | None:
    """The name of something that stands there and is not public, where there is such a thing."""
    return _registered(HIDDEN, name, door.rule)


def _examples(name: str, rule: str) -> tuple[str, ...]:
    return _registered(EXAMPLES, name, rule) or ()


def _registered(registry: Mapping[str, Found], name: str, rule: str) -> Found | None:
    """What is registered for a blank, by the longest beginning of a rule that fits."""
    begins = {key: key.removeprefix(name).lstrip(" ") for key in registry if key.split(" ")[0] == name}
    fitting = [key for key, beginning in begins.items() if rule.startswith(beginning)]
    return registry[max(fitting, key=len)] if fitting else None
