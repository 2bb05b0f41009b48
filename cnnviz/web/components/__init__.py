"""The Python side of what the browser draws."""
