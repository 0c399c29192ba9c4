"""The journey of a lot as pages tell it: what happened in order, where on the map, and the graph of its lots."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.catalogue.models import Listing
from marketplace.catalogue.story import Goods, Material, Step, Story
from marketplace.config import JOURNEYS_KEPT_MAX
from marketplace.kernel.dates import short_day
from marketplace.kernel.i18n import language
from marketplace.kernel.quantity_format import NO_BREAK_SPACE, quantity
from marketplace.storefront.journey_map import JourneyMap, journey_map, stops_of
from marketplace.storefront.lot_flow import LotFlowView, lot_flow
from marketplace.storefront.showing import claim_name

EVIDENCE_WORDS = {
    "work_records": lambda n: ngettext("%(num)s signed work record", "%(num)s signed work records", n),
    "photos": lambda n: ngettext("%(num)s photo of the work", "%(num)s photos of the work", n),
    "documents": lambda n: ngettext("%(num)s purchase document", "%(num)s purchase documents", n),
    "certificates": lambda n: ngettext("%(num)s certificate", "%(num)s certificates", n),
}


@dataclass(frozen=True, slots=True)
class Journey:
    """Entries for the component journey, the map where we have a drawing of the places, the graph where it is known."""

    entries: list[dict[str, Any]]
    map: JourneyMap | None
    flow: LotFlowView | None

    @property
    def has_evidence(self) -> bool:
        """Whether anything is told to lie inside the cooperative."""
        return any(entry["evidence"] for entry in self.entries)


def journey_of(story: Story, listing: Listing) -> Journey:
    """The journey of a lot published under `listing`; kept, since what it is drawn from was frozen at publishing."""
    nameless = replace(story, makers=0, names=(), claims=())
    return _journey(nameless, listing.title, listing.organisation.country, language())


@lru_cache(maxsize=JOURNEYS_KEPT_MAX)
def _journey(story: Story, title: str, country: str | None, _language: str) -> Journey:
    everything: list[Material | Step] = [*story.materials, *story.steps]
    happened = sorted(everything, key=lambda each: (each.on, isinstance(each, Step)))
    places = [_place(each) for each in happened]
    stops = stops_of(country, places)
    entries = [_entry(each) | {"stop": stops.get(place)} for each, place in zip(happened, places, strict=True)]
    return Journey(entries, journey_map(country, places), lot_flow(story, title))


def _place(happened: Material | Step) -> str:
    return happened.district if isinstance(happened, Step) else happened.origin


def _entry(happened: Material | Step) -> dict[str, Any]:
    if isinstance(happened, Material):
        title = _("%(material)s received", material=happened.name)
        facts = [happened.origin, *(claim_name(claim) for claim in happened.claims)]
    else:
        title = happened.name
        facts = [happened.district, _change(happened), _lost(happened), _people(happened.people)]
    return {
        "when": short_day(happened.on) if happened.on else "",
        "title": title,
        "facts": [fact for fact in facts if fact],
        "evidence": [{"text": EVIDENCE_WORDS[kind](count), "url": None} for kind, count in happened.evidence],
    }


def _change(step: Step) -> str:
    """What became of what: 24 kg of cotton became 21.6 kg of yarn."""
    inputs, outputs = _listed(step.inputs), _listed(step.outputs)
    if inputs and outputs:
        return str(_("%(inputs)s became %(outputs)s", inputs=inputs, outputs=outputs))
    return inputs or outputs


def _lost(step: Step) -> str:
    return str(_("%(mass)s lost", mass=quantity(step.loss_g, "GRM"))) if step.loss_g else ""


def _listed(goods: Sequence[Goods]) -> str:
    """Quantities with their names, one after the other."""
    return ", ".join(
        f"{quantity(each.quantity, each.unit)} {each.name}".strip() if each.quantity else each.name for each in goods
    )


def _people(count: int) -> str:
    """How many worked on it; nothing where it is not known."""
    words = str(ngettext("%(num)s person", "%(num)s people", count)) if count else ""
    return words.replace(" ", NO_BREAK_SPACE)
