import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from jinja2 import DictLoader

from marketplace.kernel.pages import Pages

THREADS = 8


def test_a_crowd_compiles_a_template_once(app, monkeypatch: pytest.MonkeyPatch):
    pages = Pages(app)
    pages.loader = DictLoader({"one.html": "{{ word }}"})
    compiled, compile_one, together = [], pages.compile, threading.Barrier(THREADS)

    def slowly(source, name=None, *rest, **more):
        compiled.append(name)
        time.sleep(0.05)
        return compile_one(source, name, *rest, **more)

    def ask(_number: int) -> str:
        together.wait()
        return pages.get_template("one.html").render(word="yarn")

    monkeypatch.setattr(pages, "compile", slowly)
    with ThreadPoolExecutor(THREADS) as crowd:
        assert set(crowd.map(ask, range(THREADS))) == {"yarn"}

    assert compiled == ["one.html"]
