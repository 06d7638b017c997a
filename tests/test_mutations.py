"""Mistakes that tests must see are about this code as it is (`python -m tests.mutations` makes them)."""

from __future__ import annotations

import pytest

from tests.mutations import ROOT, Mutation, mutations

ROOMS = {
    "scenario",
    "response",
    "risk",
    "plans",
    "model",
    "solver",
    "explanation",
    "rollout",
    "history",
    "tables",
    "runs",
    "cli",
    "parallel",
}


@pytest.mark.parametrize("mutation", mutations(), ids=lambda mutation: mutation.name)
def test_what_is_mutated_is_there_once_and_its_tests_exist(mutation: Mutation) -> None:
    content = (ROOT / mutation.file).read_text(encoding="utf-8")
    assert mutation.mutated(content) != content
    for test in mutation.tests:
        file, _, name = test.partition("::")
        assert f"def {name.partition('[')[0]}(" in (ROOT / file).read_text(encoding="utf-8") if name else True
        assert (ROOT / file).is_file()


def test_every_room_and_every_kind_of_document_has_a_mutation() -> None:
    files = [mutation.file for mutation in mutations()]
    assert {file.split("/")[1] for file in files if file.startswith("optimizer/")} >= ROOMS
    documents = ("board", "plan_document", "workbook", "whatif", "studies/pilot", "studies/adjust")
    documents += ("studies/calibration", "studies/transition", "batch_summary")
    assert [kind for kind in documents if not any(f"reports/{kind}" in file for file in files)] == []
