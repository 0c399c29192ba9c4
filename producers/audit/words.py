"""What looks and roles are called on a page; the codes are what is stored."""

from flask_babel import lazy_gettext as _l

from marketplace.accounts.models import Role

LOOKS = {
    "payslip": _l("a payslip"),
    "payslips": _l("the list of payslips"),
    "record": _l("a record"),
    "wage_check": _l("the hourly check"),
    "work": _l("work waiting for sign-off"),
}
"""What was looked at."""

ROLES = {
    Role.MEMBER.value: _l("Member"),
    Role.COLLECTOR.value: _l("Collector"),
    Role.BOOKKEEPER.value: _l("Bookkeeper"),
    Role.MANAGER.value: _l("Manager"),
    Role.BOARD.value: _l("Supervisory board"),
    Role.AUDITOR.value: _l("Auditor"),
    Role.CASE_HANDLER.value: _l("Case handler"),
}
"""As what she looked."""
