"""Members of segments as files: whole, the same every time, or not there."""

import contextlib
import csv
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time

import duckdb
import pytest
from conftest import KILLED, ROOT, rows
from olist_segments.exports import (
    Segment,
    export_segments,
    preview,
    write_answer,
)
from olist_segments.project import UserError


def export(database, folder, keys=None, threads=2):
    with duckdb.connect(
        str(database), read_only=True, config={"threads": threads}
    ) as connection:
        return export_segments(
            connection, folder, preview(connection, keys), is_synthetic=True
        )


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def command(*words, database):
    return {
        "args": [sys.executable, "-m", "olist_segments", "export", *words],
        "cwd": ROOT,
        "env": {
            **os.environ,
            "OLIST_DB": str(database),
            "PYTHONPATH": str(ROOT / "python"),
        },
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "text": True,
    }


def test_files_hold_the_members_of_their_segment_in_order_of_the_key(
    demo_database, tmp_path
):
    folder = tmp_path / "it's an export"
    manifest = json.loads(export(demo_database, folder).read_text(encoding="utf-8"))
    ((labelled, model, as_of),) = rows(
        demo_database,
        "select count(*), max(model_id), max(as_of_date)::varchar "
        "from customer_segments",
    )
    assert manifest["data"] == "synthetic"
    assert (manifest["model_id"], manifest["as_of_date"]) == (model, as_of)
    assert sum(one["customer_count"] for one in manifest["segments"]) == labelled
    assert [one["segment_key"] for one in manifest["segments"]] == [
        key
        for (key,) in rows(
            demo_database, "select segment_key from segments order by segment_id"
        )
    ]
    for entry in manifest["segments"]:
        members = rows(
            demo_database,
            f"from segment_members where segment_key = '{entry['segment_key']}' "
            "order by customer_unique_id",
        )
        assert entry["customer_count"] == len(members)
        path = folder / entry["parquet"]["file"]
        assert path.stat().st_size == entry["parquet"]["bytes"]
        with duckdb.connect() as connection:
            assert connection.read_parquet(str(path)).fetchall() == members
        path = folder / entry["csv"]["file"]
        assert path.stat().st_size == entry["csv"]["bytes"]
        with path.open(encoding="utf-8", newline="") as opened:
            header, *lines = csv.reader(opened)
        assert header[:2] == ["customer_unique_id", "segment_key"]
        assert [line[0] for line in lines] == [row[0] for row in members]


def test_members_whose_segment_is_not_sure_can_be_left_out(demo_database, tmp_path):
    ((everybody, sure),) = rows(
        demo_database,
        "select count(*), count(*) filter (where silhouette >= 0.3) "
        "from customer_segments",
    )
    with duckdb.connect(str(demo_database), read_only=True) as connection:
        foreseen = preview(connection, min_silhouette=0.3)
        manifest = json.loads(
            export_segments(
                connection,
                tmp_path / "out",
                foreseen,
                is_synthetic=True,
                min_silhouette=0.3,
            ).read_text(encoding="utf-8")
        )
    assert manifest["min_silhouette"] == 0.3
    written = 0
    for entry in manifest["segments"]:
        with (tmp_path / "out" / entry["csv"]["file"]).open(newline="") as opened:
            found = [float(row["silhouette"]) for row in csv.DictReader(opened)]
        assert len(found) == entry["customer_count"]
        assert min(found) >= 0.3
        written += len(found)
    assert 0 < written == sure < everybody


def test_no_number_of_a_member_is_a_negative_zero(demo_database, tmp_path):
    database = shutil.copy(demo_database, tmp_path)
    with duckdb.connect(database) as connection:
        connection.execute(
            "update customer_segments set silhouette = -1e-5, "
            "delivery_delay_days = -1e-5"
        )
        members = connection.sql(
            "select distinct silhouette::varchar, delivery_delay_days::varchar "
            "from segment_members"
        ).fetchall()
    assert members == [("0.0", "0.0")]
    with duckdb.connect(database, read_only=True) as connection:
        assert sum(one.customer_count for one in preview(connection, None, 0.0)) == 0


