from types import SimpleNamespace

import pytest

from producers.phone.queries import work_words


@pytest.mark.parametrize(
    ("kind", "per", "done", "words"),
    [
        ("piece", "H87", "6", "6 pieces"),
        ("hour", "HUR", "7.5", "7.5 hours"),
        ("piece", "100 g", "65", "65 × 100 g"),
        ("piece", "H87", "1/3", "0.333 pieces"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_work_is_told_as_it_was_counted(app, kind, per, done, words):
    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        assert work_words(SimpleNamespace(kind=kind, per=per, quantity=done)).replace("\u00a0", " ") == words
