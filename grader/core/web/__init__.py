"""Talking to servers that may be hostile: every byte and every second of it is bounded."""

from __future__ import annotations

from grader.core.web.client import exchange
from grader.core.web.messages import MAX_BODY, Reply, Request
from grader.core.web.wire import Connect

__all__ = ["MAX_BODY", "Connect", "Reply", "Request", "exchange"]
