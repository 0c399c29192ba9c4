"""Every journey may ask for a browser."""

from tests.journeys.browser import browse, chromium, served

__all__ = ["browse", "chromium", "served"]
