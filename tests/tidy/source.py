"""What the tidy tests look at: the files git knows, new ones included."""

import subprocess
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
FLOORS = ("marketplace", "producers", "orders")


@cache
def files() -> tuple[Path, ...]:
    """Every file that is or would be committed, relative to the checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return tuple(Path(name) for name in sorted(listed.split("\0")) if name and (CHECKOUT / name).is_file())


def python_files(*roots: str) -> list[Path]:
    """Python files, of the given top folders or of all."""
    return [path for path in files() if path.suffix == ".py" and (not roots or path.parts[0] in roots)]


def templates() -> list[Path]:
    """Every template, relative to the templates folder."""
    return [Path(*path.parts[1:]) for path in files() if path.parts[0] == "templates"]


def read(path: Path) -> str:
    """A committed file's text."""
    return (CHECKOUT / path).read_text(encoding="utf-8")
