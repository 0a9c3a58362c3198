"""Bad raw files are refused in one sentence, or nothing of them is lost."""

import csv
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
import yaml
from bad_data import (
    CUSTOMERS,
    FOUND,
    ITEMS,
    LINES,
    ORDERS,
    REFUSED,
    REJECTED,
    read_line,
    spoil_lines,
    write_line,
)
from conftest import ROOT, build, dbt, rows
from olist_segments.raw.check import find_problems, read_contract

YAML = ROOT / "models" / "staging" / "olist" / "_sources.yml"
CONTRACT = read_contract(YAML)
SOURCES = {
    table["name"]: table["config"]["meta"]["file"]
    for table in yaml.safe_load(YAML.read_text("utf-8"))["sources"][0]["tables"]
}
MODELS = ["--select", "+data_quality", "+reconciliation"]
MODELS += ["--indirect-selection", "buildable", "--exclude-resource-type", "unit_test"]
# The last day with purchases in synthetic data, so that later ones are left out.
LAST_DAY = {"as_of_date": "2018-10-17"}


@pytest.fixture
def spoiled_dir(demo_dir, tmp_path) -> Path:
    """Return a copy of the synthetic files, to be spoiled."""
    return Path(shutil.copytree(demo_dir, tmp_path / "spoiled"))


@pytest.fixture(scope="module")
def clean(demo_dir, tmp_path_factory) -> Path:
    """Return a database with the checks of the synthetic files."""
    database = tmp_path_factory.mktemp("clean") / "clean.duckdb"
    return build(*MODELS, raw_dir=demo_dir, database=database, variables=LAST_DAY)


@pytest.fixture(scope="module")
def spoiled(demo_dir, tmp_path_factory):
    """Return a folder with a spoiled line for every case, its database, and lines."""
    work = tmp_path_factory.mktemp("spoiled")
    folder = Path(shutil.copytree(demo_dir, work / "files"))
    numbers = spoil_lines(folder)
    database = work / "spoiled.duckdb"
    result = dbt(
        "build",
        *MODELS,
        raw_dir=folder,
        database=database,
        variables={**LAST_DAY, "max_rejected_share": 1, "max_defect_share": 1},
    )
    assert "Traceback" not in result.stdout
    return folder, database, numbers, result


def counts(database: Path) -> dict[str, int]:
    return dict(rows(database, "select check_name, rows_affected from data_quality"))


# --- Refused as a whole ---------------------------------------------------------------


def test_sound_files_have_no_problems(demo_dir):
    assert find_problems(demo_dir, CONTRACT, max_bad_share=0.001) == []


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_a_spoiled_file_is_refused_in_a_sentence(case, spoiled_dir):
    case.spoil(spoiled_dir / case.file)
    problems = find_problems(spoiled_dir, CONTRACT, max_bad_share=0.001)
    (problem,) = problems
    assert problem.startswith(case.file)
    assert case.sentence in problem


@pytest.mark.parametrize("file", SOURCES.values())
def test_no_file_is_offered_in_place_of_a_missing_one(file, spoiled_dir):
    (spoiled_dir / file).unlink()
    (problem,) = find_problems(spoiled_dir, CONTRACT, max_bad_share=0.001)
    assert not any(other in problem for other in SOURCES.values() if other != file)


def test_a_folder_with_signs_of_a_pattern_is_taken_by_its_name(demo_dir, tmp_path):
    folder = Path(shutil.copytree(demo_dir, tmp_path / "raw [2018] ?*"))
    for decoy in ("raw 2 ab", "raw 1 ?x"):
        shutil.copytree(demo_dir, tmp_path / decoy)
    database = tmp_path / "pattern.duckdb"
    result = dbt("run", "--select", "stg_orders", raw_dir=folder, database=database)
    assert result.returncode == 0, result.stdout
    assert rows(database, "select count(*) from staging.stg_orders") == [(5000,)]


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"max_rejected_share": "abc"}, "max_rejected_share is 'abc': it must be a"),
        ({"max_defect_share": -1}, "max_defect_share is '-1': it must be a share"),
        ({"as_of_date": "2018-13-01"}, "as_of_date is '2018-13-01': it must be a day"),
        ({"as_of_date": "30/06/2018"}, "it must be a day such as 2018-03-31"),
        ({"published_olist": "false"}, "it must be true or false, without quotes"),
    ],
)
def test_a_variable_that_cannot_be_is_refused(variables, sentence, demo_dir, tmp_path):
    result = dbt(
        *("build", "--select", "stg_orders"),
        raw_dir=demo_dir,
        database=tmp_path / "refused.duckdb",
        variables=variables,
    )
    assert result.returncode == 2
    assert sentence in " ".join(result.stdout.split())
    assert "START sql" not in result.stdout


def test_all_problems_are_listed_at_once_before_anything_is_built(
    spoiled_dir, tmp_path
):
    cases = [
        next(case for case in REFUSED if case.name == name)
        for name in ("missing", "renamed column", "Latin-1", "empty", "tabs")
    ]
    for case in cases:
        case.spoil(spoiled_dir / case.file)
    database = tmp_path / "refused.duckdb"
    result = dbt("build", raw_dir=spoiled_dir, database=database)
    assert result.returncode == 2
    for case in cases:
        assert case.file in result.stdout
        assert case.sentence in " ".join(result.stdout.split())
    assert "START sql" not in result.stdout
    assert rows(database, "select count(*) from information_schema.tables") == [(0,)]


