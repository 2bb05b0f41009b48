"""A school at once: many visitors over the real WebSocket and upload endpoints, and what they meet."""
