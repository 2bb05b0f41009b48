"""Visitors without a screen: to the server they are browsers, and they take little of the processor that it needs."""

from bench.visitors.visitor import Visitor, visit

__all__ = ["Visitor", "visit"]
