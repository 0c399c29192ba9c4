"""Makes the demo: a year of six invented cooperatives, through the same services that a person uses."""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from flask import current_app
from flask_babel import force_locale

from marketplace.accounts.actor import Actor
from marketplace.accounts.organisations import PLATFORM_SLUG, register_organisation
from marketplace.catalogue.listings import PhotoFile
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.journal import sequencer
from marketplace.kernel.media import clean_image
from marketplace.kernel.media_store import storage_at, store
from orders.demo import making, selling
from orders.demo.draw import DESCRIPTION, PictureSpec, specs, write_all
from orders.demo.people import People, SignInLine, found, found_platform, grant_auditor, pairing_address
from orders.demo.places import DYES, PLACES
from orders.demo.world import DAYS, Picture, World
from producers.publishing.hourly import publish_hourly

SEED = 20_261_123
ORDERS, ORDERS_FULL = 84, 400
WIDTH_PX, HEIGHT_PX = 480, 600
ACTS_PER_COMMIT = 40

Progress = Callable[[Iterable[object]], Iterable[object]]


@dataclass(frozen=True, slots=True)
class Made:
    """What the demo's maker tells: how to sign in, and the link that pairs a phone."""

    sign_ins: Sequence[SignInLine]
    pairing: str


def make_demo(*, full: bool, progress: Progress) -> Made:
    """Make the demo in an empty house; commits as it goes, and sequences the journal at the end."""
    pictures = _pictures()
    db.session().expire_on_commit = False
    now = clock.now()
    with force_locale("id"):
        world, people = _set_out(now - timedelta(days=DAYS), now, pictures)
        selling.plan(world, ORDERS_FULL if full else ORDERS)
        for count, _day in enumerate(progress(world.play())):
            if count % ACTS_PER_COMMIT == 0:
                db.session.commit()
        for coop in world.coops:
            publish_hourly(coop.manager, coop.organisation)
        grant_auditor(world, people)
        people.wait_for_approval()
        people.with_password("Pembeli Contoh", "buyer", "buyer")
        pairing = pairing_address(world.coops[-1], current_app.config["BASE_URL"])
    db.session.commit()
    sequencer.sequence()
    return Made(people.lines, pairing)


def _set_out(begin: datetime, now: datetime, pictures: list[list[Picture]]) -> tuple[World, People]:
    with clock.at(begin):
        platform = register_organisation(
            slug=PLATFORM_SLUG, name="Lumbung", currency="USD", kind="platform", zone="UTC"
        )
        people = People()
        operator = people.with_password("Operator", "operator", "operator")
        operator.is_operator = True
        actor = Actor(operator.id, is_operator=True)
        found_platform(actor, platform)
        world = World(Random(SEED), now, actor)  # noqa: S311 - the demo's chance, not a secret
        for position, (place, drawn) in enumerate(zip(PLACES, pictures, strict=True)):
            coop = found(world, people, platform, place, drawn)
            world.coops.append(coop)
            making.plan(world, coop, position)
    db.session.commit()
    return world, people


def _pictures() -> list[list[Picture]]:
    """For each cooperative the pictures of its listings, in the order in which they will be published."""
    techniques = [
        place.goods[turn % len(place.goods)].technique for place in PLACES for turn in range(2 * making.CYCLES)
    ]
    wanted = specs(len(techniques), techniques)
    files = _draw(wanted)
    each = 2 * making.CYCLES
    made = [Picture(DYES.get(spec.palette, spec.palette), file) for spec, file in zip(wanted, files, strict=True)]
    return [made[start : start + each] for start in range(0, len(made), each)]


def _draw(wanted: list[PictureSpec]) -> list[PhotoFile]:
    storage = storage_at(current_app.config["MEDIA_URL"])
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.webp" for number in range(len(wanted))]
        write_all(list(zip(wanted, paths, strict=True)), width_px=WIDTH_PX, height_px=HEIGHT_PX)

        def keep(path: Path) -> PhotoFile:
            kept = store(storage, clean_image(path.read_bytes()))
            return PhotoFile(kept.sha256, kept.width, kept.height, DESCRIPTION, is_drawn=True)

        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(keep, paths))
