"""From what a person typed to values, or to one sentence a field in her language.

A schema is a marshmallow class on Form; the same class reads a form, a JSON body and an import row. A view with a
form is written like this, so that nothing entered is ever lost:

    @blueprint.route("/k/<organisation>/suppliers/new", methods=["GET", "POST"])
    @allow(RoleIn(RUNS))
    def new_supplier(organisation: str) -> Answer:
        if request.method == "POST":
            try:
                supplier = services.register_supplier(g.actor, g.organisation, **load_form(SupplierForm))
            except LumbungError as error:
                return show_form("producers/materials/supplier_new.html", error)
            return done(url_for("materials.suppliers", organisation=organisation), _("Noted: %(n)s.", n=supplier.name))
        return show_form("producers/materials/supplier_new.html", values={})

and its template:

    {{ error_summary(errors) }}
    <form method="post" action="{{ request.path }}">{{ csrf() }}
      {{ field("number", _("Number"), value=values.number, error=errors.number) }}

`values` is a MultiDict: where a field is named like a method of it (items, get), write values["items"].
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from flask import Response, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import EXCLUDE, Schema, ValidationError, fields, pre_load, validate
from werkzeug.datastructures import MultiDict

from marketplace.config import DAY_FIRST, DAY_LAST, TEXT_CHARACTERS_MAX
from marketplace.kernel import clock
from marketplace.kernel.db import give_up
from marketplace.kernel.errors import Invalid, LumbungError
from marketplace.kernel.units import read_number

Answer = str | Response | tuple[str, int]

# What marshmallow's own fields and validators say, in plain words that can be translated.
FIELD_MESSAGES: dict[str, Any] = {
    "required": _l("Fill this in."),
    "null": _l("Fill this in."),
    "validator_failed": _l("This cannot be used."),
    "type": _l("This cannot be read."),
    "invalid": _l("This cannot be read."),
    "invalid_utf8": _l("This text cannot be read."),
    "too_large": _l("This number is too large."),
    "special": _l("Enter a number."),
}
TYPE_MESSAGES: dict[type[fields.Field[Any]], dict[str, Any]] = {
    fields.Integer: {"invalid": _l("Enter a whole number.")},
    fields.Decimal: {"invalid": _l("Enter a number, for example 7,5.")},
    fields.Date: {"invalid": _l("Enter a date, for example 2026-11-23.")},
    fields.DateTime: {"invalid": _l("Enter a date and a time.")},
    fields.Boolean: {"invalid": _l("Answer yes or no.")},
    fields.Enum: {"unknown": _l("Choose one of the answers.")},
    fields.List: {"invalid": _l("Choose from the list.")},
    fields.Email: {"invalid": _l("Enter an e-mail address, for example name@example.org.")},
    fields.Url: {"invalid": _l("Enter a web address that begins with https://.")},
}
LENGTH_MESSAGES: dict[str, Any] = {
    "message_min": _l("Use at least {min} characters."),
    "message_max": _l("Use at most {max} characters."),
    "message_all": _l("Use {min} to {max} characters."),
    "message_equal": _l("Use exactly {equal} characters."),
}
RANGE_MESSAGES: dict[str, Any] = {
    "message_min": _l("This must be at least {min}."),
    "message_max": _l("This must be at most {max}."),
    "message_all": _l("This must lie between {min} and {max}."),
}
MORE_THAN = _l("This must be more than {min}.")
LESS_THAN = _l("This must be less than {max}.")
CHOOSE = _l("Choose one of the answers.")
FIRST_TO_BEGIN_A_DAY = "Pacific/Kiritimati"


class Text(fields.String):
    """A line of text, or several with `lines`: trimmed, composed (NFC), without control characters, bounded."""

    def __init__(self, *, max: int = TEXT_CHARACTERS_MAX, min: int = 0, lines: bool = False, **kwargs: Any) -> None:
        self.lines = lines
        length = validate.Length(min=min or None, max=max)
        super().__init__(validate=[length, *_listed(kwargs.pop("validate", None))], **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        return clean_text(text, lines=self.lines)


class Secret(fields.String):
    """A password or PIN: taken as typed, spaces included."""


class Email(Text):
    """An e-mail address in lower case; nothing is asked of the network."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        import email_validator  # a start does without

        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            checked = email_validator.validate_email(text, check_deliverability=False)
        except email_validator.EmailNotValidError as error:
            raise ValidationError(_("Enter an e-mail address, for example name@example.org.")) from error
        return checked.normalized.lower()


