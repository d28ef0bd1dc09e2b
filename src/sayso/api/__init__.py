"""The door for programs: HTTP, version 1. Reads and refuses; what it lets in, the desk answers."""

from __future__ import annotations

from sayso.api.app import build
from sayso.api.settings import Settings

__all__ = ["Settings", "build"]
