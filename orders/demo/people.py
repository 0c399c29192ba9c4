"""Who is in the demo, and how they sign in. One password and one PIN for all, and said so: it is a demo."""

from dataclasses import dataclass
from datetime import timedelta

from marketplace.accounts.actor import SYSTEM, Actor
from marketplace.accounts.credentials import create_user, hash_password, hash_pin
from marketplace.accounts.devices import make_pairing_link
from marketplace.accounts.models import Organisation, Role, User
from marketplace.accounts.organisations import approve_organisation, grant_role, register_organisation
from marketplace.accounts.registration import register_cooperative
from marketplace.catalogue.listings import publish_profile
from marketplace.config import AUDIT_GRANT_DAYS_MAX
from marketplace.kernel import clock
from marketplace.kernel.money import Money
from orders.checkout.terms import name_bank_account, set_delivery_price
from orders.demo.places import WAITING, Place
from orders.demo.world import Coop, Picture, World, actor_of
from producers.cooperatives.models import Member
from producers.cooperatives.services import enrol_member, give_consent, record_certificate, record_opening_cash
from producers.decisions.services import record_decision
from producers.fairprice.services import record_benchmark
from producers.materials.services import register_supplier

PASSWORD = "kapas-perahu-lonceng"  # noqa: S105 - printed at the end, on purpose
PIN = "280519"
DOMAIN = "demo.example"
HOURS_A_DAY, HOURS_A_MONTH = 8, 208


@dataclass(frozen=True, slots=True)
class SignInLine:
    """One way to sign in, as printed when the demo is made."""

    role: str
    name: str
    secret: str


class People:
    """Makes users under one hash each of the demo's password and PIN: hashing is slow on purpose."""

    def __init__(self) -> None:
        self._password_hash = hash_password(PASSWORD)
        self._pin_hash = hash_pin(PIN)
        self._phones = iter(f"+6281200000{number:03d}" for number in range(1000))
        self.lines: list[SignInLine] = []

    def with_password(self, name: str, local: str, role: str) -> User:
        """A user with an e-mail address and the demo's password."""
        email = f"{local}@{DOMAIN}"
        self.lines.append(SignInLine(role, email, PASSWORD))
        return create_user(name=name, email=email, password_hash=self._password_hash, confirmed=True)

    def with_pin(self, name: str) -> User:
        """A user with a phone and the demo's PIN."""
        phone = next(self._phones)
        user = create_user(name=name, phone=phone, pin_hash=self._pin_hash)
        if not any(line.role == "member" for line in self.lines):
            self.lines.append(SignInLine("member", phone, PIN))
        return user

    def wait_for_approval(self) -> None:
        """One cooperative that registered today and is not public yet."""
        cooperative, country, district, currency, name, email = WAITING
        contact = create_user(name=name, email=email, password_hash=self._password_hash, confirmed=True)
        register_cooperative(
            cooperative=cooperative, country=country, district=district, currency=currency, contact=contact
        )


def found_platform(operator: Actor, platform: Organisation) -> None:
    """The platform's own decisions and where transfers go: the card fee it reckons with, what it sets aside."""
    figures = {"fee_rate": "0.029", "fee_fixed_minor": "30", "refund_reserve": "0.20"}
    record_decision(SYSTEM, platform, title="Perkiraan biaya pembayaran dan cadangan pengembalian", figures=figures)
    record_opening_cash(SYSTEM, platform, Money(500_000, platform.currency))
    for currency in ("USD", "IDR"):
        account = {"holder": "Lumbung (contoh)", "bank": "Bank Contoh", "number": "000 123 456"}
        name_bank_account(operator, currency=currency, **account)


def found(world: World, people: People, platform: Organisation, place: Place, pictures: list[Picture]) -> Coop:
    """A cooperative registers, is approved, takes in members and decides."""
    organisation = register_organisation(
        slug=place.slug,
        name=place.name,
        currency=place.currency,
        country=place.country,
        district=place.district,
        zone=place.zone,
    )
    approve_organisation(world.operator, organisation)
    manager = _staff(people, organisation, place.manager, "manager", Role.MANAGER)
    bookkeeper = _staff(people, organisation, place.bookkeeper, "bookkeeper", Role.BOOKKEEPER)
    _staff(people, organisation, f"Pengawas {place.district}", "board", Role.BOARD)
    members = [_member(manager, people, organisation, name) for name in place.members]
    _consent(manager, place, members)
    _decide(manager, platform, organisation, place)
    record_opening_cash(manager, organisation, Money.parse(place.living_month, place.currency).times(40))
    supplier = register_supplier(manager, organisation, name=place.supplier, district=place.district)
    certificate = record_certificate(
        manager,
        organisation,
        kind="organic",
        holder=place.supplier,
        issuer="Lembaga Sertifikasi Contoh",
        number=f"ORG-{place.country}-{place.since_year}",
        valid_from=clock.today(),
        valid_until=clock.today() + timedelta(days=250 if place.country == "PH" else 700),
    )
    _deliver(manager, organisation, place)
    _benchmarks(manager, organisation, place)
    publish_profile(
        manager,
        organisation,
        summary=place.summary,
        story=place.story,
        members_count=len(members),
        since_year=place.since_year,
        selvedge=place.selvedge,
    )
    return Coop(place, organisation, manager, bookkeeper, members, supplier, certificate, iter(pictures))


