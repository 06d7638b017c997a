"""Versions: what pyproject allows, what it pins, and that a first day takes the pinned ones."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT, UV = PYPROJECT["project"], PYPROJECT["tool"]["uv"]
NAMED = [
    *PROJECT["dependencies"],
    *(line for extra in PROJECT["optional-dependencies"].values() for line in extra),
    *(line for group in PYPROJECT["dependency-groups"].values() for line in group),
]


def pins(of: str) -> dict[str, str]:
    """Version by name; each line is a name and a number, nothing else."""
    lines = [re.fullmatch(r"([a-z0-9-]+)==([0-9][0-9a-z.]*)", line) for line in UV[of]]
    assert all(lines), f"{of} has more than names and numbers"
    return {line[1]: line[2] for line in lines if line}


@pytest.mark.parametrize("line", NAMED)
def test_every_dependency_is_pinned_inside_its_bound(line: str) -> None:
    allowed = Requirement(line)
    assert allowed.specifier.contains(pins("constraint-dependencies")[canonicalize_name(allowed.name)])


@pytest.mark.parametrize("line", PYPROJECT["build-system"]["requires"])
def test_what_builds_the_package_is_pinned_inside_its_bound(line: str) -> None:
    allowed = Requirement(line)
    assert allowed.specifier.contains(pins("build-constraint-dependencies")[canonicalize_name(allowed.name)])


@pytest.mark.parametrize("line", NAMED)
def test_every_dependency_has_a_lower_bound(line: str) -> None:
    assert any(part.operator == ">=" for part in Requirement(line).specifier)


def test_what_is_installed_here_is_what_is_pinned() -> None:
    """Direct and transitive: README's commands leave nothing to what was released last night."""
    pinned, installed = pins("constraint-dependencies"), needed_here(NAMED)
    assert {name: pinned.get(name) for name in installed} == installed


def needed_here(lines: list[str]) -> dict[str, str]:
    """Versions of what is installed and these lines need, directly or not."""
    versions: dict[str, str] = {}
    open_lines = [Requirement(line) for line in lines]
    while open_lines:
        line = open_lines.pop()
        name = canonicalize_name(line.name)
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            continue
        if name not in versions:
            versions[name] = installed.version
            open_lines += wanted_by(installed, line.extras)
    return versions


def wanted_by(installed: Distribution, extras: set[str]) -> list[Requirement]:
    lines = [Requirement(line) for line in installed.requires or ()]
    return [line for line in lines if asked_for(line, extras)]


def asked_for(line: Requirement, extras: set[str]) -> bool:
    return line.marker is None or any(line.marker.evaluate({"extra": extra}) for extra in (extras or {""}))
