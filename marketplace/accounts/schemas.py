"""What the forms of the accounts take."""

from flask_babel import gettext as _
from marshmallow import ValidationError, fields, validate, validates_schema

from marketplace.accounts.models import Role
from marketplace.accounts.registration import ZONES
from marketplace.config import AUDIT_GRANT_DAYS_MAX, PASSWORD_CHARACTERS_MAX
from marketplace.kernel.forms import Count, Email, Form, Phone, Secret, Text
from marketplace.kernel.i18n import LANGUAGES
from marketplace.kernel.money import EXPONENTS

SECRET = validate.Length(max=PASSWORD_CHARACTERS_MAX)
NAME_CHARACTERS_MAX = 120
DISTRICT_CHARACTERS_MAX = 80
LABEL_CHARACTERS_MAX = 60
CODE_CHARACTERS_MAX = 40


class SignInForm(Form):
    """An e-mail address with a password, or a phone number with a PIN."""

    who = Text(required=True, max=254)
    password = Secret(required=True, validate=SECRET)
    next = fields.String(load_default="")


class PinForm(Form):
    """The PIN of the person whose name was tapped."""

    pin = Secret(required=True, validate=SECRET)


class EmailForm(Form):
    """Where to send the letter."""

    email = Email(required=True)


class NewPasswordForm(Form):
    """A new password, once: it can be reset by letter."""

    password = Secret(required=True, validate=SECRET)


class NewPinForm(Form):
    """A new PIN, twice: nobody can look it up."""

    pin = Secret(required=True, validate=SECRET)
    pin_again = Secret(required=True, validate=SECRET)

    @validates_schema
    def _same(self, data: dict[str, str], **_kwargs: object) -> None:
        if data.get("pin") != data.get("pin_again"):
            raise ValidationError({"pin_again": [_("This is not the same PIN. Type it again.")]})


class ChangePinForm(NewPinForm):
    """The PIN she has and the one she wants."""

    present = Secret(required=True, validate=SECRET)


class ChangePasswordForm(Form):
    """The password she has and the one she wants."""

    present = Secret(required=True, validate=SECRET)
    password = Secret(required=True, validate=SECRET)


class PresentForm(Form):
    """The password she has, before something that guards her account changes."""

    present = Secret(required=True, validate=SECRET)


class FactorForm(PresentForm):
    """What becomes of a second step that is on."""

    act = fields.String(required=True, validate=validate.OneOf(["codes", "off"]))


class CodeForm(Form):
    """Six digits from the app, or a code on paper."""

    code = Text(required=True, max=CODE_CHARACTERS_MAX)
    next = fields.String(load_default="")


class NewAddressForm(PresentForm):
    """The e-mail address she wants from now on."""

    email = Email(required=True)


class LanguageForm(Form):
    """The language of pages and letters."""

    language = fields.String(required=True, validate=validate.OneOf(list(LANGUAGES)))


class AccountForm(Form):
    """Somebody new, by e-mail and password."""

    name = Text(required=True, max=NAME_CHARACTERS_MAX)
    email = Email(required=True)
    password = Secret(required=True, validate=SECRET)


class CooperativeForm(Form):
    """A cooperative: its place is a district, never finer."""

    cooperative = Text(required=True, max=NAME_CHARACTERS_MAX)
    country = fields.String(required=True, validate=validate.OneOf(list(ZONES)))
    district = Text(required=True, max=DISTRICT_CHARACTERS_MAX)
    currency = fields.String(required=True, validate=validate.OneOf(list(EXPONENTS)))


class NewcomerForm(AccountForm, CooperativeForm):
    """A cooperative and the person who speaks for it."""


class InvitationForm(Form):
    """A role for somebody; an auditor's has an end."""

    name = Text(required=True, max=NAME_CHARACTERS_MAX)
    email = Email(load_default=None)
    role = fields.String(required=True, validate=validate.OneOf([role.value for role in Role]))
    days = Count(load_default=None, validate=validate.Range(min=1, max=AUDIT_GRANT_DAYS_MAX))


class NewMemberForm(NewPinForm):
    """Somebody new, by PIN, with a phone of her own or without."""

    name = Text(required=True, max=NAME_CHARACTERS_MAX)
    phone = Phone(load_default=None)


class DeviceForm(Form):
    """What the phone is called, so that a lost one is found in the list."""

    label = Text(required=True, max=LABEL_CHARACTERS_MAX)
