"""The bare app for a WSGI server: the order flow where an order was recorded for it, else the pages."""

import os

from benchmarks import written

if written.RECORDED in os.environ:
    from benchmarks.bare_flow import make
else:
    from benchmarks.bare import make

app = make()
