"""Requests and their latencies, counted in each process and added up when they are asked for.

`lumbung serve` names a folder in PROMETHEUS_MULTIPROC_DIR, in which every process keeps its own counters; only
counters and histograms are kept there, which simply add up, so no process has to tell when it ends. Whatever has one
value for the whole house is read when it is asked for (marketplace.watch).
"""

import os
import time
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

from flask import Flask, Response, g, request

from marketplace.config import METRICS_FOLDER

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Counter, Histogram
    from prometheus_client.registry import Collector

BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
NOWHERE = "none"
KEPT = "kept"
"""The route of an answer that came from the page cache."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@cache
def counters() -> "tuple[Counter, Histogram]":
    """Requests and their latencies in this process; the library is loaded by the first request."""
    from prometheus_client import Counter, Histogram

    labels = ["method", "route", "status"]
    answered = Counter("lumbung_http_requests", "Requests answered.", labels, registry=None)
    what = "From a request to its answer."
    took = Histogram("lumbung_http_request_seconds", what, ["route"], buckets=BUCKETS_S, registry=None)
    return answered, took


def init_app(app: Flask) -> None:
    """Count every request of the app."""
    app.before_request(_begin)
    app.after_request(_count)


def registry_with(house: "Collector") -> "CollectorRegistry":
    """What all processes counted, and the house's own values."""
    from prometheus_client import CollectorRegistry
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    if METRICS_FOLDER in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        for counter in counters():
            registry.register(counter)
    registry.register(house)
    return registry


def route() -> str:
    """The rule of the address, never the address: that may hold a secret."""
    rule = request.url_rule
    return rule.rule if rule else NOWHERE


def seconds_so_far() -> float:
    """How long the present request has taken."""
    began: float | None = g.get("began")
    return time.perf_counter() - began if began is not None else 0.0


def _begin() -> None:
    g.began = time.perf_counter()


def count(method: str, where: str, status: int, seconds: float) -> None:
    """Count an answer and what it took; anybody can invent a method, so the unknown ones share one name."""
    # A folder of counters that is gone costs a figure, never an answer.
    with suppress(OSError):
        answered, took = _counted(method if method in METHODS else "other", where, status)
        answered.inc()
        took.observe(seconds)


@cache
def _counted(method: str, where: str, status: int) -> "tuple[Counter, Histogram]":
    """The two series an answer belongs to: as many as there are rules, methods and statuses."""
    answered, took = counters()
    return answered.labels(method, where, status), took.labels(where)


def _count(response: Response) -> Response:
    count(request.method, route(), response.status_code, seconds_so_far())
    return response
