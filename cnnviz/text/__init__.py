"""Words: the English sentence in the code is the message, and each reader is told it in their own language."""

from cnnviz.text.language import LANGUAGES, Language, speak, speaking, spoken
from cnnviz.text.lists import both, either, in_turn, listed, some
from cnnviz.text.message import Message, Plural, _, plural
from cnnviz.text.problem import Problem

__all__ = ["LANGUAGES", "Language", "Message", "Plural", "Problem", "_"]
__all__ += ["both", "either", "in_turn", "listed", "plural", "some", "speak", "speaking", "spoken"]
