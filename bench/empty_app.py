"""An otherwise empty page with as many widgets as a page of cnnviz: what Streamlit itself takes for a rerun.

``streamlit run bench/empty_app.py -- stNumberInput=7 stSelectbox=4`` draws seven number boxes and four lists.
"""

import sys
from collections.abc import Callable
from typing import Any

import streamlit as st

NAMES = ["a", "b", "c"]
WIDGETS: dict[str, Callable[[str], Any]] = {  # by the mark that Streamlit puts on them in the browser
    "stNumberInput": lambda key: st.number_input(key, 1, 99, 1, key=key, help=key, bind="query-params"),
    "stSelectbox": lambda key: st.selectbox(key, NAMES, key=key, bind="query-params"),
    "stCheckbox": lambda key: st.toggle(key, key=key, help=key, bind="query-params"),
    "stButtonGroup": lambda key: st.segmented_control(key, NAMES, default="a", key=key, bind="query-params"),
    "stButton": lambda key: st.button(key, key=key),
    "stFileUploader": lambda key: st.file_uploader(key, key=key),
    "stTabs": lambda key: st.tabs(NAMES, key=key, on_change="rerun", bind="query-params"),
}


def main() -> None:
    st.set_page_config(page_icon="⏱", layout="wide")
    with st.sidebar:
        chosen = [WIDGETS[kind](f"{kind.lower()}{i}") for kind, count in asked() for i in range(count)]
    st.text(f"chosen: {[value for value in chosen if isinstance(value, int)]}")


def asked() -> list[tuple[str, int]]:
    """Kind and count of each argument."""
    pairs = (argument.split("=") for argument in sys.argv[1:])
    return [(kind, int(count)) for kind, count in pairs]


if __name__ == "__main__":  # as Streamlit runs it
    main()
