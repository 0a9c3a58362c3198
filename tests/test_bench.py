"""The page on performance says what was measured."""

import pytest

from bench.page import render
from bench.run import PAGE, covered, read_results


def test_the_page_on_performance_is_that_of_the_stored_results():
    results = read_results()
    if not results:
        pytest.skip("bench/results is empty: `make bench` fills it")
    assert PAGE.read_text(encoding="utf-8") == render(results)


def test_time_in_which_several_nodes_run_counts_once():
    at = "2026-01-01T00:00:{:02}.000000Z".format
    spans = [(at(0), at(4)), (at(1), at(3)), (at(3), at(5)), (at(8), at(9))]
    assert covered(spans) == 6.0
