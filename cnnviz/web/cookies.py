"""What a browser that keeps no cookies cannot do: send a file. Streamlit takes one only with the cookie that it gave.

Browsers refuse cookies by themselves to a page in a frame of another host.
"""

import streamlit as st

from cnnviz.text import _

GIVEN = "_streamlit_xsrf"


def refused() -> bool:
    """Did a browser open this page that has not kept the cookie?"""
    asked = bool(st.get_option("server.enableXsrfProtection")) and bool(st.context.headers)
    return asked and GIVEN not in st.context.cookies


def tell_refused() -> None:
    """Say so, above where a file is given."""
    if refused():
        st.caption(
            _("This browser keeps no cookie of this page, so it can send no file. Allow cookies, and load it again.")
        )
