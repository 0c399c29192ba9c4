"""What a request may look like before anybody reads it, and how an answer is handed to the server."""

from collections.abc import Iterable
from typing import IO, TYPE_CHECKING, Any

from flask import Request, Response
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import BadRequest
from werkzeug.formparser import FormDataParser
from werkzeug.sansio.http import parse_cookie
from werkzeug.utils import cached_property

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class NamedParts(FormDataParser):
    """Werkzeug's reader of forms, which refuses a part without a name: readers of a form look names up."""

    def parse(self, *stream: Any, **what: Any) -> tuple[IO[bytes], Any, Any]:
        """Read the body; raises BadRequest for a nameless part."""
        body, form, files = super().parse(*stream, **what)
        if None in form or None in files:
            for _name, file in files.items(multi=True):
                file.close()
            raise BadRequest
        return body, form, files


class LumbungRequest(Request):
    """Flask's request, whose form has names only and whose cookies are read from where the server put them."""

    form_data_parser_class = NamedParts

    @cached_property
    def cookies(self) -> ImmutableMultiDict[str, str]:
        """What the browser sent along; the library looks for it in every header there is."""
        return parse_cookie(self.environ.get("HTTP_COOKIE", ""), cls=ImmutableMultiDict)  # type: ignore[return-value]


class WholeResponse(Response):
    """Flask's response, which hands the server its whole body as one list, unless it is a stream.

    An iterator that is closed in the end, as the library gives it, makes the server pass every page on piece by piece.
    """

    def get_app_iter(self, environ: "WSGIEnvironment") -> Iterable[bytes]:
        """The body as WSGI has it."""
        pieces = super().get_app_iter(environ)
        if self.is_streamed or self.direct_passthrough or self._on_close:
            return pieces
        return list(pieces)
