"""Follows a PowerShell script, where no PowerShell is: the plain part of the language, with stand-ins for its
commands."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tree_sitter import Node

from powershell import below, core, elements, text, verbatim

Command = Callable[[list[Any], dict[str, Any], Any], Any]
"""What stands for a command: it takes its arguments, its parameters, and what is piped to it."""

_CONSTANTS = {"null": None, "true": True, "false": False}

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "-eq": lambda left, right: _any_case(left) == _any_case(right),
    "-ceq": lambda left, right: left == right,
    "-gt": lambda left, right: left > right,
    "-contains": lambda left, right: _any_case(right) in _any_case(left),
}


class Reading:
    """Follows statements; ``commands`` stand for the commands that are called, ``known`` holds the
    variables."""

    def __init__(self, commands: Mapping[str, Command], known: dict[str, Any]) -> None:
        self.commands = commands
        self.known = known

    def run(self, body: Node) -> list[Any]:
        """What the statements of a block put out."""
        statements = [node for child in body.named_children for node in _statements(child)]
        given = [self.value(statement) for statement in statements]
        return [value for value in given if value is not None]

    def value(self, node: Node) -> Any:
        """What an expression, a pipeline or a statement comes to.

        Raises:
            AttributeError: if it is not of the plain part.
            LookupError: if a variable, a command or a property is not there, as in PowerShell's strict mode.
        """
        node = core(node)
        return getattr(self, f"_{node.type}")(node)

    def _verbatim_string_characters(self, node: Node) -> str:
        return verbatim(node)

    def _generic_token(self, node: Node) -> str:
        return text(node)

    def _decimal_integer_literal(self, node: Node) -> int:
        return int(text(node))

    def _real_literal(self, node: Node) -> float:
        return float(text(node))

    def _variable(self, node: Node) -> Any:
        if _name(node) in _CONSTANTS:
            return _CONSTANTS[_name(node)]
        return self.known[_name(node)]

    def _script_block_expression(self, node: Node) -> Node:
        return node

    def _parenthesized_expression(self, node: Node) -> Any:
        return self.value(node.named_children[0])

    def _array_expression(self, node: Node) -> list[Any]:
        inside = [self.value(child) for child in node.named_children]
        return inside[0] if len(inside) == 1 and isinstance(inside[0], list) else inside

    def _array_literal_expression(self, node: Node) -> list[Any]:
        return [self.value(child) for child in node.named_children]

    def _cast_expression(self, node: Node) -> Any:
        assert text(node.children[0]) == "[ordered]"
        return self.value(node.children[1])

    def _hash_literal_expression(self, node: Node) -> dict[str, Any]:
        entries = (entry for entry in below(node) if entry.type == "hash_entry")
        mine = [entry for entry in entries if entry.parent.parent == node]
        return {text(entry.named_children[0]): self.value(entry.named_children[1]) for entry in mine}

    def _member_access(self, node: Node) -> Any:
        owner, name = self.value(node.children[0]), text(node.children[-1])
        if isinstance(owner, Path):
            return owner.stat().st_size if name == "Length" else {"FullName": owner}[name]
        if isinstance(owner, list):
            return {"Count": len(owner)}[name]
        return list(owner) if name == "Keys" else owner[name]

    def _element_access(self, node: Node) -> Any:
        return self.value(node.children[0])[self.value(node.children[2])]

    def _additive_expression(self, node: Node) -> Any:
        left, right = self.value(node.children[0]), self.value(node.children[2])
        return left + (str(right) if isinstance(left, str) else right)

    def _comparison_expression(self, node: Node) -> bool:
        left, right = self.value(node.children[0]), self.value(node.children[2])
        compare = _COMPARISONS[text(node.children[1])]
        return compare(left, right)

    def _expression_with_unary_operator(self, node: Node) -> bool:
        assert text(node.children[0]) == "-not"
        return not self.value(node.children[1])

    def _invokation_expression(self, node: Node) -> Any:
        *target, arguments = node.children
        given = [self.value(child) for child in arguments.named_children]
        return self.commands["".join(text(part) for part in target)](given, {}, None)

    def _command(self, node: Node, piped: Any = None) -> Any:
        arguments: list[Any] = []
        parameters: dict[str, Any] = {}
        wanted = None
        for element in elements(node):
            if element.type == "command_parameter":
                wanted = text(element).lstrip("-")
                parameters[wanted] = True
            elif wanted is not None:
                parameters[wanted] = self.value(element)
                wanted = None
            else:
                arguments.append(self.value(element))
        return self.commands[text(node.children[0])](arguments, parameters, piped)

    def _pipeline_chain(self, node: Node) -> Any:
        first, *others = node.named_children
        value = self.value(first)
        for stage in map(core, others):
            value = self._command(stage, value)
        return value

    def _assignment_expression(self, node: Node) -> None:
        self.known[_name(core(node.children[0]))] = self.value(node.children[-1])

    def _foreach_statement(self, node: Node) -> None:
        variable, over, block = (core(child) for child in node.named_children)
        for item in self.value(over):
            self.known[_name(variable)] = item
            self.run(block)

    def _if_statement(self, node: Node) -> Any:
        condition, then, otherwise = node.named_children
        chosen = then if self.value(condition) else otherwise.named_children[0]
        return (self.run(chosen) or [None])[-1]


def _statements(node: Node) -> list[Node]:
    while node.type in {"script_block", "script_block_body"}:
        node = node.named_children[0]
    return list(node.named_children) if node.type == "statement_list" else [node]


def _name(variable: Node) -> str:
    return text(variable).lstrip("$").removeprefix("script:")


def _any_case(value: Any) -> Any:
    if isinstance(value, list):
        return [_any_case(item) for item in value]
    return value.casefold() if isinstance(value, str) else value
