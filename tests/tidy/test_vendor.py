"""Vendored files are exactly what their manifest says: package, version, licence, sha256."""

import hashlib
import json

from tests.tidy.source import CHECKOUT, files

VENDOR = "static/vendor"
MANIFEST = f"{VENDOR}/manifest.json"


def entries() -> list[dict[str, str]]:
    manifest = json.loads((CHECKOUT / MANIFEST).read_text(encoding="utf-8"))
    return list(manifest["files"] if isinstance(manifest, dict) else manifest)


def test_every_vendored_file_is_in_the_manifest_and_unchanged():
    vendored = {str(path) for path in files() if str(path).startswith(VENDOR + "/")} - {MANIFEST}
    actual = {name: hashlib.sha256((CHECKOUT / name).read_bytes()).hexdigest() for name in vendored}

    assert actual == {f"{VENDOR}/{entry['path']}": entry["sha256"] for entry in entries()}


def test_every_entry_names_package_version_and_licence():
    incomplete = [entry for entry in entries() if not all(entry.get(key) for key in ("package", "version", "licence"))]

    assert incomplete == []
