"""Requests counted by several processes add up when they are asked for."""

import os
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
COUNT = """
from marketplace.kernel.metrics import counters
requests, seconds = counters()
requests.labels("GET", "/x", 200).inc(2)
seconds.labels("/x").observe(0.3)
"""
ASK = """
from prometheus_client import generate_latest
from prometheus_client.registry import Collector
from marketplace.kernel.metrics import registry_with
class Nothing(Collector):
    def collect(self):
        return []
print(generate_latest(registry_with(Nothing())).decode())
"""
ANSWER = """
from flask import Flask
from marketplace.kernel import metrics
app = Flask("a")
metrics.init_app(app)
app.add_url_rule("/", view_func=lambda: "there")
print(app.test_client().get("/").status_code)
"""


def run(folder: Path, code: str) -> str:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder), "PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def test_two_processes_that_have_ended_are_one_sum(tmp_path: Path):
    run(tmp_path, COUNT)
    run(tmp_path, COUNT)

    text = run(tmp_path, ASK)

    assert 'lumbung_http_requests_total{method="GET",route="/x",status="200"} 4.0' in text
    assert 'lumbung_http_request_seconds_count{route="/x"} 2.0' in text


def test_a_folder_that_is_gone_costs_no_answer(tmp_path: Path):
    answer = run(tmp_path / "gone", ANSWER)

    assert answer.strip() == "200"
