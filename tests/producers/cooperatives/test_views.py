"""The console's first page, members, consent, certificates, and the files behind records."""

import io
from datetime import date

import pytest
from PIL import Image

from marketplace.accounts.actor import SYSTEM
from marketplace.accounts.models import Role
from marketplace.config import PAGE_SIZE
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.invariants import run_all
from producers.cooperatives import today
from producers.cooperatives.evidence import file_evidence
from producers.cooperatives.models import Certificate, Consent, ConsentRefusal, Member
from producers.cooperatives.queries import consenting
from producers.cooperatives.services import enrol_member, give_consent, record_certificate, revoke_consent

DAY = date(2026, 11, 23)
CERTIFICATE = {"kind": "organic", "holder": "Nita", "issuer": "Control Union", "number": "CU-8"}


@pytest.fixture(autouse=True)
def _on_that_day():
    with clock.at(DAY):
        yield


@pytest.fixture
def maria(house):
    return house.do(enrol_member, name="Maria Nona")


def photo(colour: str = "blue") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "PNG")
    return out.getvalue()


def upload(data: bytes, name: str = "paper.png"):
    return io.BytesIO(data), name


# --- today ------------------------------------------------------------------------------------------------------------


def test_a_new_cooperative_is_shown_its_first_steps(house):
    page = house.person().get("/k/weavers/")

    assert page.h1 == "Monday, 23 November"
    assert page.follow("Enrol a member").h1 == "Enrol a member"


def test_the_oldest_duty_stands_first_and_alone_is_filled(house, app):
    def duties(organisation):
        yield today.Duty(3, "orders to pack", "Pack", "members.index", since=date(2026, 11, 21))
        yield today.Duty(5, "records unsigned", "Sign", "members.index", since=date(2026, 11, 14), hint="from Dao L.")
        yield today.Duty(9, "notes without a day", "Read", "members.index")

    today.add_duties(app, duties)
    page = house.person().get("/k/weavers/")

    lines = list(page.find("ul", class_="waiting").iter("li"))
    assert ["".join(line.itertext()).split()[0] for line in lines] == ["5", "3", "9"]
    assert "the oldest for 9 days, from Dao L." in page.words
    assert [a.text for a in page.find_all("a", class_="button-main")] == ["Sign"]


def test_a_duty_that_the_reader_may_not_do_is_not_shown(house, app):
    today.add_duties(app, lambda organisation: [today.Duty(1, "thing", "Do it", "members.new")])

    assert "Do it" in house.person().get("/k/weavers/").words
    assert "Do it" not in house.person(Role.AUDITOR).get("/k/weavers/").words


def test_debts_are_summed_and_shown_to_whom_wages_are(house, app):
    def debts(organisation):
        yield today.Debt("34 members", "Wages", 3187000000, "members.index", date(2026, 11, 30))
        yield today.Debt("Nita", "Cotton", 415000000, "members.index", date(2026, 11, 21))

    today.add_debts(app, debts)
    shown = house.person(Role.AUDITOR).get("/k/weavers/")

    assert "Rp36,020,000" in shown.words
    assert "2 days late" in shown.words
    assert "Rp36,020,000" not in house.person(Role.COLLECTOR).get("/k/weavers/").words


# --- members ----------------------------------------------------------------------------------------------------------


def test_enrolling_leads_on_to_consent(house):
    page = house.person().get("/k/weavers/members/new").form().fill(name="Maria Nona", sex="f").send()

    assert page.h1 == "What does Maria Nona agree to?"
    page = page.form().fill(kinds=["show_labour_amount", "photo"], how="thumb_print").send()
    assert "Thumb print on paper" in page.words
    member = house.read(lambda: db.session.scalars(db.select(Member)).one())
    assert (member.number, member.sex, member.joined_on) == ("M-1", "f", DAY)


@pytest.mark.parametrize("language", ["en", "id"])
def test_a_refused_member_loses_nothing_that_was_typed(house, language):
    page = house.person(language=language).get("/k/weavers/members/new").form()
    page = page.fill(name="Maria", joined_on="yesterday", birth_year="84").send(status=422)

    assert set(page.errors()) == {"joined_on"}
    assert page.form().values["name"] == "Maria"
    page = page.form().fill(joined_on="2026-01-01").send(status=422)
    assert set(page.errors()) == {"birth_year"}


def test_a_number_is_given_once(house, maria):
    page = house.person().get("/k/weavers/members/new").form().fill(name="Other", number="M-1").send(status=409)

    assert "M-1" in page.alerts[0]
    assert page.form().values["name"] == "Other"


def test_the_register_is_corrected(house, maria):
    page = house.person().get(f"/k/weavers/members/{maria}/edit").form().fill(name="Maria Noni").send()

    assert page.h1 == "Maria Noni"


def test_she_leaves_and_is_listed_among_those_who_left(house, maria):
    manager = house.person()

    too_early = manager.get(f"/k/weavers/members/{maria}/leave").form().fill(left_on="2020-01-01").send(status=422)
    too_early.form().fill(left_on="2026-11-23").send()

    with clock.at(date(2026, 11, 24)):
        assert "Maria" not in manager.get("/k/weavers/members").words
        assert "Maria" in manager.get("/k/weavers/members?gone=1").words


