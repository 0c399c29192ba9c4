"""The linter, the type checker and the import contracts have nothing to say."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tidy.source import CHECKOUT

BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["ruff", "check", "--quiet", "."], id="ruff"),
        pytest.param(["ruff", "format", "--check", "--quiet", "."], id="format"),
        pytest.param(["mypy"], id="mypy"),
        pytest.param(["lint-imports"], id="imports"),
    ],
)
def test_tool_has_nothing_to_say(command):
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        timeout=280,
    )

    assert done.returncode == 0, done.stdout + done.stderr
