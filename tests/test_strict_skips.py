"""The suite notices tests that were skipped for want of a program."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

TESTS = """
import pytest

@pytest.mark.data
@pytest.mark.skipif(True, reason="data is absent: olist")
def test_without_data(): ...

@pytest.mark.skipif(True, reason="data is absent: olist")
def test_without_data_and_without_a_mark(): ...

@pytest.mark.skipif(True, reason="chromium absent")
def test_without_a_browser(): ...

def test_that_gives_up():
    pytest.skip("no idea")

@pytest.mark.xfail(strict=True, reason="known")
def test_that_fails():
    assert False
"""


@pytest.mark.parametrize(("options", "skipped", "refused"), [((), 4, 0), (("--strict-skips",), 1, 2)])
def test_only_absent_data_may_be_skipped_where_every_program_is_there(
    pytester: pytest.Pytester, options: tuple[str, ...], skipped: int, refused: int
) -> None:
    pytester.makeconftest((Path(__file__).parent / "conftest.py").read_text(encoding="utf-8"))
    pytester.makeini("[pytest]\nmarkers =\n    data\n    slow\n")
    pytester.makepyfile(TESTS)
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", *options)
    result.assert_outcomes(skipped=skipped, errors=refused, failed=1 if refused else 0, xfailed=1)
