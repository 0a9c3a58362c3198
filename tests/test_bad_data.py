"""Bad raw files are refused in a sentence, before they give a wrong number."""

import csv
import shutil
from pathlib import Path

import pytest
import yaml
from bad_data import (
    CUSTOMERS,
    ITEMS,
    ORDERS,
    REFUSED,
    read_line,
    write_line,
)
from conftest import NO_UNIT_TESTS, ROOT, dbt, rows
from olist_segments.commands.build import check_raw_files
from olist_segments.raw.check import find_problems, read_contract

YAML = ROOT / "models" / "staging" / "olist" / "_sources.yml"
CONTRACT = read_contract(yaml.safe_load(YAML.read_text("utf-8"))["sources"][0])
SOURCES = {
    table["name"]: table["config"]["meta"]["file"]
    for table in yaml.safe_load(YAML.read_text("utf-8"))["sources"][0]["tables"]
}
CHECKS = ("--indirect-selection", "buildable", *NO_UNIT_TESTS)


@pytest.fixture
def spoiled_dir(demo_dir, tmp_path) -> Path:
    """Return a copy of the synthetic files, for a test to corrupt."""
    return Path(shutil.copytree(demo_dir, tmp_path / "spoiled"))


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


def test_all_problems_are_listed_at_once_before_anything_is_built(
    spoiled_dir, tmp_path
):
    cases = [
        next(case for case in REFUSED if case.name == name)
        for name in ("missing", "renamed column", "Latin-1", "empty", "tabs")
    ]
    for case in cases:
        case.spoil(spoiled_dir / case.file)
    database = tmp_path / "demo.duckdb"
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


def test_columns_may_stand_in_any_order_and_folders_have_any_name(demo_dir, tmp_path):
    # Signs of a pattern in the name of the folder, and others that the pattern fits.
    folder = Path(shutil.copytree(demo_dir, tmp_path / "raw [2018] ?*"))
    for decoy in ("raw 2 ab", "raw 1 ?x"):
        shutil.copytree(demo_dir, tmp_path / decoy)
    path = folder / "olist_orders_dataset.csv"
    with path.open(encoding="utf-8", newline="") as opened:
        lines = list(csv.reader(opened))
    with path.open("w", encoding="utf-8", newline="") as opened:
        # Days without a time, as pandas writes a column in which all are midnight.
        days = [line[7].removesuffix(" 00:00:00") for line in lines]
        assert sum(len(day) == 10 for day in days) == len(lines) - 1
        csv.writer(opened).writerows(
            ["note", day, *line[6::-1], "x,'"]
            for line, day in zip(lines, days, strict=True)
        )
        opened.write("," * len(lines[0]) + "\r\n")
    database = tmp_path / "demo.duckdb"
    result = dbt("run", "--select", "stg_orders", raw_dir=folder, database=database)
    assert result.returncode == 0, result.stdout
    staged = rows(
        database,
        "select order_id, order_status, cast(promised_at as text) "
        "from staging.stg_orders order by 1",
    )
    assert staged == sorted((line[0], line[2], line[7]) for line in lines[1:])
    assert rows(
        database, "select column_name, reason from staging.stg_orders_rejects"
    ) == [("x,'", "too few fields")]


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
    "spoiled",
    [
        [
            (
                ITEMS,
                _decimal_commas,
                "lines could not be read, line 2 first (column price, not a number: ",
            )
        ],
        [
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
                "orders_long_after_all_others: 1 of 5,000 in orders (0.02%, none is al",
            ),
        ],
    ],
    ids=["lines", "tables"],
)
def test_the_build_stops_before_customers_are_counted(spoiled, spoiled_dir, tmp_path):
    for file, spoil, _ in spoiled:
        spoil(spoiled_dir / file)
    database = tmp_path / "demo.duckdb"
    result = dbt(
        *("build", "--select", "+customers", *CHECKS),
        raw_dir=spoiled_dir,
        database=database,
    )
    assert result.returncode == 1
    for _, _, sentence in spoiled:
        assert sentence in " ".join(result.stdout.split())
    assert "Traceback" not in result.stdout
    assert rows(
        database,
        "select count(*) from information_schema.tables where table_name = 'customers'",
    ) == [(0,)]


def test_a_share_may_be_written_so_that_yaml_takes_it_for_text(demo_dir, project_copy):
    variables = project_copy / "dbt_project.yml"
    text = variables.read_text(encoding="utf-8")
    share = "max_rejected_share: 0.001"
    assert share in text
    variables.write_text(text.replace(share, "max_rejected_share: 1e-3"))
    check_raw_files(project_copy, demo_dir, "olist")
