"""What operators are written when something in the house does not hold."""

from typing import Any

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy import select

from marketplace.accounts.models import User
from marketplace.kernel.check_log import CheckRun
from marketplace.kernel.db import db
from marketplace.kernel.letters import send_once
from marketplace.kernel.mail import Letter, address_of


def tell_operators(payload: dict[str, Any]) -> None:
    """Write to every operator what a check found, once a check; tables, rows and checks, never what stands in them."""
    run = db.session.get(CheckRun, payload["check_id"])
    if run is None:
        return
    operators = db.session.scalars(select(User).where(User.is_operator, User.email.is_not(None)).order_by(User.id))
    letters = [(f"check:{run.id}:{user.id}", _letter(run, user)) for user in operators]
    for key, letter in letters:
        send_once(key, letter)


def _letter(run: CheckRun, user: User) -> Letter:
    assert user.email is not None
    with force_locale(user.language):
        subject = ngettext("Lumbung: one thing does not hold", "Lumbung: %(num)s things do not hold", run.broken)
        found = "\n".join(f"- {each['table']} {each['row']} ({each['check']})" for each in run.findings)
        paragraphs = [
            _("A check of the whole house found what must not be:"),
            found,
            _("Change nothing yet: make a backup and run lumbung verify."),
            _("What then stands in docs/operator.md under “When verify fails”."),
            address_of("watch.state"),
        ]
        return Letter(user.email, subject, "\n\n".join(paragraphs) + "\n")