def test_files_that_may_be_empty_need_their_header_only(spoiled_dir):
    for name in (
        "olist_order_reviews_dataset.csv",
        "olist_geolocation_dataset.csv",
        "product_category_name_translation.csv",
    ):
        content = (spoiled_dir / name).read_bytes()
        (spoiled_dir / name).write_bytes(content.split(b"\n")[0])
    assert find_problems(spoiled_dir, CONTRACT, max_bad_share=0.001) == []


def test_columns_may_stand_in_another_order_and_among_others(spoiled_dir, tmp_path):
    path = spoiled_dir / "olist_orders_dataset.csv"
    with path.open(encoding="utf-8", newline="") as opened:
        lines = list(csv.reader(opened))
    with path.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows(["note", *line[::-1], "x,'"] for line in lines)
    database = tmp_path / "order.duckdb"
    result = dbt(
        "run", "--select", "stg_orders", raw_dir=spoiled_dir, database=database
    )
    assert result.returncode == 0, result.stdout
    staged = rows(
        database, "select order_id, order_status from staging.stg_orders order by 1"
    )
    assert staged == sorted((line[0], line[2]) for line in lines[1:])

    with path.open("ab") as opened:
        opened.write(b"," * len(lines[0]) + b"\r\n")
    result = dbt(
        *("run", "--select", "stg_orders"), raw_dir=spoiled_dir, database=database
    )
    assert result.returncode == 0, result.stdout
    assert rows(
        database, "select column_name, reason from staging.stg_orders_rejects"
    ) == [("x,'", "too few fields")]


# --- Line by line, row by row ---------------------------------------------------------


def test_there_are_more_than_forty_ways_to_spoil_the_files():
    assert len(REFUSED) + len(LINES) > 40
    assert len({case.name for case in REFUSED + LINES}) == len(REFUSED + LINES)


def test_the_build_on_spoiled_lines_warns_and_ends(spoiled):
    *_, result = spoiled
    assert result.returncode == 0, result.stdout
    assert re.search(
        r"orders_dataset.csv: 4 of [\d,]+ lines could not be read, line \d",
        result.stdout,
    )
    assert re.search(r"WARN=1\b", result.stdout)


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
    assert raw_line == b"\n".join(lines[first : first + line_count]).decode(
        "utf-8", errors="backslashreplace"
    )


def test_no_other_line_is_rejected(spoiled):
    _, database, _, _ = spoiled
    assert rows(database, "select count(*) from rejected_rows") == [(len(REJECTED),)]


@pytest.mark.parametrize("case", FOUND, ids=str)
def test_a_row_with_a_defect_is_counted(case, clean, spoiled):
    _, database, _, _ = spoiled
    expected = Counter()
    for one in FOUND:
        expected.update(one.checks)
    before, after = counts(clean), counts(database)
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


# --- Stopped where the result would be wrong ------------------------------------------


def _cut_in_half(path: Path) -> None:
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join(lines[: len(lines) // 2]))


def _mistype_year(path: Path) -> None:
    lines = path.read_bytes().split(b"\n")
    fields = read_line(lines[1])
    fields[3] = "2108-05-01 10:00:00"
    path.write_bytes(b"\n".join([lines[0], write_line(fields), *lines[2:]]))


def _decimal_commas(path: Path) -> None:
    lines = path.read_bytes().split(b"\n")
    rows_ = [read_line(line) for line in lines[1:] if line]
    commas = [
        write_line([*fields[:5], fields[5].replace(".", ","), fields[6]])
        for fields in rows_
    ]
    path.write_bytes(b"\n".join([lines[0], *commas]))


@pytest.mark.parametrize(
    ("file", "spoil", "sentence"),
    [
        (
            ITEMS,
            _decimal_commas,
            "lines could not be read, line 2 first (column price, not a number: ",
        ),
        (
            ITEMS,
            _cut_in_half,
            "Delivered orders without any item: the items file may be cut off.",
        ),
        (
            CUSTOMERS,
            _cut_in_half,
            "Orders whose customer_id the customers file lacks.",
        ),
        (
            ORDERS,
            _mistype_year,
            "orders_long_after_all_others: 1 of 5,000 in orders (0.02%, none is allow",
        ),
    ],
)
def test_the_build_stops_before_customers_are_counted(
    file, spoil, sentence, spoiled_dir, tmp_path
):
    spoil(spoiled_dir / file)
    database = tmp_path / "stopped.duckdb"
    result = dbt(
        "build",
        "--select",
        "+customers",
        *MODELS[-4:],
        raw_dir=spoiled_dir,
        database=database,
    )
    assert result.returncode == 1
    assert sentence in " ".join(result.stdout.split())
    assert "Traceback" not in result.stdout
    assert rows(
        database,
        "select count(*) from information_schema.tables where table_name = 'customers'",
    ) == [(0,)]
