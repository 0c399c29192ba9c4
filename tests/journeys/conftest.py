"""Every journey may ask for a browser."""

from tests.journeys.browser import browse, served

__all__ = ["browse", "served"]
