"""`lumbung platform`: what the platform itself decides."""

import click
from flask.cli import with_appcontext

from marketplace.accounts.actor import SYSTEM
from marketplace.accounts.organisations import move_platform, platform
from marketplace.kernel.db import db
from producers.decisions.services import record_decision


@click.command("platform")
@click.option("--platform-fee", default="0.06", show_default=True, help="Share of a price without tax.")
@click.option("--card-fee", default="0.029", show_default=True, help="Share of a card payment, as expected.")
@click.option("--card-fee-fixed", default=30, show_default=True, help="Fixed part of it, in minor units.")
@click.option("--refund-reserve", default="0.20", show_default=True, help="Share of platform fees set aside.")
@click.option("--zone", help="Where the platform's days begin and end, such as Asia/Jakarta; UTC until told.")
@with_appcontext
def platform_command(
    platform_fee: str, card_fee: str, card_fee_fixed: int, refund_reserve: str, zone: str | None
) -> None:
    """Record the platform's own figures as a decision in force from today; a later one takes its place."""
    figures = {
        "platform_fee": platform_fee,
        "fee_rate": card_fee,
        "fee_fixed_minor": str(card_fee_fixed),
        "refund_reserve": refund_reserve,
    }
    if zone:
        move_platform(SYSTEM, zone)
    decision = record_decision(SYSTEM, platform(), title="Platform fee, card fee, refund reserve", figures=figures)
    db.session.commit()
    click.echo(f"Decision {decision.number} is in force.")
