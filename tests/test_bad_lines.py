"""No line of a file with bad lines is lost: each is staged, kept or counted."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from bad_data import FOUND, LINES, REFUSED, REJECTED, spoil_lines
from conftest import dbt, rows
from test_bad_data import CHECKS, SOURCES

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def spoiled(demo_dir, demo_database, tmp_path_factory):
    """Return a folder with a spoiled line for every case, its database, and lines."""
    work = tmp_path_factory.mktemp("spoiled")
    folder = Path(shutil.copytree(demo_dir, work / "files"))
    numbers = spoil_lines(folder)
    database = work / "demo.duckdb"
    # As of the last day of the sound files, so that later ones are left out.
    ((day,),) = rows(demo_database, "select as_of_date::varchar from segment_models")
    result = dbt(
        *("build", "--select", "+data_quality", "+reconciliation", *CHECKS),
        raw_dir=folder,
        database=database,
        variables={"as_of_date": day, "max_rejected_share": 1, "max_defect_share": 1},
    )
    assert "Traceback" not in result.stdout
    return folder, database, numbers, result


def counts(database: Path) -> dict[str, int]:
    return dict(rows(database, "select check_name, rows_affected from data_quality"))


def test_there_are_more_than_forty_ways_to_spoil_the_files():
    assert len(REFUSED) + len(LINES) > 40
    assert len({case.name for case in REFUSED + LINES}) == len(REFUSED + LINES)


def test_the_build_on_spoiled_lines_warns_and_ends(spoiled):
    _, database, _, result = spoiled
    assert result.returncode == 0, result.stdout
    assert re.search(
        r"orders_dataset.csv: 6 of [\d,]+ lines could not be read, line \d",
        result.stdout,
    )
    assert re.search(r"WARN=1\b", result.stdout)
    assert "orders: 1 of the lines repeat another one entirely" in result.stdout
    said = " ".join(result.stdout.split())
    for file, line, column, reason in rows(
        database,
        "select file, line_number, column_name, reason from rejected_rows as one "
        "where line_number = "
        "(select min(line_number) from rejected_rows where file = one.file)",
    ):
        fault = f"column {column}, {reason}" if column else reason
        first = re.escape(f"line {line:,} first ({' '.join(fault.split())})")
        assert re.search(rf"{file}: [^:]+ could not be read, {first}", said), file


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_a_line_that_cannot_be_read_is_kept_with_place_and_reason(case, spoiled):
    folder, database, numbers, _ = spoiled
    ((line_count, column, reason, raw_line),) = rows(
        database,
        "select line_count, column_name, reason, raw_line from rejected_rows "
        f"where file = '{case.file}' and line_number = {numbers[case.name]}",
    )
    assert (column, reason) == (case.column, case.reason)
    lines = (folder / case.file).read_bytes().split(b"\n")
    first = numbers[case.name] - 1
    line = b"\n".join(lines[first : first + line_count]).removesuffix(b"\r")
    assert raw_line == line.decode("utf-8", errors="backslashreplace")


def test_no_other_line_is_rejected(spoiled):
    _, database, _, _ = spoiled
    assert rows(database, "select count(*) from rejected_rows") == [(len(REJECTED),)]


@pytest.mark.parametrize("case", FOUND, ids=str)
def test_a_row_with_a_defect_is_counted(case, demo_database, spoiled):
    _, database, _, _ = spoiled
    expected = Counter()
    for one in FOUND:
        expected.update(one.checks)
    before, after = counts(demo_database), counts(database)
    for check in case.checks:
        assert after[check] - before[check] == expected[check], check


def test_staged_and_rejected_lines_are_the_lines_of_the_file(spoiled):
    folder, database, _, _ = spoiled
    for source, file in SOURCES.items():
        ((staged,),) = rows(database, f"select count(*) from staging.stg_{source}")
        ((rejected,),) = rows(
            database,
            "select coalesce(sum(line_count), 0) from rejected_rows "
            f"where file = '{file}'",
        )
        lines = (folder / file).read_bytes().rstrip(b"\r\n").count(b"\n")
        if source == "order_reviews":
            ((breaks,),) = rows(
                database,
                "select sum(length(comment_message) - "
                "length(replace(comment_message, chr(10), ''))) "
                "from staging.stg_order_reviews",
            )
            lines -= breaks
        assert staged + rejected == lines, file


def test_totals_of_the_files_are_in_the_marts_or_accounted_for(spoiled):
    _, database, _, result = spoiled
    assert "assert_raw_totals_reach_the_marts" in result.stdout
    left_out = dict(
        rows(
            database,
            "select measure, without_key + repeated + of_unknown_orders "
            "+ not_by_as_of_date from reconciliation",
        )
    )
    assert all(left_out[m] > 0 for m in ("orders", "price", "payment_value", "reviews"))
