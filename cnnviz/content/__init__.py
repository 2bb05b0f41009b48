"""Packed addresses, links, presets and the gallery: content, not code."""
