"""Languages: Indonesian first, English second; the reader's choice is kept in a cookie."""

from datetime import timedelta
from functools import cache
from typing import Any

from babel import Locale
from babel.support import Translations
from flask import Flask, Response, g, has_app_context, has_request_context, request, url_for
from flask_babel import Babel, Domain, get_locale
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from marketplace.kernel import catalogs
from marketplace.kernel.cookies import drop_cookie, keep_cookie, read_cookie
from marketplace.kernel.money_format import format_money

LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}
DEFAULT = "id"
COOKIE = "lang"
ASKED_COOKIE = "lang_asked"
"""What somebody asked for herself before she signed in; it then becomes her account's language."""
CHOSEN_BY = ("Cookie", "Accept-Language")
LASTS = timedelta(days=365)

babel = Babel()


class Words(Domain):  # type: ignore[misc]
    """The translations by language: a page asks for words some hundred times."""

    def __init__(self) -> None:
        super().__init__()
        self._by_language: dict[str, Translations] = {}

    def get_translations(self) -> Translations:
        """Those of the language in use; outside the app there is none."""
        if not has_app_context():
            return super().get_translations()  # type: ignore[no-any-return]
        spoken = language()
        if spoken not in self._by_language:
            self._by_language[spoken] = super().get_translations()
        return self._by_language[spoken]


words = Words()


def choose_locale() -> str:
    """The language of this answer: asked for in the address, chosen before, or the browser's, else Indonesian."""
    if not has_request_context():
        return DEFAULT
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        g.chosen_language = g.asked_language = asked
        return asked
    kept = read_cookie(COOKIE)
    if kept in LANGUAGES:
        return kept
    return request.accept_languages.best_match(list(LANGUAGES)) or DEFAULT


@cache
def _locale(code: str) -> Locale:
    return Locale.parse(code)


def language() -> str:
    """The two-letter code of the language in use."""
    # What flask-babel remembers for this answer, without its way there.
    here = g._get_current_object().get("_flask_babel") if has_app_context() else None
    locale = getattr(here, "babel_locale", None) or get_locale()
    return locale.language if locale else DEFAULT


def url_for_language(code: str) -> str:
    """This page's address in another language."""
    if request.endpoint is None:
        return f"/?lang={code}"
    arguments = {**request.args.to_dict(flat=False), **(request.view_args or {}), "lang": code}
    return url_for(request.endpoint, **arguments)


def money(minor: int, currency: str) -> str:
    """The template filter: an amount in minor units, in the language in use."""
    return format_money(minor, currency, language())


@pass_eval_context
def _printed(context: EvalContext, text: str, /, **values: Any) -> str:
    """`_()` in templates: the sentence, with values escaped where the template is a page."""
    sentence: str = words.get_translations().ugettext(text)
    return _filled(context, sentence, values)


@pass_eval_context
def _printed_number(context: EvalContext, one: str, many: str, num: int, /, **values: Any) -> str:
    """`ngettext()` in templates: the same of a number, which may be named in the sentence."""
    sentence: str = words.get_translations().ungettext(one, many, num)
    return _filled(context, sentence, {"num": num, **values})


def _filled(context: EvalContext, sentence: str, values: dict[str, Any]) -> str:
    text = Markup(sentence) if context.autoescape else sentence  # noqa: S704 - a sentence of ours, not of a reader
    return text % values if "%" in sentence else text


def get_to_know() -> None:
    """Read what Babel knows of the languages; where nobody did, each thread of a first crowd reads it for itself."""
    for name in LANGUAGES:
        Locale.parse(name).territories  # noqa: B018 - read when first asked for


def asked_language() -> str | None:
    """The language that the reader asked for by hand since somebody last signed in here; None where she did not."""
    asked = read_cookie(ASKED_COOKIE)
    return asked if asked in LANGUAGES else None


def settle(language: str) -> None:
    """From this answer on the browser reads in a language that is kept elsewhere; what was asked by hand is done."""
    g.chosen_language = language
    g.asked_language = ""


def _keep_choice(response: Response) -> Response:
    chosen, asked = g.get("chosen_language"), g.get("asked_language")
    if chosen and chosen != read_cookie(COOKIE):
        keep_cookie(response, COOKIE, chosen, LASTS)
    if asked and asked != read_cookie(ASKED_COOKIE):
        keep_cookie(response, ASKED_COOKIE, asked)
    elif asked == "" and read_cookie(ASKED_COOKIE) is not None:
        drop_cookie(response, ASKED_COOKIE)
    if "Vary" in response.headers:
        response.vary.update(CHOSEN_BY)
    else:
        response.headers.add("Vary", ", ".join(CHOSEN_BY))
    return response


def init_app(app: Flask) -> None:
    """Hang languages on the app."""
    catalogs.ensure_catalogs()
    babel.init_app(
        app,
        locale_selector=lambda: _locale(choose_locale()),
        default_translation_directories=str(catalogs.TRANSLATIONS),
    )
    babel.domain_instance = words
    app.jinja_env.globals.update(_=_printed, gettext=_printed, ngettext=_printed_number)
    app.jinja_env.globals.update(languages=LANGUAGES, language=language, url_for_language=url_for_language)
    app.jinja_env.filters["money"] = money
    app.after_request(_keep_choice)
