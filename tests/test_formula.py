"""Formulas as MathML: of every layer, with all the numbers and words of its LaTeX, in the same order."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import cases, every_kind
from test_pages import text

from cnnviz.text.formula import FENCES, formula
from cnnviz.text.part import Part, part, parts

CHILDREN = {"mfrac": 2, "msub": 2, "msup": 2, "munder": 2, "msubsup": 3}  # MathML's own
TEXT = re.compile(r"\\text(?:tt)?{([^}]*)}")
NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[-+]\d+)?")
LEAVES = {"mi", "mn", "mo", "mtext"}


def nodes(one: Any) -> list[Any]:
    return [] if isinstance(one, str) else [one, *(node for child in one["children"] for node in nodes(child))]


def leaves(one: Any, tag: str) -> list[str]:
    return [text(node) for node in nodes(one) if node["tag"] == tag]


@every_kind
@given(data=st.data())
def test_the_formula_of_every_layer_keeps_its_numbers_and_words(name, data):
    layer, shape = data.draw(cases(name))
    for line in layer.formula(shape):
        made = formula(line)
        told = [found.replace(" ", "\u00a0").replace("\\", "") for found in TEXT.findall(line)]
        assert [found for found in leaves(made, "mtext") if found.strip() and found not in FENCES] == told
        assert leaves(made, "mn") == NUMBER.findall(TEXT.sub("", line))
        assert "\\" not in text(made)


@every_kind
@given(data=st.data())
def test_each_element_has_as_many_children_as_mathml_wants(name, data):
    layer, shape = data.draw(cases(name))
    for node in (node for line in layer.formula(shape) for node in nodes(formula(line))):
        if node["tag"] in LEAVES:
            [leaf] = node["children"]
            assert isinstance(leaf, str)
        else:
            assert not any(isinstance(child, str) for child in node["children"])
            assert len(node["children"]) == CHILDREN.get(node["tag"], len(node["children"]))


def leaf(tag: str, sign: str) -> Part:
    return part(tag, sign)


ONE, X, Y = leaf("mn", "1"), leaf("mi", "x"), leaf("mi", "y")


@pytest.mark.parametrize(
    ("latex", "made"),
    [
        (r"\frac{1}{x}", [part("mfrac", part("mrow", ONE), part("mrow", X))]),
        (r"x_y^1", [part("msubsup", X, Y, ONE)]),
        (r"\sum_{x} y", [part("munder", leaf("mo", "∑"), part("mrow", X)), Y]),
        (r"\left\lfloor x\right\rfloor", [part("mrow", leaf("mo", "⌊"), X, leaf("mo", "⌋"))]),
        (
            r"\left(\frac1x\right)",
            [part("mrow", part("mo", "(", stretchy="false"), part("mfrac", ONE, X), part("mo", ")", stretchy="false"))],
        ),
        (r"(x)", [leaf("mtext", "("), X, leaf("mtext", ")")]),
        (r"1 - x", [ONE, leaf("mo", "−"), X]),
        (r"1e-05", [leaf("mn", "1e-05")]),
        (r"\texttt{output\_size}", [leaf("mtext", "output_size")]),
        (r"\sqrt{x + 1}", [part("msqrt", part("mrow", X, leaf("mo", "+"), ONE))]),
        (
            r"\begin{cases} x & y \\ 1 & x \end{cases}",
            [
                part(
                    "mrow",
                    leaf("mo", "{"),
                    part(
                        "mtable",
                        part("mtr", part("mtd", X), part("mtd", Y)),
                        part("mtr", part("mtd", ONE), part("mtd", X)),
                    ),
                )
            ],
        ),
    ],
)
def test_what_a_formula_is_made_of(latex, made):
    assert formula(latex) == part("math", *made)


def test_a_command_that_no_layer_uses_is_an_error():
    with pytest.raises(ValueError, match="oint"):
        formula(r"\oint x")


def test_a_strangers_signs_stand_as_they_are():
    assert parts(r"`a` on \*\*b\*\* \[c](d) \\ **e**") == [
        part("code", "a"),
        " on **b** [c](d) \\ ",
        part("strong", "e"),
    ]
