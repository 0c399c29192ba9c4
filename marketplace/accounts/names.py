"""The names of roles and countries, in the reader's language."""

from babel import Locale
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

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


def role_name(role: str) -> str:
    """A role as people call it."""
    return str(ROLE_NAMES[Role(role)])


def country_name(code: str) -> str:
    """A country by its ISO 3166 code; the code itself where the library has no name for it."""
    locale = get_locale() or Locale("id")
    return str(locale.territories.get(code, code))
