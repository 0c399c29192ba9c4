"""Cooperatives from inside: members, their consent, certificates with evidence and expiry, numbers."""

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Plug in the tables, the console's first page, and the pages of members and certificates."""
    from marketplace.accounts import console, invitations, persons
    from marketplace.kernel import outbox
    from producers.cooperatives import certificate_views, erasing, joining, member_views, models, today, views, waiting

    app.extensions["cooperatives"] = models
    for part in (views, member_views, certificate_views):
        app.register_blueprint(part.blueprint)
    console.add_entry(app, _l("Today"), "cooperatives.today", order=0)
    console.add_entry(app, _l("Members"), "members.index", order=85)
    console.add_entry(app, _l("Certificates"), "certificates.index", order=87)
    today.add_duties(app, waiting.duties)
    today.add_first_steps(app, waiting.first_steps)
    persons.register(app, erasing)
    outbox.subscribe(app, invitations.ACCEPTED, "cooperatives.joining.note_user", joining.note_user)
