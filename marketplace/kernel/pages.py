"""How pages are made of templates."""

import threading
from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment
from jinja2 import Template


class Pages(Environment):
    """Flask's environment, whose templates hold its globals themselves, not a chain of maps in front of them.

    For every macro that a page imports the library asks which globals are new; of a dict it learns it at once. A
    template is compiled by whoever asks first, and the others wait: the first crowd of a server that has just started
    would compile the same page as often as there are threads.
    """

    def __init__(self, *settings: Any, **more: Any) -> None:
        super().__init__(*settings, **more)
        self._compiling = threading.RLock()
        self._compiled: set[str] = set()

    def get_template(
        self, name: str | Template, parent: str | None = None, globals: MutableMapping[str, Any] | None = None
    ) -> Template:
        """The template of this name."""
        if isinstance(name, Template) or name in self._compiled:
            return super().get_template(name, parent, globals)
        with self._compiling:
            template = super().get_template(name, parent, globals)
            self._compiled.add(name)
            return template

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of a template; a chain only where it has some of its own."""
        return super().make_globals(d) if d else self.globals
