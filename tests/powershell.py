"""A PowerShell script as its syntax tree tells it; no PowerShell is needed to read one."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

_PARSER = Parser(Language(tree_sitter_powershell.language()))

_NOT_PLAIN = {"pipeline_chain_tail", "merging_redirection_operator", "class_statement", "enum_statement"}
"""What PowerShell 7 alone knows, or what the two understand differently; other news of it do not parse
here."""


class Step(NamedTuple):
    """One of the steps: what it is called, and what it does."""

    title: str
    body: Node


class Script:
    """A script that is only read."""

    def __init__(self, file: Path) -> None:
        self.text = file.read_text(encoding="ascii")
        self.root = _PARSER.parse(self.text.encode()).root_node
        self.nodes = list(below(self.root))

    @property
    def faults(self) -> list[str]:
        """What does not parse, or is no part of Windows PowerShell 5.1, or not plain: with its line."""
        return [
            f"{node.start_point.row + 1}: {text(node)}"
            for node in self.nodes
            if node.type == "ERROR" or node.is_missing or node.type in _NOT_PLAIN
        ]

    @property
    def steps(self) -> list[Step]:
        """The steps in their order."""
        calls = [elements(node) for node in self.commands("Invoke-Step")]
        return [Step(verbatim(title), body) for title, body in calls]

    @property
    def parameters(self) -> list[str]:
        """The names of the script's own parameters."""
        block = next(node for node in self.root.children if node.type == "param_block")
        return [
            text(child).lstrip("$")
            for node in below(block)
            if node.type == "script_parameter"
            for child in node.children
            if child.type == "variable"
        ]

    @property
    def functions(self) -> set[str]:
        """The names of the functions that it defines."""
        return {text(node) for node in self.nodes if node.type == "function_name"}

    @property
    def called(self) -> dict[str, set[str]]:
        """Which commands it calls by name, and which parameters it gives each of them."""
        found: dict[str, set[str]] = {}
        for node in self.nodes:
            if node.type == "command_name":
                given = {text(n).lstrip("-") for n in node.parent.children[1:] for n in _parameters(n)}
                found.setdefault(text(node), set()).update(given)
        return found

    @property
    def unassigned(self) -> set[str]:
        """The variables that it reads and never sets; strict mode refuses them where they are not
        PowerShell's own."""
        found = {text(node).lower() for node in self.nodes if node.type == "variable"}
        plain = {name.replace("$script:", "$") for name in found}
        return {name.lstrip("$") for name in plain - self._assigned}

    @property
    def _assigned(self) -> set[str]:
        targets = (node.children[0] for node in self.nodes if node.type == "assignment_expression")
        others = (
            child
            for node in self.nodes
            if node.type in {"script_parameter", "foreach_statement"}
            for child in node.children
        )
        set_here = [core(node) for node in (*targets, *others)]
        return {text(node).lower() for node in set_here if node.type == "variable"}

    def assigned(self, name: str) -> Node:
        """What the script first puts into a variable."""
        return next(
            node.children[-1]
            for node in self.nodes
            if node.type == "assignment_expression" and text(node.children[0]) == f"${name}"
        )

    def commands(self, name: str) -> Iterator[Node]:
        """The calls of a command, in their order."""
        for node in self.nodes:
            if node.type == "command" and text(node.children[0]) == name:
                yield node


def below(node: Node) -> Iterator[Node]:
    """The node and all below it, as they are written."""
    yield node
    for child in node.children:
        yield from below(child)


def core(node: Node) -> Node:
    """The node without those around it that hold nothing else."""
    while node.child_count == 1 and node.named_child_count == 1 and node.type != "command":
        node = node.children[0]
    return node


def elements(command: Node) -> list[Node]:
    """The arguments of a command, and the names of its parameters."""
    inside = (child for child in command.named_children if child.type == "command_elements")
    return [
        core(node) for part in inside for node in part.named_children if node.type != "command_argument_sep"
    ]


def _parameters(elements: Node) -> list[Node]:
    return [child for child in elements.children if child.type == "command_parameter"]


def verbatim(node: Node) -> str:
    """The text of a string in single quotes."""
    return text(node)[1:-1].replace("''", "'")


def text(node: Node) -> str:
    """The node as it is written."""
    return (node.text or b"").decode()
