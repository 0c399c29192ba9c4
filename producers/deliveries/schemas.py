"""What is typed on the capture screens; one schema each for form, check and save."""

import re

from marshmallow import validate

from marketplace.config import SLIP_GRAMS_MAX, SLIP_HOURS_MAX, SLIP_PIECES_MAX
from marketplace.kernel.forms import Amount, Count, Day, Form, Number, Text


class SlipForm(Form):
    """A slip as typed at the door; blanks are nothing."""

    client_key = Text(required=True, max=60)
    lot_id = Text(load_default="", max=40)
    issued = Count(load_default=0, validate=validate.Range(max=SLIP_GRAMS_MAX))
    rate_key = Text(load_default="", max=72)
    good = Count(load_default=0, validate=validate.Range(max=SLIP_PIECES_MAX))
    to_repair = Count(load_default=0, validate=validate.Range(max=SLIP_PIECES_MAX))
    paid = Amount(load_default=0)


class WeighForm(Form):
    """What the scales say of a slip's pieces."""

    lot_id = Text(required=True, max=40)
    used_g = Count(required=True, validate=validate.Range(min=1, max=SLIP_GRAMS_MAX))
    good = Count(required=True, validate=validate.Range(min=1, max=SLIP_PIECES_MAX))
    mass_g = Count(required=True, validate=validate.Range(min=1, max=SLIP_GRAMS_MAX))
    least_g = Count(required=True, validate=validate.Range(min=1, max=SLIP_GRAMS_MAX))
    hours = Number(required=True, validate=validate.Range(min=0, max=SLIP_HOURS_MAX, min_inclusive=False))
    override_reason = Text(load_default="")
    name = Text(load_default="", max=120)


class VoidForm(Form):
    """Why a slip is wrong."""

    reason = Text(required=True)


class DayForm(Form):
    """The day whose slips are listed."""

    day = Day()


class MonthForm(Form):
    """The month of a recap, such as 2026-11."""

    month = Text(max=7, validate=validate.Regexp(re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")))