def test_members_have_their_place_and_numbers_without_needless_digits(demo_database):
    ((bare, long),) = rows(
        demo_database,
        "select count(*) filter (where state is null or city is null or "
        "runner_up_segment_key is null), "
        "count(*) filter (where silhouette != round(silhouette, 3) "
        "or freight_share != round(freight_share, 3) "
        "or average_order_value != round(average_order_value, 2)) "
        "from segment_members",
    )
    assert (bare, long) == (0, 0)


def test_members_say_since_when_and_from_where(demo_database):
    ((missing, wrong),) = rows(
        demo_database,
        "select count(*) filter (where entered_at is null), "
        "count(*) filter (where entered_at > as_of_date) from segment_members",
    )
    assert (missing, wrong) == (0, 0)


def test_the_preview_is_what_the_files_take(demo_database, tmp_path):
    manifest = json.loads(export(demo_database, tmp_path / "out").read_text())
    with duckdb.connect(str(demo_database), read_only=True) as connection:
        foreseen = [segment.csv_bytes for segment in preview(connection)]
    assert foreseen == [one["csv"]["bytes"] for one in manifest["segments"]]


def test_two_exports_have_equal_bytes_whatever_the_threads(demo_database, tmp_path):
    export(demo_database, tmp_path / "one", threads=1)
    export(demo_database, tmp_path / "other", threads=4)
    assert contents(tmp_path / "one") == contents(tmp_path / "other")


def test_an_export_replaces_the_one_before_as_a_whole(demo_database, tmp_path):
    folder = tmp_path / "out"
    export(demo_database, folder)
    ((key,),) = rows(demo_database, "select min(segment_key) from segments")
    export(demo_database, folder, [key])
    assert set(contents(folder)) == {f"{key}.csv", f"{key}.parquet", "manifest.json"}
    assert {path.name for path in tmp_path.iterdir()} == {"out", ".out.lock"}


@pytest.fixture
def many_members(demo_database, tmp_path):
    """Return a database with enough members for an export to take a while."""
    database = tmp_path / "many.duckdb"
    shutil.copy(demo_database, database)
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "create table few as from segment_members; drop view segment_members; "
            "create view segment_members as select few.* replace ("
            "customer_unique_id || '-' || n as customer_unique_id) "
            "from few, range(40) as times(n)"
        )
    return database


def test_a_killed_export_leaves_the_one_before_and_the_next_makes_it_good(
    demo_database, many_members, tmp_path
):
    folder, partial = tmp_path / "out", tmp_path / ".out.partial"
    export(demo_database, folder)
    before = contents(folder)
    words = ("--target", "demo", "--to", str(folder))
    with subprocess.Popen(**command(*words, database=many_members)) as process:
        while process.poll() is None and not list(partial.glob("*.csv")):
            time.sleep(0.001)
        process.kill()
    assert process.returncode == KILLED
    assert list(partial.iterdir()), "it was killed in the middle"
    assert contents(folder) == before

    done = subprocess.run(**command(*words, database=demo_database), check=False)
    assert done.returncode == 0, done.stderr
    assert contents(folder) == before
    assert not partial.exists()


def test_an_export_killed_while_folders_change_places_is_restored(
    demo_database, tmp_path
):
    folder, previous = tmp_path / "out", tmp_path / ".out.previous"
    export(demo_database, folder)
    before = contents(folder)
    folder.rename(previous)
    too_large = [Segment("huge", "Huge", 1, csv_bytes=10**18, guarded_count=0)]
    with (
        duckdb.connect(str(demo_database), read_only=True) as connection,
        pytest.raises(UserError, match="make room"),
    ):
        export_segments(connection, folder, too_large, is_synthetic=True)
    assert contents(folder) == before
    assert not previous.exists()


def test_two_exports_to_one_folder_do_not_mix(demo_database, tmp_path):
    folder, lock = tmp_path / "out", tmp_path / ".out.lock"
    export(demo_database, folder)
    held = lock.stat().st_ino
    with contextlib.closing(sqlite3.connect(lock)) as other:
        other.execute("begin exclusive")
        with pytest.raises(UserError, match=r"another export to .* is running"):
            export(demo_database, folder)
    (folder / ".left.csv.partial").touch()
    export(demo_database, folder)
    assert not (folder / ".left.csv.partial").exists()
    assert lock.stat().st_ino == held, "a lock that is renamed can be held twice"


