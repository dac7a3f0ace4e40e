"""Arithmetic of scores, as OpenAI's multi grader writes it: parsed and computed here, never evaluated as a program.

Source: https://platform.openai.com/docs/guides/graders, "Combining graders": `+ - * / ^`, `min max abs floor ceil exp
sqrt log`. `**` is understood as `^` is.
"""

import ast
import math
import operator
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...wording import listed, quoted, suggestion

LONGEST = 2_000
"""Characters of a formula."""

DEEPEST = 50
"""Levels to which a formula nests."""

_LARGEST = 1e15

_OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_SIGNS: Mapping[type[ast.unaryop], Callable[[float], float]] = {ast.UAdd: operator.pos, ast.USub: operator.neg}
_OF_ONE: Mapping[str, Callable[[float], float]] = {
    "abs": abs,
    "floor": math.floor,
    "ceil": math.ceil,
    "exp": math.exp,
    "sqrt": math.sqrt,
    "log": math.log,
}
_OF_ANY: Mapping[str, Callable[[Sequence[float]], float]] = {"min": min, "max": max}
_FUNCTIONS = (*_OF_ANY, *_OF_ONE)


@dataclass(frozen=True)
class Formula:
    """A formula that was found to be in order.

    Attributes:
        text: as it was written.
        names: of the scores that it uses.
        root: its parsed form, which holds nothing but what is computed here.
    """

    text: str
    names: frozenset[str]
    root: ast.expr

    def __call__(self, scores: Mapping[str, float]) -> float:
        """Its value, finite.

        Raises:
            ValueError: it has none for these scores: a division by zero, a root of a negative number, an overflow.
        """
        try:
            value = _value(self.root, scores)
        except (ArithmeticError, ValueError, TypeError):
            value = math.nan
        # A fractional power of a negative number is complex.
        if not isinstance(value, int | float) or not math.isfinite(value):
            told = listed(f"{name} {scores[name]:g}" for name in sorted(self.names))
            raise ValueError(f"{quoted(self.text)} has no finite value for {told}")
        return float(value)


def formula(text: object, known: Sequence[str]) -> Formula:
    """The formula that a text is, over the `known` names of scores.

    Raises:
        ValueError: it is none, names a score that is not there, or names none; the message begins with a verb.
    """
    if not isinstance(text, str) or not text.strip():
        raise ValueError("is no text; a formula such as 0.5 * a + 0.5 * b is wanted")
    if len(text) > LONGEST:
        raise ValueError(f"has {len(text):,} characters, more than the {LONGEST:,} that a formula may have")
    root = _parsed(text)
    _check(root, known, 0)
    names = frozenset(node.id for node in _names(root))
    if not names:
        raise ValueError(f"{quoted(text)} uses no grader, so every output would be graded alike")
    return Formula(text, names, root)


def _parsed(text: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.strip().replace("^", "**"), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(f"{quoted(text)} is not a formula such as 0.5 * a + 0.5 * b") from None


def _check(node: ast.expr, known: Sequence[str], depth: int) -> None:
    if depth > DEEPEST:
        raise ValueError(f"nests deeper than {DEEPEST} levels")
    if isinstance(node, ast.Name):
        if node.id not in known:
            hint = suggestion(node.id, known) or f"; there are {listed(map(quoted, known), most=20)}"
            raise ValueError(f"uses {quoted(node.id)}, which is no grader's name{hint}")
    elif isinstance(node, ast.Constant):
        _check_number(node.value)
    else:
        for part in _parts(node):
            _check(part, known, depth + 1)


def _check_number(value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _LARGEST:
        raise ValueError("holds something that is no number of an ordinary size")


def _parts(node: ast.expr) -> list[ast.expr]:
    """What an operation or a call is made of."""
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return [node.left, node.right]
    if isinstance(node, ast.UnaryOp) and type(node.op) in _SIGNS:
        return [node.operand]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _arguments(node, node.func.id)
    known = f"+ - * / ^ and {listed(_FUNCTIONS, most=20)}"
    raise ValueError(f"uses more than {known}")


def _arguments(node: ast.Call, name: str) -> list[ast.expr]:
    if name not in _FUNCTIONS:
        hint = suggestion(name, _FUNCTIONS) or f"; there are {listed(_FUNCTIONS, most=20)}"
        raise ValueError(f"calls {quoted(name)}, which is no function here{hint}")
    fits = len(node.args) == 1 if name in _OF_ONE else len(node.args) > 0
    if not fits or node.keywords or any(isinstance(part, ast.Starred) for part in node.args):
        raise ValueError(f"calls {name} with {len(node.args)} values; {'one' if name in _OF_ONE else 'some'} is wanted")
    return node.args


def _names(node: ast.expr) -> Iterator[ast.Name]:
    """The names of scores in an expression that was checked."""
    if isinstance(node, ast.Name):
        yield node
    elif not isinstance(node, ast.Constant):
        for part in _parts(node):
            yield from _names(part)


def _value(node: ast.expr, scores: Mapping[str, float]) -> float:
    if isinstance(node, ast.Name):
        return scores[node.id]
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    values = [_value(part, scores) for part in _parts(node)]
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](*values)
    if isinstance(node, ast.UnaryOp):
        return _SIGNS[type(node.op)](*values)
    return _called(node, values)


def _called(node: ast.expr, values: Sequence[float]) -> float:
    name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
    return float(_OF_ONE[name](values[0]) if name in _OF_ONE else _OF_ANY[name](values))
