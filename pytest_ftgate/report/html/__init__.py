"""The verdict as one page that needs nothing else: no network, no script, no other file."""

from .page import page

__all__ = ["page"]
