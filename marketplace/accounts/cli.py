"""`lumbung operator`: the first person who may approve cooperatives; and what only the server's keeper may do."""

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from marketplace.accounts import second_factor
from marketplace.accounts.access import NOBODY, What, note
from marketplace.accounts.actor import SYSTEM
from marketplace.accounts.credentials import create_user
from marketplace.accounts.models import User
from marketplace.accounts.organisations import set_up_platform
from marketplace.accounts.resets import issue_reset
from marketplace.accounts.sessions import close_all_sessions, close_everybodys_sessions, live_sessions
from marketplace.kernel.db import db
from marketplace.kernel.forms import Email
from marketplace.kernel.mail import address_of


@click.command("operator")
@click.argument("email")
@click.option("--name", default="Operator", help="How she is addressed.")
@with_appcontext
def operator_command(email: str, name: str) -> None:
    """Make EMAIL an operator and print the link with which she sets her password."""
    email = str(Email().deserialize(email))
    user = db.session.scalar(select(User).where(User.email == email)) or create_user(name=name, email=email)
    user.is_operator = True
    set_up_platform(SYSTEM, user)
    link = address_of("accounts.reset", token=issue_reset(user))
    db.session.commit()
    click.echo(link)


@click.command("second-step-off")
@click.argument("email")
@with_appcontext
def second_step_off_command(email: str) -> None:
    """Take the second step away of EMAIL, whose phone and codes are lost; know her by more than a letter first."""
    user = _user_with(email)
    if not second_factor.remove(user.id):
        raise click.ClickException("This account has no second step.")
    close_all_sessions(user)
    note(user, What.FACTOR_OFF, NOBODY, by="command")
    db.session.commit()
    click.echo("Taken away. The person was written to and is signed out everywhere.")


@click.command("sign-out")
@click.argument("email", required=False)
@click.option("--all", "everybody", is_flag=True, help="Everybody, for instance after a breach.")
@with_appcontext
def sign_out_command(email: str | None, everybody: bool) -> None:
    """End every session of EMAIL, or with --all of everybody."""
    if bool(email) == everybody:
        raise click.UsageError("Give one e-mail address, or --all.")
    if everybody:
        ended = close_everybodys_sessions()
    else:
        user = _user_with(email or "")
        ended = len(live_sessions(user.id))
        close_all_sessions(user)
    db.session.commit()
    click.echo(f"{ended} sessions ended.")


def _user_with(email: str) -> User:
    user = db.session.scalar(select(User).where(User.email == str(Email().deserialize(email))))
    if user is None:
        raise click.ClickException("No account has this address.")
    return user
