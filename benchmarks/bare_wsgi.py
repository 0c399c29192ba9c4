"""The bare app for a WSGI server."""

from benchmarks.bare import make

app = make()
