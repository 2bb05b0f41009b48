"""Streamlit: widgets, pages' frame, and what a session holds."""
