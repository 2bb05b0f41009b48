"""Widgets as a browser holds them: what they are called, what value they have at first, and how a value travels."""

from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState

KINDS = {  # elements that have a value or may be pressed
    "button",
    "button_group",
    "checkbox",
    "download_button",
    "file_uploader",
    "number_input",
    "radio",
    "selectbox",
    "text_area",
    "text_input",
}
BOXES = ("number_input", "text_area", "text_input")  # which may be empty
TABS = "tab_container"  # a block, which is a widget nevertheless
BOOLEAN, NUMBER, WHOLE, TEXT, TEXTS, FILES = (
    "bool_value",
    "double_value",
    "int_value",
    "string_value",
    "string_array_value",
    "file_uploader_state_value",
)
Value = tuple[str, Any]  # which field of a widget's state, and what stands in it


def names(widget: Any) -> set[str]:
    """What a widget is asked for by: its label, and its word in the address."""
    return {getattr(widget, "label", ""), getattr(widget, "query_param_key", "")} - {""}


def field(kind: str, widget: Any) -> str:
    """Where its value travels."""
    if kind == "number_input":
        return WHOLE if widget.data_type == widget.INT else NUMBER
    return {"checkbox": BOOLEAN, "button_group": TEXTS, TABS: TEXT, "file_uploader": FILES}.get(kind, TEXT)


def first(kind: str, widget: Any) -> Any:
    """What it is set to when it appears; None of what has no value, or none yet."""
    if kind in ("selectbox", "radio"):
        return widget.options[widget.default] if widget.HasField("default") and widget.options else None
    if kind == TABS:
        return widget.default_tab_label or None
    if kind == "checkbox":
        return widget.default
    return widget.default if kind in BOXES and widget.HasField("default") else None


def moved(kind: str, widget: Any) -> Any:
    """What the server sets it to; None where it leaves it alone."""
    if not getattr(widget, "set_value", False):
        return None
    if kind == "button_group":
        return list(widget.raw_values)
    return widget.raw_value if kind in ("selectbox", "radio") else widget.value


def fill(state: WidgetState, value: Value) -> None:
    """Write a value into what is sent."""
    name, content = value
    if name == TEXTS:
        state.string_array_value.data.extend(content)
    elif name == FILES:
        state.file_uploader_state_value.uploaded_file_info.add(**content)
    else:
        setattr(state, name, int(content) if name == WHOLE else content)  # numbers come as floats


def spelled(content: Any) -> str | list[str]:
    """A value in an address, as JavaScript writes it.

    >>> spelled(True), spelled(2.0), spelled(0.5), spelled(["a"])
    ('true', '2', '0.5', ['a'])
    """
    if isinstance(content, bool):
        return str(content).lower()
    if isinstance(content, float) and content.is_integer():
        return str(int(content))
    return content if isinstance(content, list) else str(content)