def pairing_address(coop: Coop, base_url: str) -> str:
    """The link that turns a phone into this cooperative's own, so that the name tiles show."""
    return f"{base_url}/pair/{make_pairing_link(coop.manager, coop.organisation)}"


def grant_auditor(world: World, people: People) -> None:
    """An outside auditor who may read two cooperatives for a while."""
    auditor = people.with_password("Lembaga Pemeriksa Contoh", "auditor", "auditor")
    ends_at = clock.now() + timedelta(days=AUDIT_GRANT_DAYS_MAX - 1)
    for coop in (world.coops[0], world.coops[-1]):
        grant_role(coop.manager, auditor, coop.organisation, Role.AUDITOR, ends_at=ends_at)


def _staff(people: People, organisation: Organisation, name: str, local: str, role: Role) -> Actor:
    user = people.with_password(name, f"{local}.{organisation.slug}", f"{role.value}, {organisation.slug}")
    grant_role(SYSTEM, user, organisation, role)
    return actor_of(user, organisation, role.value)


def _member(manager: Actor, people: People, organisation: Organisation, name: str) -> Member:
    user = people.with_pin(name)
    grant_role(manager, user, organisation, Role.MEMBER)
    return enrol_member(manager, organisation, name=name, user_id=user.id, sex="f")


def _consent(manager: Actor, place: Place, members: list[Member]) -> None:
    """Most agree that their pay for an item shows. In Takeo one does not, so her items show one sum."""
    for position, member in enumerate(members):
        if not (place.country == "KH" and position == 1):
            give_consent(manager, member, "show_labour_amount", how="tanda tangan")
        if position % 2 == 0:
            give_consent(manager, member, "show_name", how="tanda tangan")


def _decide(manager: Actor, platform: Organisation, organisation: Organisation, place: Place) -> None:
    craft = place.craft
    decided = {f"rate:{craft.prepare.lower()}": craft.prepare_rate, f"rate:{craft.make.lower()}": craft.piece_rate}
    rates = {kind: str(Money.parse(rate, place.currency).minor) for kind, rate in decided.items()}
    record_decision(
        manager,
        organisation,
        title="Rapat anggota pertama: ongkos, premi, cadangan, dan siapa menanggung susut",
        figures={
            **place.rules,
            "loss_rule": "Cadangan pengembalian, lalu koperasi. Tidak pernah anggota.",
            **rates,
        },
        minutes="Dibacakan dalam bahasa setempat, disetujui dengan angkat tangan.",
        present=len(place.members) + 3,
        votes_for=len(place.members) + 2,
        votes_abstained=1,
    )
    figures = {f"platform_fee:{organisation.slug}": "0.06"}
    record_decision(SYSTEM, platform, title=f"Biaya aplikasi untuk {organisation.name}", figures=figures)


def _deliver(manager: Actor, organisation: Organisation, place: Place) -> None:
    for reach, price in (("home", place.home_parcel), ("abroad", place.abroad_parcel)):
        amount = Money.parse(price, place.currency)
        set_delivery_price(manager, organisation, reach=reach, price=amount, title=f"Paket dari {place.district}")


def _benchmarks(manager: Actor, organisation: Organisation, place: Place) -> None:
    rows = (("minimum", place.minimum_day, HOURS_A_DAY), ("living", place.living_month, HOURS_A_MONTH))
    for kind, amount, hours in rows:
        record_benchmark(
            manager,
            organisation,
            kind=kind,
            amount=Money.parse(amount, place.currency),
            hours=hours,
            source="Angka contoh untuk demo, bukan patokan sungguhan",
            reviewed_by=place.manager,
            valid_from=clock.today(),
            valid_until=clock.today() + timedelta(days=540),
        )
