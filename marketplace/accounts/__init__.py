"""Users, server-side sessions, organisations and their roles; sign-in, invitations, shared phones."""

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Plug in sign-in, the accounts' pages and letters, and their places in the console."""
    from marketplace.accounts import (
        access,
        addresses,
        console,
        erasing,
        exporting,
        invitations,
        letters,
        names,
        operator_pages,
        persons,
        resets,
        sessions,
    )
    from marketplace.accounts.cli import operator_command, second_step_off_command, sign_out_command
    from marketplace.accounts.person_cli import erase_command, export_command
    from marketplace.accounts.views import blueprint, operator
    from marketplace.kernel import jobs, limits, outbox
    from marketplace.kernel.exports import add_export

    sessions.init_app(app)
    console.init_app(app)
    operator_pages.init_app(app)
    operator_pages.add_page(app, _l("What waits"), "accounts.desk", order=0)
    operator_pages.add_page(app, _l("Cooperatives"), "accounts.waiting", order=10)
    operator_pages.add_duties(app, operator.duties)
    app.register_blueprint(blueprint)
    app.jinja_env.filters["role_name"] = names.role_name
    app.jinja_env.filters["what_happened"] = names.what_happened
    operator_pages.add_page(app, _l("Sign-ins"), "accounts.all_sign_ins", order=90)
    console.add_entry(app, _l("People"), "accounts.people", order=90)
    console.add_entry(app, _l("Shared phones"), "accounts.phones", order=95)
    outbox.subscribe(app, resets.TOPIC, "accounts.letters.reset", letters.send_reset)
    outbox.subscribe(app, invitations.TOPIC, "accounts.letters.invitation", letters.send_invitation)
    outbox.subscribe(app, addresses.TOPIC, "accounts.letters.confirmation", letters.send_confirmation)
    outbox.subscribe(app, addresses.NEW_TOPIC, "accounts.letters.new_address", letters.send_new_address)
    outbox.subscribe(app, addresses.CHANGED_TOPIC, "accounts.letters.changed", letters.send_address_changed)
    outbox.subscribe(app, access.TOPIC, "accounts.letters.access", letters.send_access, reads_first=True)
    persons.register(app, erasing)
    for command in (operator_command, second_step_off_command, sign_out_command, export_command, erase_command):
        app.cli.add_command(command)
    add_export("ledger", "A cooperative's book, posting by posting.", exporting.ledger)
    jobs.every(app, 10, "limits.sweep", limits.sweep)
    jobs.every(app, 60, "accounts.forget_old", access.forget_old)
