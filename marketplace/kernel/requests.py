"""What a request may look like before anybody reads it."""

from typing import IO, Any

from flask import Request
from werkzeug.exceptions import BadRequest
from werkzeug.formparser import FormDataParser


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
    """Flask's request, whose form has names only."""

    form_data_parser_class = NamedParts