def test_a_full_disk_is_named_and_leaves_the_export_before(
    demo_database, many_members, tmp_path
):
    resource = pytest.importorskip("resource", reason="only POSIX limits files")
    folder = tmp_path / "out"
    export(demo_database, folder)
    before = contents(folder)
    result = subprocess.run(
        **command("--target", "demo", "--to", str(folder), database=many_members),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000,) * 2),
        check=False,
    )
    assert result.returncode == 2
    assert f"cannot write {tmp_path / '.out.partial'}" in result.stderr
    assert "Traceback" not in result.stderr
    assert contents(folder) == before
    assert not (tmp_path / ".out.partial").exists()


def test_what_cannot_be_exported_is_said_in_one_sentence(demo_database, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    (tmp_path / "file").write_text("")
    for folder, sentence in [
        ("mine", "has files that are not part of an export, such as letter.txt"),
        ("file", "is a file: name a folder"),
        ("file/in", "cannot write to"),
    ]:
        with pytest.raises(UserError, match=sentence):
            export(demo_database, tmp_path / folder)
    with pytest.raises(UserError, match=r"no segment is called nobody: choose .+"):
        export(demo_database, tmp_path / "out", ["nobody"])
    with (
        duckdb.connect() as empty,
        pytest.raises(UserError, match="olist-segments build`"),
    ):
        preview(empty)
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"


def test_files_of_others_are_left_alone(demo_database, tmp_path):
    manifest = tmp_path / "site" / "manifest.json"
    manifest.parent.mkdir()
    manifest.write_text('{"name": "a page", "segments": []}')
    with pytest.raises(UserError, match=r"such as manifest\.json"):
        export(demo_database, manifest.parent)
    thesis = tmp_path / ".out.previous" / "thesis.txt"
    thesis.parent.mkdir()
    thesis.write_text("three years")
    with pytest.raises(UserError, match=r"thesis\.txt is not an export"):
        export(demo_database, tmp_path / "out")
    assert manifest.exists()
    assert thesis.read_text() == "three years"


def test_an_answer_may_have_columns_of_one_name(tmp_path):
    with duckdb.connect() as connection:
        answer = connection.sql(
            """select 1 as "a""b", '=x' as t, '=y' as t, 2 as "=c" """
        )
        write_answer(answer, tmp_path / "answer.csv")
        found = connection.sql(
            f"from read_csv('{tmp_path / 'answer.csv'}', all_varchar = true)"
        )
        assert found.columns == ['a"b', "t", "t_1", "'=c"]
        assert found.fetchall() == [("1", "'=x", "'=y", "2")]


def test_a_database_that_is_being_built_is_named(demo_database, tmp_path):
    database = tmp_path / "held.duckdb"
    shutil.copy(demo_database, database)
    with duckdb.connect(str(database)):
        words = ("--target", "demo", "--to", str(tmp_path / "out"))
        result = subprocess.run(**command(*words, database=database), check=False)
    assert result.returncode == 2
    assert f"{database} is open in" in result.stderr


def test_no_cell_of_a_csv_is_a_formula_and_numbers_stay_numbers(tmp_path):
    rows_in = [
        ("=HYPERLINK(1)", "=HYPERLINK(1)", -2.5),
        ("@sum", "+1", 1.0),
        ("-a", "\tb", None),
        (" =1", "\u3000\uff1d1", 0.5),
        ("plain", 'say "hi", all', 0.0),
    ]
    values = ", ".join("(?, ?, ?)" for _ in rows_in)
    with duckdb.connect() as connection:
        answer = connection.sql(
            f"select * from (values {values}) as t(one, other, delay)",
            params=[cell for row in rows_in for cell in row],
        )
        write_answer(answer, tmp_path / "out.csv")
        write_answer(answer, tmp_path / "out.parquet")
        kept = connection.read_parquet(str(tmp_path / "out.parquet")).fetchall()
    assert kept == rows_in
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as opened:
        lines = list(csv.reader(opened))[1:]
    assert lines == [
        ["'=HYPERLINK(1)", "'=HYPERLINK(1)", "-2.5"],
        ["'@sum", "'+1", "1.0"],
        ["'-a", "'\tb", ""],
        ["' =1", "'\u3000\uff1d1", "0.5"],
        ["plain", 'say "hi", all', "0.0"],
    ]
    with pytest.raises(UserError, match="must end in"):
        write_answer(answer, tmp_path / "out.xlsx")
