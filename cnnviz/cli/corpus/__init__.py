"""``python -m cnnviz corpus``: which sounds of a folder excite which channel."""
