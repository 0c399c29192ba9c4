"""The frozen story of a lot, read with care: only what is named here ever leaves the building.

Publishing writes the story once; a key that is missing reads as nothing, one we do not know is never shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

EVIDENCE = ("work_records", "photos", "documents", "certificates")


@dataclass(frozen=True, slots=True)
class Goods:
    """A quantity of something that goes into a step or comes out of it; `quantity` in units of `unit`.

    `code` tells one lot from another and is not shown: what is not published has no page. An auxiliary input, such as
    dye, brings no mass.
    """

    name: str
    quantity: str
    unit: str
    code: str = ""
    mass_g: int = 0
    is_main: bool = True


@dataclass(frozen=True, slots=True)
class Claim:
    """What all main inputs held on the day; shown until `until`."""

    name: str
    until: str = ""


@dataclass(frozen=True, slots=True)
class Material:
    """Something bought for the lot, with where it comes from."""

    name: str
    origin: str
    claims: tuple[Claim, ...]
    on: str
    code: str = ""
    evidence: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done to the lot; a place is a district, never finer."""

    on: str
    name: str
    kind: str
    district: str
    people: int
    inputs: tuple[Goods, ...]
    outputs: tuple[Goods, ...]
    loss_g: int
    evidence: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """Where a lot comes from and who worked on it, as published."""

    code: str
    name: str
    quantity: str
    unit: str
    makers: int
    names: tuple[str, ...]
    claims: tuple[Claim, ...]
    materials: tuple[Material, ...]
    steps: tuple[Step, ...]


def read_story(frozen: Mapping[str, Any], names: Iterable[str] = ()) -> Story:
    """The story as published; materials and steps in the order of their days, `names` of makers who agreed to it."""
    lot = _mapping(frozen.get("lot"))
    return Story(
        code=str(lot.get("code", "")),
        name=str(lot.get("name", "")),
        quantity=str(lot.get("quantity", "")),
        unit=str(lot.get("unit", "")),
        makers=int(frozen.get("makers") or 0),
        names=tuple(names) or tuple(str(name) for name in _listed(frozen.get("names"))),
        claims=_claims(frozen.get("claims")),
        materials=tuple(
            sorted((_material(entry) for entry in _listed(frozen.get("materials"))), key=lambda each: each.on)
        ),
        steps=tuple(sorted((_step(entry) for entry in _listed(frozen.get("steps"))), key=lambda each: each.on)),
    )


def claims_in_force(claims: Sequence[Claim], today: date) -> tuple[Claim, ...]:
    """The claims that have not expired: an expired one drops off by itself."""
    return tuple(claim for claim in claims if not claim.until or claim.until >= today.isoformat())


def _claims(entries: Any) -> tuple[Claim, ...]:
    claims = []
    for entry in _listed(entries):
        if isinstance(entry, Mapping):
            claims.append(Claim(str(entry.get("name", "")), str(entry.get("until") or "")))
        else:
            claims.append(Claim(str(entry)))
    return tuple(claim for claim in claims if claim.name)


def _material(entry: Any) -> Material:
    entry = _mapping(entry)
    return Material(
        str(entry.get("name", "")),
        str(entry.get("origin") or ""),
        _claims(entry.get("claims")),
        str(entry.get("on") or ""),
        str(entry.get("code") or ""),
        _evidence(entry.get("evidence")),
    )


def _step(entry: Any) -> Step:
    entry = _mapping(entry)
    return Step(
        on=str(entry.get("on") or ""),
        name=str(entry.get("name", "")),
        kind=str(entry.get("kind") or "process"),
        district=str(entry.get("district") or ""),
        people=int(entry.get("people") or 0),
        inputs=_goods(entry.get("inputs")),
        outputs=_goods(entry.get("outputs")),
        loss_g=int(entry.get("loss_g") or 0),
        evidence=_evidence(entry.get("evidence")),
    )


def _goods(entries: Any) -> tuple[Goods, ...]:
    read = (_mapping(entry) for entry in _listed(entries))
    return tuple(
        Goods(
            str(each.get("name", "")),
            str(each.get("quantity", "")),
            str(each.get("unit", "")),
            str(each.get("code") or ""),
            int(each.get("mass_g") or 0),
            each.get("role", "main") == "main",
        )
        for each in read
    )


def _evidence(entry: Any) -> tuple[tuple[str, int], ...]:
    """How many pieces of each known kind of evidence lie inside the cooperative; none where there are none."""
    counted = _mapping(entry)
    return tuple((kind, int(counted.get(kind) or 0)) for kind in EVIDENCE if counted.get(kind))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
