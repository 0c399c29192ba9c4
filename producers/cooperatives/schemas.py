"""What may be typed in about members, their consent and certificates."""

from typing import Any

from flask_babel import gettext as _
from marshmallow import ValidationError, fields, validate, validates_schema

from marketplace.kernel import clock
from marketplace.kernel.forms import Count, Day, Form, PastDay, Text
from producers.cooperatives.words import CLAIMS, CONSENTS, SEXES, WAYS

AGE_MAX = 110


class MemberForm(Form):
    """A working person, as the cooperative's register names her."""

    name = Text(required=True, max=120)
    joined_on = PastDay(required=True)
    sex = fields.String(load_default=None, validate=validate.OneOf(tuple(SEXES)))
    birth_year = Count(load_default=None)

    @validates_schema
    def _was_born(self, values: dict[str, Any], **_kwargs: Any) -> None:
        year, this_year = values.get("birth_year"), clock.today().year
        if year is not None and not this_year - AGE_MAX <= year <= this_year:
            raise ValidationError({"birth_year": [_("Enter the year in four digits, for example 1984.")]})


class NewMemberForm(MemberForm):
    """A new member; without a number she gets the next free one."""

    number = Text(max=24, load_default=None)


class LeaveForm(Form):
    """The day a member left."""

    left_on = Day(required=True)


class ConsentForm(Form):
    """Everything a member agrees to from now on, and how she said so."""

    kinds = fields.List(fields.String(validate=validate.OneOf(tuple(CONSENTS))), load_default=list)
    how = fields.String(load_default="", validate=validate.OneOf(("", *WAYS)))


class CertificateForm(Form):
    """A paper that backs a claim."""

    kind = fields.String(required=True, validate=validate.OneOf(tuple(CLAIMS)))
    holder = Text(required=True, max=120)
    issuer = Text(required=True, max=120)
    number = Text(required=True, max=60)
    scope = Text(load_default="", max=1000, lines=True)
    valid_from = Day(required=True)
    valid_until = Day(required=True)

    @validates_schema
    def _ends_after_it_begins(self, values: dict[str, Any], **_kwargs: Any) -> None:
        if values["valid_until"] < values["valid_from"]:
            raise ValidationError({"valid_until": [_("The last day lies before the first. Correct one of the two.")]})
