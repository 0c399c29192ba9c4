"""The application as `lumbung serve` loads it in each of its web processes."""

from marketplace.app import create_app
from marketplace.supervisor import get_ready

app = create_app()
get_ready(app)
