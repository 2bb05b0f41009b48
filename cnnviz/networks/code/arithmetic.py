"""Literal arithmetic, within bounds: ``14 * 14 * 32``, ``28 // 2``, ``2 ** 5``."""

import ast
import operator
from collections.abc import Callable
from math import isfinite
from typing import Any

from cnnviz.networks.code.syntax import error_at
from cnnviz.networks.code.values import BATCH, UNKNOWN, Flow
from cnnviz.text import Message

MOST = 10**12  # of any number on the way
MOST_POWER = 64
MOST_LONG = 1_000  # of a list or a text that is made

OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda one, many: one in many,
    ast.NotIn: lambda one, many: one not in many,
}
SIZED = (str, list, tuple)


def computed(node: ast.AST, sign: ast.operator, left: Any, right: Any) -> Any:
    """Two values with a sign between them.

    Raises
    ------
    CodeError
        If one is a tensor, which makes branches, or the result would be out of bounds.
    """
    if isinstance(left, Flow) or isinstance(right, Flow):
        raise error_at(node, tensors(left, right))
    if BATCH in (left, right) or UNKNOWN in (left, right):
        return UNKNOWN
    if type(sign) not in OPERATORS or not allowed(sign, left, right):
        raise error_at(node, "This is no arithmetic that is read here: write the number itself.")
    try:
        result = OPERATORS[type(sign)](left, right)
    except (ArithmeticError, ValueError, TypeError):
        raise error_at(node, "This arithmetic has no result: write the number itself.") from None
    return bounded(node, result)


def tensors(left: Any, right: Any) -> Message:
    if isinstance(left, Flow) and isinstance(right, Flow):
        return Message("Two tensors meet here: networks with branches are not read, only one layer after the other.")
    return Message("Arithmetic with the tensor itself is not read: only layers, one after the other.")


def allowed(sign: ast.operator, left: Any, right: Any) -> bool:
    """Numbers; texts and lists that are joined or repeated, to no great length."""
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return not isinstance(sign, ast.Pow) or (abs(left) <= MOST and 0 <= right <= MOST_POWER)
    if isinstance(sign, ast.Add):
        return type(left) is type(right) and isinstance(left, SIZED) and len(left) + len(right) <= MOST_LONG
    if isinstance(sign, ast.Mult):
        many, times = (left, right) if isinstance(left, SIZED) else (right, left)
        return isinstance(many, SIZED) and isinstance(times, int) and len(many) * max(times, 0) <= MOST_LONG
    return False


def bounded(node: ast.AST, result: Any) -> Any:
    if isinstance(result, (int, float)) and not (isfinite(result) and abs(result) <= MOST):
        raise error_at(node, "This comes to more than {most:,}, which is no size of a layer.", most=MOST)
    if isinstance(result, complex):
        raise error_at(node, "This arithmetic has no result: write the number itself.")
    return result


def compared(node: ast.AST, sign: ast.cmpop, left: Any, right: Any) -> Any:
    """True or False; unknown, where one of the two is."""
    if isinstance(sign, (ast.Is, ast.IsNot)):
        return COMPARED[type(sign)](left, right)
    if isinstance(left, Flow) or isinstance(right, Flow) or BATCH in (left, right) or UNKNOWN in (left, right):
        return UNKNOWN
    try:
        return COMPARED[type(sign)](left, right)
    except TypeError:
        raise error_at(node, "These two cannot be compared: write what follows from it.") from None
