"""Style sheets, fonts and scripts: served before the app is asked, and kept by browsers for a year.

An address made by url_for('static') names its content (`?v=`), so a changed file has a new address. The same
file without that, as style sheets ask for fonts, is kept for an hour only.
"""

import hashlib
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask
from whitenoise import WhiteNoise

from marketplace.config import STATIC_CACHE_S, STATIC_CACHE_UNVERSIONED_S

VERSION_LENGTH = 12


def init_app(app: Flask) -> None:
    """Wrap the app, and have url_for('static') name the content."""
    folder = Path(app.static_folder or "")
    app.wsgi_app = StaticFiles(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(folder),
        prefix="static/",
        max_age=STATIC_CACHE_UNVERSIONED_S,
        allow_all_origins=False,
        autorefresh=app.config["LUMBUNG_ENV"] == "development",
    )

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "filename" in values and "v" not in values:
            version = content_version(folder / values["filename"])
            if version:
                values["v"] = version


def content_version(path: Path) -> str:
    """A short name of the file's present content; empty where there is no such file."""
    try:
        return _hashed(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return ""


@lru_cache(maxsize=512)
def _hashed(path: Path, _changed_ns: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:VERSION_LENGTH]


class StaticFiles(WhiteNoise):  # type: ignore[misc]
    """WhiteNoise that lets a browser keep what was asked for by its content."""

    @staticmethod
    def serve(static_file: Any, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer with the file; an address with a version is immutable."""

        def start(status: str, headers: list[tuple[str, str]]) -> Any:
            if environ.get("QUERY_STRING", "").startswith("v="):
                headers = [pair for pair in headers if pair[0].lower() != "cache-control"]
                headers.append(("Cache-Control", f"public, max-age={STATIC_CACHE_S}, immutable"))
            return start_response(status, headers)

        answer: Iterable[bytes] = WhiteNoise.serve(static_file, environ, start)
        return answer
