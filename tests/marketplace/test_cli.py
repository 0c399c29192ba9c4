"""How a command ends when what it stands on fails."""

import sys

import pytest

from marketplace.cli import main


def test_a_database_that_fails_ends_a_command_with_a_sentence(monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    monkeypatch.setattr(sys, "argv", ["lumbung", "verify"])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert "The database cannot go on" in said
    assert "Traceback" not in said
