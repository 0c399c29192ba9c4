"""`lumbung operator`: the first person who may approve cooperatives."""

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from marketplace.accounts.actor import SYSTEM
from marketplace.accounts.credentials import create_user
from marketplace.accounts.models import User
from marketplace.accounts.organisations import set_up_platform
from marketplace.accounts.resets import issue_reset
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
