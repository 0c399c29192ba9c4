"""What can go wrong, as classes; one place turns each into a page, a problem document or an exit code."""

from collections.abc import Mapping
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l


class LumbungError(Exception):
    """A refusal with a code, an HTTP status and a sentence that says what to do.

    `params` fill the sentence. `fields` gives one sentence a form field. `leads_to` is the endpoint of a page to which
    a reader of pages is led in place of the refusal.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400
    message: ClassVar[Any] = _l("This cannot be done.")
    leads_to: ClassVar[str] = ""
    keeps_form: ClassVar[bool] = False

    def __init__(self, *, fields: Mapping[str, Any] | None = None, **params: Any) -> None:
        super().__init__(self.code)
        self.params = params
        self.fields = dict(fields or {})

    @property
    def sentence(self) -> str:
        """The refusal in the reader's language."""
        text = str(self.message)
        return text % self.params if self.params else text

    def __str__(self) -> str:
        return self.sentence


class NotFound(LumbungError):
    """What is asked for does not exist, or is another's: the answer is the same."""

    code = "not_found"
    status = 404
    message = _l("There is nothing at this address.")


class NotAllowed(LumbungError):
    """The reader is known and may not do this."""

    code = "not_allowed"
    status = 403
    message = _l("Your role does not allow this. Ask a manager of your cooperative.")


class SignInNeeded(LumbungError):
    """Nobody is signed in."""

    code = "sign_in_needed"
    status = 401
    message = _l("Sign in to go on.")
    leads_to = "accounts.sign_in"


class WentIdle(SignInNeeded):
    """Somebody was signed in and away for too long; the form she sent is shown to her again, to be sent again."""

    code = "session_idle"
    message = _l("You were away for a while, so you were signed out. Nothing you typed is lost.")
    keeps_form = True


class Invalid(LumbungError):
    """Input that cannot be used; `fields` says where and what to do."""

    code = "invalid"
    status = 422
    message = _l("Something is missing or cannot be read. See the fields below.")


class Conflict(LumbungError):
    """The state of things does not allow it now."""

    code = "conflict"
    status = 409
    message = _l("This has changed in the meantime. Load the page again and repeat.")


class TooMany(LumbungError):
    """A bound on repetition is reached."""

    code = "too_many"
    status = 429
    message = _l("Too many attempts. Wait a quarter of an hour and try again.")


class Unavailable(LumbungError):
    """A thing we stand on does not answer now; trying again later helps."""

    code = "unavailable"
    status = 503
    message = _l("This is not possible right now. Nothing was lost. Try again in a minute.")
