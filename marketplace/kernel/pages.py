"""How pages are made of templates."""

from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment


class Pages(Environment):
    """Flask's environment, whose templates hold its globals themselves, not a chain of maps in front of them.

    For every macro that a page imports the library asks which globals are new; of a dict it learns it at once.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of a template; a chain only where it has some of its own."""
        return super().make_globals(d) if d else self.globals
