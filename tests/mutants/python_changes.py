"""Wrong changes of Python modules, made by the operators of cosmic-ray (https://cosmic-ray.readthedocs.io).

Fixed are these of its operators, and two of our own that are written as cosmic-ray's are:

- bounds: `<` and `<=`, `>` and `>=`
- signs: `+` and `-`, with one or two operands
- months: one more or less, on lines that speak of months, quarters, years, windows or horizons
- ties: `descending=`, `nulls_last=`, and the words `first`, `last`, `min`, `max`
- calibers: one word of a name or a string, where the file knows the other one too, as in SQL
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Example, Operator
from cosmic_ray.plugins import get_operator

from tests.mutants.mutant import Edit
from tests.mutants.sql_changes import Changes, other_names

_FIXED = {
    "bounds": [f"ReplaceComparisonOperator_{pair}" for pair in ("Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt")],
    "signs": ["ReplaceBinaryOperator_Add_Sub", "ReplaceBinaryOperator_Sub_Add", "ReplaceUnaryOperator_Delete_USub"],
    "months": ["NumberReplacer"],
    "ties": ["ReplaceTrueWithFalse", "ReplaceFalseWithTrue"],
}
_NO_MONTHS = re.compile(r"(?:axis|initial)=$|shape\[$")
_FRACTION = re.compile(r"\d*[.e]")
_LINE_OF = {
    "months": re.compile(r"month|quarter|year|window|horizon", re.IGNORECASE),
    "ties": re.compile(r"\b(?:descending|nulls_last|reverse)="),
}
"""What the line must say for a number to count months, and for a flag to decide who comes first."""
_TIES: Mapping[str, list[str]] = {"first": ["last"], "last": ["first"], "min": ["max"], "max": ["min"]}


class Renaming(Operator):
    """Puts another name in place of a name or a string: one of those that `others` gives and the file knows."""

    def __init__(self, others: Mapping[str, list[str]]) -> None:
        self.others = others

    def mutation_positions(self, node: Any) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        for _ in self._choices(node):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        node.value = node.value.replace(node.value.strip("\"'"), self._choices(node)[index])
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example('x.rank("min")', 'x.rank("max")', operator_args={"others": _TIES}),)

    def _choices(self, node: Any) -> list[str]:
        is_name = node.type == "name" and not node.is_definition() and not _is_keyword(node)
        return self.others.get(node.value.strip("\"'"), []) if is_name or node.type == "string" else []


def _is_keyword(name: Any) -> bool:
    return name.parent.type == "argument" and name.parent.children[0] is name and len(name.parent.children) > 1


def changes(source: str) -> Changes:
    """All wrong changes of a module as (kind, edits)."""
    tree = get_ast(source)
    leaves = [node for node in ast_nodes(tree) if node.type in {"name", "string"}]
    names = {leaf.value.strip("\"'") for leaf in leaves}
    calibers = {name: [other for other in other_names(name) if other in names] for name in names}
    operators = [(kind, get_operator(f"core/{name}")()) for kind, fixed in _FIXED.items() for name in fixed]
    operators += [("ties", Renaming(_TIES)), ("calibers", Renaming(calibers))]
    start = 0
    for statement in tree.children:
        # A statement by itself: cosmic-ray reads the text anew for every single change.
        code = statement.get_code()
        for kind, operator in operators:
            for edit in _edits(code, statement, operator):
                at = start + edit.start
                if isinstance(operator, Renaming) or _is_of_kind(kind, source, at):
                    # cosmic-ray writes a blank before a number.
                    text = edit.text.strip() if kind == "months" else edit.text
                    yield kind, (Edit(at, start + edit.end, text),)
        start += len(code)


def _is_of_kind(kind: str, source: str, at: int) -> bool:
    begin = source.rfind("\n", 0, at) + 1
    line = source[begin : source.find("\n", at)]
    is_other = kind == "months" and (_NO_MONTHS.search(source[begin:at]) or _FRACTION.match(source, at))
    return not is_other and (kind not in _LINE_OF or bool(_LINE_OF[kind].search(line)))


def _edits(text: str, statement: Any, operator: Operator) -> Iterator[Edit]:
    count = sum(1 for node in ast_nodes(statement) for _ in operator.mutation_positions(node))
    for occurrence in range(count):
        mutated = mutate_code(text, operator, occurrence)
        start = _common(text, mutated)
        tail = _common(text[start:][::-1], mutated[start:][::-1])
        yield Edit(start, len(text) - tail, mutated[start : len(mutated) - tail])


def _common(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    same = (pair[0] == pair[1] for pair in zip(one, other, strict=False))
    return next((n for n, is_same in enumerate(same) if not is_same), min(len(one), len(other)))