class Phone(Text):
    """A phone number as +62…; one without a country code is read as one of `region`."""

    def __init__(self, *, region: str = "ID", **kwargs: Any) -> None:
        self.region = region
        super().__init__(max=30, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        number = phone_number(text, self.region)
        if number is None:
            raise ValidationError(_("Enter a phone number, for example 0812 3456 7890."))
        return number


class Day(fields.Date):
    """A day of the calendar, from DAY_FIRST to DAY_LAST: beyond them somebody slipped on a digit."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        day: date = super()._deserialize(value, attr, data, **kwargs)
        if not DAY_FIRST <= day <= DAY_LAST:
            years = {"first": DAY_FIRST.year, "last": DAY_LAST.year}
            raise ValidationError(_("Enter a day between the years %(first)s and %(last)s.", **years))
        return day


class PastDay(Day):
    """The day on which something happened: one that has begun somewhere on earth."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        day = super()._deserialize(value, attr, data, **kwargs)
        if day > clock.today(FIRST_TO_BEGIN_A_DAY):
            raise ValidationError(_("This day has not come yet."))
        return day


class Count(fields.Integer):
    """A whole number of things, from 0 up, in plain digits."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", str(value)):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class Number(fields.Decimal):
    """A number as typed here: 7,5 and 7.5 and 1.250,5; one that can be read in two ways is refused with both."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Decimal:
        if isinstance(value, str):
            try:
                value = read_number(value)
            except LumbungError as error:
                raise ValidationError(error.sentence) from error
        return super()._deserialize(value, attr, data, **kwargs)


class Amount(fields.Decimal):
    """A sum of money in main units as typed: 650.000 and 650,000 and Rp650.000 are the same; 12,50 has cents.

    Three digits behind a sign are thousands: no currency sold here has three decimals. Turn the value into Money
    with Money.parse(str(value), currency), which refuses more decimals than the currency has.
    """

    _PLAIN = re.compile(r"[0-9]{1,15}(?:[.,][0-9]{1,2})?")
    _GROUPED = re.compile(r"[0-9]{1,3}(?:([.,\s’'])[0-9]{3})(?:\1[0-9]{3})*(?:(?!\1)[.,][0-9]{1,2})?")
    _SIGN = re.compile(r"^(?:[A-Z]{3}|Rp\.?|[^\w\s.,+-])\s*|,-$")

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Decimal:
        if isinstance(value, str):
            value = self._read(self._SIGN.sub("", value.strip()))
        return super()._deserialize(value, attr, data, **kwargs)

    def _read(self, text: str) -> str:
        if not text.isascii():
            text = text.replace("\u00a0", " ").replace("\u202f", " ")
        if self._PLAIN.fullmatch(text):
            return text.replace(",", ".")
        grouped = self._GROUPED.fullmatch(text)
        if not grouped or len(text) > 20:
            raise ValidationError(_("Enter an amount, for example 650.000."))
        return text.replace(grouped[1], "").replace(",", ".")


class Form(Schema):
    """What every schema stands on: unknown fields are ignored, blanks count as not given, words are ours."""

    error_messages = {"type": FIELD_MESSAGES["type"], "unknown": FIELD_MESSAGES["invalid"]}  # noqa: RUF012 - as in Schema

    class Meta:
        unknown = EXCLUDE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Give the field and its validators our sentences wherever it has none of its own."""
        _speak(field_obj)

    @pre_load
    def _drop_blanks(self, data: Any, **_kwargs: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        values = {}
        for name, value in data.items():
            field = self.fields.get(name)
            if isinstance(value, str) and not isinstance(field, Secret):
                value = value.strip()
            if value != "" or field is None:
                values[name] = value
        return values


@cache
def _made(schema: type[Schema]) -> Schema:
    """One of each kind for all requests: it holds nothing of what it reads, and making it costs more than reading."""
    return schema()


def load(schema: type[Schema] | Schema, data: Any) -> dict[str, Any]:
    """The values of a mapping (JSON body, import row) by the schema; Invalid with one sentence a field."""
    if isinstance(schema, type):
        schema = _made(schema)
    try:
        values: dict[str, Any] = schema.load(data)
    except ValidationError as error:
        raise Invalid(fields=_sentences(error.messages_dict)) from error
    return values


def load_form(schema: type[Schema] | Schema, form: MultiDict[str, str] | None = None) -> dict[str, Any]:
    """The values of the sent form by the schema; Invalid with one sentence a field.

    A List field takes every value sent under its name, any other the first.
    """
    if isinstance(schema, type):
        schema = _made(schema)
    sent = request.form if form is None else form
    data: dict[str, Any] = {}
    for name, field in schema.fields.items():
        key = field.data_key or name
        if isinstance(field, fields.List):
            data[key] = [value for value in sent.getlist(key) if value.strip()]
        elif key in sent:
            data[key] = sent[key]
    return load(schema, data)


def show_form(
    template: str, error: LumbungError | None = None, *, values: Mapping[str, Any] | None = None, **context: Any
) -> Answer:
    """The page of a form: fresh with `values`, or after a refusal with what was entered, under the error's status.

    The template gets `values`, `errors` (field to sentence) and `refusal` (a sentence of its own, or nothing).
    """
    if error is None:
        return render_template(template, values=MultiDict(values or {}), errors={}, refusal="", **context)
    give_up()
    errors = {name: str(message) for name, message in error.fields.items()}
    refusal = "" if errors else error.sentence
    page = render_template(template, values=request.form, errors=errors, refusal=refusal, **context)
    return page, error.status


def done(address: str, sentence: str = "") -> Response:
    """Go on to an address after a saved form, with a sentence that says what was done."""
    if sentence:
        flash(sentence, "good")
    return redirect(address, 303)  # type: ignore[return-value]


def phone_number(text: str, region: str = "ID") -> str | None:
    """The number as +62…, one without a country code read as one of `region`; None where it is no number."""
    import phonenumbers  # a start does without

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def clean_text(text: str, *, lines: bool = False) -> str:
    """The text composed and trimmed; refuses control and direction-changing characters."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not lines:
        text = re.sub(r"[\n\t]+", " ", text)
    for character in text:
        if unicodedata.category(character) in {"Cc", "Cs", "Co", "Cn"} and not (lines and character in "\n\t"):
            raise ValidationError(_("This contains a sign that cannot be stored. Type it again by hand."))
        if character in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069":
            raise ValidationError(_("This contains a sign that cannot be stored. Type it again by hand."))
    return text


def _listed(validators: Any) -> list[Callable[[Any], Any]]:
    if validators is None:
        return []
    return list(validators) if isinstance(validators, list | tuple) else [validators]


def _speak(field: fields.Field[Any]) -> None:
    """Put our sentences where marshmallow's English ones stand; sentences given to the field stay."""
    defaults: dict[str, Any] = {}
    ours = dict(FIELD_MESSAGES)
    for kind in reversed(type(field).__mro__):
        defaults |= getattr(kind, "default_error_messages", {})
        ours |= TYPE_MESSAGES.get(kind, {})
    kept = {key: text for key, text in field.error_messages.items() if text != defaults.get(key)}
    field.error_messages = {**defaults, **ours, **kept}
    for validator in field.validators:
        _speak_validator(validator)
    if isinstance(field, fields.List):
        _speak(field.inner)


def _speak_validator(validator: Any) -> None:
    if isinstance(validator, validate.Length | validate.Range):
        messages = LENGTH_MESSAGES if isinstance(validator, validate.Length) else RANGE_MESSAGES
        for name, text in messages.items():
            setattr(validator, name, text)
    if isinstance(validator, validate.Range) and not validator.min_inclusive:
        validator.message_min = MORE_THAN
    if isinstance(validator, validate.Range) and not validator.max_inclusive:
        validator.message_max = LESS_THAN
    elif getattr(validator, "error", None) == getattr(type(validator), "default_message", ""):
        validator.error = CHOOSE if isinstance(validator, validate.OneOf) else FIELD_MESSAGES["validator_failed"]


def _sentences(messages: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """One sentence a field; inside lists and nested objects the names are joined by a dot."""
    sentences: dict[str, str] = {}
    for name, found in messages.items():
        key = f"{prefix}{name}".removesuffix("._schema")
        if isinstance(found, Mapping):
            sentences |= _sentences(found, f"{key}.")
        else:
            sentences[key] = str(found[0]) if isinstance(found, list) else str(found)
    return sentences
