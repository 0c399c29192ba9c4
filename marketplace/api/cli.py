"""`lumbung token`: keys for a cooperative's own programs."""

import click
from flask.cli import AppGroup
from sqlalchemy import select

from marketplace.accounts.models import User
from marketplace.api import tokens
from marketplace.config import API_TOKEN_DAYS_MAX
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotFound
from marketplace.kernel.forms import Email

token_commands = AppGroup("token", help="Keys for programs that use the API.")


@token_commands.command("create")
@click.argument("email")
@click.argument("organisation")
@click.option("--name", required=True, help="What the key is for, such as 'bookkeeping'.")
@click.option("--write", "may_write", is_flag=True, help="It may record, not only read.")
@click.option("--days", default=API_TOKEN_DAYS_MAX, show_default=True, help="How long it lasts.")
def create(email: str, organisation: str, name: str, may_write: bool, days: int) -> None:
    """Print a new token that acts for EMAIL in ORGANISATION; it is shown this once."""
    user = db.session.scalar(select(User).where(User.email == str(Email().deserialize(email))))
    if user is None:
        raise NotFound
    token, secret = tokens.create_token(user, organisation, name=name, may_write=may_write, days=days)
    db.session.commit()
    click.echo(f"{token.id}\n{secret}")


@token_commands.command("list")
def show() -> None:
    """List the tokens in force: id, organisation, what for, until when."""
    for token, _user, organisation in tokens.live_tokens():
        mode = "writes" if token.may_write else "reads"
        click.echo(f"{token.id}  {organisation.slug:<24} {mode}  {token.expires_at:%Y-%m-%d}  {token.name}")


@token_commands.command("revoke")
@click.argument("token_id")
def revoke(token_id: str) -> None:
    """End the token TOKEN_ID at once."""
    tokens.revoke_token(token_id)
    db.session.commit()
