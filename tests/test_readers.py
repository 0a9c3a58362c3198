"""Any value of a CSV is read unchanged, or its line is rejected."""

import csv
import io
from collections import Counter
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import ROOT, dbt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from olist_segments.raw.check import (
    RawFile,
    count_lines,
    date_columns,
    find_headers,
    find_lines,
    find_problems,
    read_header,
)

FILE = "olist_order_reviews_dataset.csv"
COLUMNS = (
    "review_id",
    "order_id",
    "review_score",
    "review_comment_title",
    "review_comment_message",
    "review_creation_date",
    "review_answer_timestamp",
)
NULL_WORDS = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"][
    "null_words"
]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ROWS = st.lists(st.tuples(TEXTS, TEXTS, TEXTS, TEXTS), max_size=8)
# Bytes that mean something to a reader of CSV or of UTF-8.
SPOILERS = st.sampled_from([bytes([byte]) for byte in b"\",\n\r\\ x0;'\x00\xe3\xff"])
QUICK = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """Return a function that reads bytes as the staging model of reviews does.

    It takes the SQL that dbt compiles, and returns the problems that refuse the file,
    or else the staged rows and the rejected lines.
    """
    folder = tmp_path_factory.mktemp("raw")
    path = folder / FILE
    path.write_text(",".join(COLUMNS), encoding="utf-8")
    work = tmp_path_factory.mktemp("reader")
    result = dbt(
        "compile",
        "--select",
        "stg_order_reviews",
        raw_dir=folder,
        database=work / "demo.duckdb",
    )
    assert result.returncode == 0, result.stdout
    (compiled,) = (work / "target" / "compiled").rglob("stg_order_reviews.sql")
    query = compiled.read_text(encoding="utf-8")
    contract = [RawFile(FILE, COLUMNS, may_be_empty=True)]

    def read(content: bytes):
        path.write_bytes(content)
        problems = find_problems(folder, contract, max_bad_share=1)
        if problems:
            return problems, [], []
        with duckdb.connect() as connection:
            staged = connection.execute(query).fetchall()
            errors = connection.execute(
                "select min_by(line_byte_position, byte_position), "
                "min(byte_position) "
                "from reject_errors_order_reviews group by line"
            ).fetchall()
        rejected = find_lines(path, *zip(*errors, strict=True)) if errors else []
        return [], staged, rejected

    read.path = path
    return read


def as_csv(rows, quoting, end="\n") -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, quoting=quoting, lineterminator=end)
    writer.writerow(COLUMNS)
    for review, order, title, message in rows:
        day = "2018-01-01 00:00:00"
        writer.writerow([review, order, 5, title, message, day, day])
    return text.getvalue().encode("utf-8")


def id_or_none(text):
    return None if text.strip(" \t\xa0").lower() in ["", *NULL_WORDS] else text


@QUICK
@given(
    rows=ROWS,
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_any_text_survives_from_csv_to_table(reader, rows, quoting, end):
    problems, staged, rejected = reader(as_csv(rows, quoting, end))
    if problems:  # a carriage return that the writer did not quote
        assert quoting == csv.QUOTE_MINIMAL
        assert "mixes line ends" in problems[0]
        return
    assert rejected == []
    expected = Counter(
        (*map(id_or_none, row[:2]), *(text or None for text in row[2:])) for row in rows
    )
    assert Counter(row[:4] for row in staged) == expected


@QUICK
@given(data=st.data(), rows=ROWS, count=st.integers(1, 4))
def test_of_spoiled_bytes_every_line_is_refused_staged_or_rejected(
    reader, data, rows, count
):
    content = bytearray(as_csv(rows, csv.QUOTE_ALL))
    header = content.index(b"\n") + 1
    for _ in range(count):
        place = data.draw(st.integers(header, len(content)), label="place")
        width = data.draw(st.integers(0, 1), label="bytes replaced")
        content[place : place + width] = data.draw(SPOILERS, label="by")
    problems, staged, rejected = reader(bytes(content))
    if problems:
        return
    # Python's own reader counts the rows in the lines that are not rejected.
    lines = content.decode("utf-8", errors="replace").split("\n")
    for line in rejected:
        first = line.line_number - 1
        lines[first : first + line.line_count] = [None] * line.line_count
    kept = "\n".join(line for line in lines[1:] if line is not None)
    rows_kept = [row for row in csv.reader(io.StringIO(kept, newline="")) if row]
    assert len(staged) == len(rows_kept)
    if rejected:
        assert len(staged) + len(rejected) == count_lines(reader.path)


def test_words_for_a_missing_value_are_null_but_not_in_comments(reader):
    rows = [
        ("nan", "a", "nan", "N/A"),
        ("b", r"\N", "", "None"),
        ("c", "banana", "", ""),
    ]
    _, staged, rejected = reader(as_csv(rows, csv.QUOTE_MINIMAL))
    assert rejected == []
    assert [(*row[:4], row[-1]) for row in staged] == [
        (None, "a", "nan", "N/A", True),
        ("b", None, None, "None", True),
        ("c", "banana", None, None, False),
    ]


def test_lines_that_repeat_the_header_are_found(tmp_path: Path):
    path = tmp_path / "headers.csv"
    content = b'\xef\xbb\xbfid,"name"\n1,name\nname,id\n"id",name\n\xef\xbb\xbfid,name'
    path.write_bytes(content)
    assert [(line.line_number, line.raw_line) for line in find_headers(path)] == [
        (4, '"id",name'),
        (5, "\ufeffid,name"),
    ]


def test_columns_of_days_are_told_from_columns_of_times(tmp_path: Path):
    path = tmp_path / "days.csv"
    path.write_text(
        "id,day,time,both,never\n"
        "2018,2018-01-31,2018-01-31 10:00:00,2018-01-31,\n"
        "id,day,time,both,never\n"
        "2018,,,2018-01-31 10:00:00,nan\n",
        encoding="utf-8",
    )
    assert date_columns(path) == ["day"]


def test_a_line_is_numbered_as_an_editor_does(tmp_path: Path):
    path = tmp_path / "lines.csv"
    content = b'\xef\xbb\xbfa,b\n"one\ntwo",x\n"open,\xe3\nrest'
    path.write_bytes(content)
    first, second = content.index(b'"one') + 1, content.index(b'"open') + 1
    assert find_lines(path, [second, first, first], [second, first, first + 3]) == [
        (first, 2, 2, '"one\ntwo",x'),
        (second, 4, 2, '"open,\\xe3\nrest'),
    ]


def test_a_header_is_read_without_mark_quotes_and_space(tmp_path: Path):
    path = tmp_path / "header.csv"
    path.write_bytes(b'\xef\xbb\xbf"one", two ,"th,ree"\r\n1,2,3\r\n')
    assert read_header(path) == ["one", "two", "th,ree"]