def test_consent_is_given_with_how_and_taken_back(house, maria):
    manager = house.person()
    form = manager.get(f"/k/weavers/members/{maria}/consents").form()

    form.fill(kinds=["show_name"]).send(status=422)
    form.fill(kinds=["show_name"], how="signed").send()
    assert house.read(lambda: consenting([maria], "show_name")) == {maria}
    manager.get(f"/k/weavers/members/{maria}/consents").form().fill(kinds=None).send()

    assert house.read(lambda: consenting([maria], "show_name")) == frozenset()
    assert house.read(lambda: db.session.scalars(db.select(Consent)).one().revoked_at) is not None


def test_a_no_is_recorded_once_and_a_withdrawal_shown_with_its_day(house, maria):
    manager = house.person()
    assert manager.get(f"/k/weavers/members/{maria}").words.count("not asked yet") == 3
    assert "1 member not asked for consent yet" in manager.get("/k/weavers/").words

    manager.get(f"/k/weavers/members/{maria}/consents").form().fill(kinds=["photo"], how="signed").send()
    with clock.at(date(2026, 11, 30)):
        page = manager.get(f"/k/weavers/members/{maria}/consents").form().fill(kinds=None).send()

    assert "Show photos in which she can be seen withdrawn 30 Nov" in page.words
    assert "Show her name beside her pieces said no Signed on paper, 23 Nov" in page.words
    assert "said no" in manager.get("/k/weavers/members").words
    assert "not asked for consent" not in manager.get("/k/weavers/").words
    refused = house.read(lambda: sorted(db.session.scalars(db.select(ConsentRefusal.kind))))
    assert refused == ["show_labour_amount", "show_name"]
    manager.get(f"/k/weavers/members/{maria}/consents").form().fill(kinds=["show_name"], how="thumb_print").send()
    assert "given Thumb print on paper" in manager.get(f"/k/weavers/members/{maria}").words
    assert house.read(lambda: list(run_all())) == []


def test_a_list_takes_four_statements_whatever_its_length(house):
    def enrol():
        from tests.producers.conftest import organisation

        weavers = organisation("weavers")
        people = [enrol_member(SYSTEM, weavers, name=f"Weaver {i:03}") for i in range(PAGE_SIZE + 6)]
        give_consent(SYSTEM, people[0], "show_labour_amount", how="signed")
        give_consent(SYSTEM, people[1], "show_labour_amount", how="signed")
        revoke_consent(SYSTEM, people[1], "show_labour_amount")

    house.make(enrol)
    manager = house.person()

    with house.counted() as statements:
        page = manager.get("/k/weavers/members")

    assert len(statements) <= 4, statements  # the names, then the page
    assert "30 people" in page.words
    assert [words in page.words for words in ("given", "withdrawn", "not asked yet")] == [True] * 3
    last = page.follow("Next")
    assert "Weaver 029" in last.words
    assert "Weaver 023" not in last.words
    manager.get("/k/weavers/members?page=99")
    manager.get("/k/weavers/members?page=-1")


def test_members_are_sought_by_a_part_of_name_or_number(house, maria):
    house.do(enrol_member, name="100% Dewi")
    form = house.person().get("/k/weavers/members").form("q")

    assert "Maria" in form.fill(q="nona").send().words
    assert "Dewi" in form.fill(q="100%").send().words
    assert "Maria" not in form.fill(q="%").send().words


# --- certificates and evidence ----------------------------------------------------------------------------------------


def file_certificate(visitor, **answers):
    form = visitor.get("/k/weavers/certificates/new").form()
    return form.fill(**{**CERTIFICATE, "valid_from": "2026-01-01", "valid_until": "2026-12-31", **answers})


def test_a_certificate_is_filed_with_its_document(house):
    page = file_certificate(house.person(), document=upload(photo())).send()

    assert "ends soon" in page.words
    served = page.follow("See document")
    assert served.response.mimetype == "image/webp"
    assert served.response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_refused_certificate_keeps_the_chosen_file(house):
    page = file_certificate(house.person(), valid_until="2025-12-31", document=upload(photo())).send(status=422)

    assert set(page.errors()) == {"valid_until"}
    page.form().fill(valid_until="2027-01-01").send()
    assert house.read(lambda: db.session.scalars(db.select(Certificate)).one().document_sha256)


def test_a_note_of_a_kept_file_is_worth_nothing_elsewhere(house):
    page = file_certificate(house.person(), valid_until="2025-12-31", document=upload(photo())).send(status=422)
    note = page.form().values["document_kept"]
    answers = {**CERTIFICATE, "valid_from": "2026-01-01", "valid_until": "2026-12-31", "document_kept": note}

    house.person(on="others").post("/k/others/certificates/new", answers)

    assert house.read(lambda: db.session.scalars(db.select(Certificate)).one().document_sha256) is None


@pytest.mark.parametrize("data", [b"<svg onload='x()'/>", b"MZ...", b"%PDF-1.7 cut off"])
def test_what_is_no_paper_is_refused_at_its_field(house, data):
    page = file_certificate(house.person(), document=upload(data)).send(status=422)

    assert set(page.errors()) == {"document"}
    assert page.form().values["issuer"] == "Control Union"


def test_the_same_paper_twice_is_one_row(house):
    assert house.do(evidence_hash) == house.do(evidence_hash)


def test_certificates_show_whether_they_hold(house):
    for number, ends in (("old", date(2026, 11, 1)), ("new", date(2028, 1, 1))):
        house.do(record_certificate, **{**CERTIFICATE, "number": number}, valid_from=date(2026, 1, 1), valid_until=ends)

    page = house.person().get("/k/weavers/certificates")

    assert "ended 1 Nov 2026" in page.words
    assert "in date until 1 Jan 2028" in page.words


def evidence_hash(actor, organisation) -> str:
    return file_evidence(actor, organisation, photo()).sha256
