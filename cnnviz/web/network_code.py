"""A network as code: written out, and read from what is pasted."""

import streamlit as st

from cnnviz.networks.code import class_code, sequential, to_json
from cnnviz.networks.network import Network
from cnnviz.scenes.query.words import OneOf
from cnnviz.text import _
from cnnviz.web import markdown
from cnnviz.web import network_session as builder
from cnnviz.web.cookies import tell_refused
from cnnviz.web.form import WIDGETS

FORMS = ("class", "nn.Sequential")
FORM = OneOf("form", FORMS[0], options=FORMS, row=True, names=True)


def code_out(network: Network) -> None:
    """The network as PyTorch code, and as a file."""
    form = WIDGETS.ask(FORM)
    st.caption(_("Runs as it stands; the keys of its state_dict are the names in the list."))
    st.code(class_code(network) if form == FORMS[0] else sequential(network))
    st.download_button("network.json", to_json(network), "network.json", icon=":material/download:", on_click="ignore")


def code_in() -> None:
    """Fields for code and files; nothing in them is run."""
    st.text_area(_("nn.Sequential(...), a class, or a printed nn.Sequential"), key="pasted", height=220)
    answer = builder.answered()  # it takes the place of the button, where the eye is
    if isinstance(answer, Exception):
        st.warning(markdown.plain(str(answer)), icon=":material/info:")
    elif answer:
        first, *notes = map(markdown.plain, answer)
        st.success("\n\n".join([first, *(f"- {note}" for note in notes)]), icon=":material/check:")
    st.button(_("Read it"), on_click=builder.paste, icon=":material/code:")
    st.caption(_("The code is read, never run: layers one after the other, by themselves or as a class calls them."))
    tell_refused()
    st.file_uploader(
        _("or network.json, as it is downloaded under Code"), key="network_file", on_change=builder.open_file
    )
