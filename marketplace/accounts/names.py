"""The names of roles and countries, in the reader's language."""

from babel import Locale
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from marketplace.accounts.access import What
from marketplace.accounts.models import Role

ROLE_NAMES = {
    Role.MEMBER: _l("Member"),
    Role.COLLECTOR: _l("Collector"),
    Role.BOOKKEEPER: _l("Bookkeeper"),
    Role.MANAGER: _l("Manager"),
    Role.BOARD: _l("Supervisory board"),
    Role.AUDITOR: _l("Auditor"),
    Role.CASE_HANDLER: _l("Case handler"),
}

HAPPENED = {
    What.SIGNED_IN: _l("Signed in"),
    What.REFUSED: _l("Wrong password or PIN"),
    What.SIGNED_OUT: _l("Signed out"),
    What.ENDED_OTHERS: _l("Signed out everywhere else"),
    What.PASSWORD: _l("New password"),
    What.PIN: _l("New PIN"),
    What.FACTOR_ON: _l("Second step set up"),
    What.FACTOR_OFF: _l("Second step taken away"),
    What.FACTOR_REFUSED: _l("Wrong digits at the second step"),
    What.CODES: _l("New codes on paper"),
    What.RECOVERED: _l("Signed in with a code on paper"),
    What.ADDRESS: _l("New e-mail address"),
}


def what_happened(what: str) -> str:
    """What was written down of an account, in words."""
    return str(HAPPENED[What(what)])


def role_name(role: str) -> str:
    """A role as people call it."""
    return str(ROLE_NAMES[Role(role)])


def country_name(code: str) -> str:
    """A country by its ISO 3166 code; the code itself where the library has no name for it."""
    locale = get_locale() or Locale("id")
    return str(locale.territories.get(code, code))
