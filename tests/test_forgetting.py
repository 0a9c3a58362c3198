"""Customers who are forgotten: in no byte of what was built, in no later build."""

import csv
import json
import shutil
from pathlib import Path

import duckdb
import pytest
from conftest import NO_TESTS, ROOT, WITH_JSON, build, dbt, rows
from olist_segments.cli import main
from olist_segments.forgotten import (
    add_keys,
    purge,
    read_list,
    rewrite,
    strike_out,
)
from olist_segments.project import UserError

TEXTS = (
    "select table_schema || '.' || table_name, column_name "
    "from information_schema.columns where data_type = 'VARCHAR'"
)
MEASURES = "select measure, in_file, of_forgotten, in_marts from reconciliation"


def files_with(ids: set[str], *folders: Path) -> dict[str, int]:
    """Count the ids that are in the bytes of each file, or in the rows of Parquet."""
    found = {}
    for path in (path for folder in folders for path in folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            if path.suffix == ".parquet":  # it is compressed
                content += repr(duckdb.read_parquet(str(path)).fetchall()).encode()
            count = sum(one.encode() in content for one in ids)
            if count:
                found[path.name] = count
    return found


def columns_with(ids: set[str], database: Path) -> list[tuple]:
    """List the columns of a database that have one of the ids, compressed or not."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return [
            (table, column)
            for table, column in connection.sql(TEXTS).fetchall()
            if connection.execute(
                f'select 1 from {table} where "{column}" in (select unnest(?)) limit 1',
                [list(ids)],
            ).fetchall()
        ]


@pytest.mark.slow
def test_nothing_that_was_built_names_a_forgotten_customer(
    demo_database, demo_dir, project_copy, tmp_path, monkeypatch, capsys
):
    raw, database = tmp_path / "raw", tmp_path / "built" / "demo.duckdb"
    shutil.copytree(demo_dir, raw)
    database.parent.mkdir()
    shutil.copy(demo_database, database)
    people = rows(
        database,
        "select customer_unique_id, customer_id, order_id from orders "
        "qualify dense_rank() over (order by md5(customer_unique_id)) <= 100",
    )
    keys, customers, orders = ({row[place] for row in people} for place in range(3))
    assert (len(keys), len(customers)) == (100, len(people))
    # A line that cannot be read has the order of one of them.
    with (raw / "olist_order_items_dataset.csv").open("a", encoding="utf-8") as out:
        out.write(f"{min(orders)},{min(keys)},1,2,3,4,5\n")
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "create schema campaigns; create table campaigns.members as "
            "select 'spring' as campaign, customer_unique_id from customers"
        )
        before = connection.sql(f"{MEASURES} order by all").fetchall()
        ((listed,),) = connection.sql(
            "select count(*) from campaigns.members"
        ).fetchall()

    monkeypatch.chdir(project_copy)
    for name, value in [
        ("OLIST_DB", database),
        ("OLIST_RAW_DIR", raw),
        ("PYTHONPATH", ROOT / "python"),
    ]:
        monkeypatch.setenv(name, str(value))
    words = ["--campaign", "spring", "--control-share", "0.5"]
    assert main(["export", *words]) == main(["report"]) == 0
    exports = project_copy / "exports" / "demo"
    for folder in ("logs", "target"):
        (project_copy / folder).mkdir(exist_ok=True)
        (project_copy / folder / "dbt.log").write_text(f"asked for {min(keys)}")
    (exports.parent / ".demo.partial").mkdir()
    shutil.copy(next(exports.glob("*.csv")), exports.parent / ".demo.partial")
    # The search finds them all: DuckDB does not compress such ids.
    everywhere = files_with(keys, database.parent, *project_copy.glob("*[!a]"))
    assert everywhere["demo.duckdb"] == 100
    assert {"dbt.log", *(path.name for path in exports.glob("*.[cp]*"))} <= {
        *everywhere
    }

    (tmp_path / "keys.txt").write_text("\n".join(keys), encoding="utf-8")
    capsys.readouterr()
    assert main(["forget", "--from", str(tmp_path / "keys.txt")]) == 0
    said = capsys.readouterr().out
    kept = project_copy / "data" / "forgotten" / "demo.csv"
    assert f"{kept} lists 100 customers now" in said
    for ids in (keys, customers, orders):
        assert files_with(ids, database.parent, project_copy) == {}
        assert columns_with(ids, database) == []

    # Everything else is still there, and the totals agree with the files as before.
    assert rows(database, "select count(*) from campaigns.members") == [(listed - 100,)]
    after = rows(database, f"{MEASURES} order by all")
    assert [row[:2] for row in after] == [row[:2] for row in before]
    assert {
        measure: before_it - now
        for (measure, _, _, before_it), (_, _, _, now) in zip(
            before, after, strict=True
        )
    } == {measure: forgotten for measure, _, forgotten, _ in after}
    left_out = "select rows_affected from data_quality where check_name = "
    assert rows(database, f"{left_out} 'orders_of_forgotten_customers'") == [
        (len(orders),)
    ]
    manifest = json.loads((exports / "manifest.json").read_text("utf-8"))
    for entry in manifest["segments"]:
        path = exports / entry["csv"]["file"]
        with path.open(encoding="utf-8", newline="") as opened:
            assert len(list(csv.reader(opened))) == entry["customer_count"] + 1
        assert path.stat().st_size == entry["csv"]["bytes"]
    # Rejected lines are counted without their text.
    assert rows(database, "select count(*), max(raw_line) from rejected_rows") == [
        (1, "withheld: it may be of a forgotten customer")
    ]

    # Another database from the same files has none of them either.
    options = {"raw_dir": raw, "project": project_copy, "settings": WITH_JSON}
    other = tmp_path / "other" / "demo.duckdb"
    build(*NO_TESTS, "-s", "+customers", "+reconciliation", **options, database=other)
    assert files_with(keys | orders, other.parent) == {}
    assert rows(other, f"{MEASURES} order by all") == after

    # Without the list they would come back.
    kept.rename(tmp_path / "list.csv")
    result = dbt("build", *NO_TESTS, "-s", "+customers", **options, database=other)
    assert result.returncode == 2
    assert "the list of 100 customers whom this database has forgotten" in result.stdout


@pytest.mark.slow
def test_a_shop_forgets_by_email_and_its_totals_agree_to_the_cent(
    exported, project_copy, tmp_path
):
    files, before = exported("shopify")
    people = rows(before, "select min(customer_unique_id) from customers group by city")
    keys = {key for (key,) in people}
    add_keys(project_copy / "data" / "forgotten" / "shopify.csv", keys)
    after = build(
        *(*NO_TESTS, "--select", "+excluded_customers", "+reconciliation"),
        raw_dir=files,
        database=tmp_path / "shopify.duckdb",
        target="dev",
        settings={"OLIST_SHOP": "shopify", **WITH_JSON},
        project=project_copy,
    )
    assert files_with(keys, before.parent)["shopify.duckdb"] == len(keys) == 3
    assert files_with(keys, after.parent) == {}
    spent = (
        "select sum(price_total), sum(freight_total), sum(payment_total) from orders "
        f"where customer_unique_id in {tuple(keys)}"
    )
    left_out = dict(rows(after, "select measure, of_forgotten from reconciliation"))
    assert rows(before, spent) == [
        tuple(left_out[measure] for measure in ("price", "freight", "payment_value"))
    ]
    totals = "select measure, in_file from reconciliation order by all"
    assert rows(before, totals) == rows(after, totals)


def test_customers_who_are_unknown_are_refused_and_nothing_is_done(
    demo_database, project_copy, monkeypatch, capsys
):
    ((key,),) = rows(demo_database, "select min(customer_unique_id) from customers")
    monkeypatch.chdir(project_copy)
    monkeypatch.setenv("OLIST_DB", str(demo_database))
    assert main(["forget", key, "nobody"]) == 2
    assert "has no customer_unique_id nobody (1 of 2 are" in capsys.readouterr().err
    assert main(["forget"]) == 2
    assert "name the customers to forget" in capsys.readouterr().err
    monkeypatch.setenv("OLIST_SHOP", "online_retail")
    assert main(["forget", key]) == 2
    assert "the data of the shop olist: set OLIST_SHOP=olist" in capsys.readouterr().err
    assert not (project_copy / "data" / "forgotten").exists()


def test_the_list_has_one_salt_and_no_key(tmp_path):
    path = tmp_path / "forgotten" / "shop.csv"
    assert add_keys(path, ["ana@example.com", "bea"]) == 2
    salt, _ = read_list(path)
    assert add_keys(path, ["bea", "carla"]) == 3
    assert read_list(path)[0] == salt
    assert "ana" not in path.read_text("utf-8")
    with duckdb.connect() as connection:  # as the macro salted_hash
        ((hashed,),) = connection.execute(
            "select sha256(concat($1, $2))", [salt, "ana@example.com"]
        ).fetchall()
    assert hashed in read_list(path)[1]
    path.write_text("customer\nbea\n", encoding="utf-8")
    with pytest.raises(UserError, match="is not a list of forgotten customers"):
        read_list(path)


def test_rows_are_purged_by_what_a_column_identifies_not_by_equal_text(tmp_path):
    database = tmp_path / "shop's.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            """
            create schema kept;
            create table orders as from (values ('7', '70', '1'), ('1', '10', '7'))
                as orders (customer_unique_id, customer_id, order_id);
            create table kept.items as from (values ('1', '7'), ('7', '1'))
                as items (order_id, product_id);
            create view listed as select customer_unique_id from orders;
            """
        )
        purge(connection, ["7"])
    size = database.stat().st_size
    rewrite(database)
    assert database.stat().st_size <= size
    assert rows(database, "from orders") == [("1", "10", "7")]
    assert rows(database, "from kept.items") == [("7", "1")]
    assert rows(database, "from listed") == [("1",)]


def test_lists_lose_the_rows_and_change_nothing_else(tmp_path):
    folder = tmp_path / "spring"
    (folder / "control").mkdir(parents=True)
    text = 'customer_unique_id,note\n"\'=x","a, ""b"""\n007,\n'
    file = folder / "control" / "all.csv"
    file.write_text(f"{text}bea,it's\n", encoding="utf-8")
    (folder / "other.csv").write_text("segment\nbea\n", encoding="utf-8")
    content = {
        "segments": [
            {"csv": {"file": "control/all.csv", "bytes": 1}, "customer_count": 3}
        ]
    }
    (folder / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    assert strike_out(folder, ["bea"]) == [file]
    with file.open(encoding="utf-8", newline="") as opened:
        assert list(csv.reader(opened)) == [
            ["customer_unique_id", "note"],
            ["'=x", 'a, "b"'],
            ["007", ""],
        ]
    strike_out(folder, ["=x"])
    assert file.read_text("utf-8").split() == [
        "customer_unique_id,note",
        "007,",
    ]
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["segments"] == [
        {
            "csv": {"file": "control/all.csv", "bytes": file.stat().st_size},
            "customer_count": 1,
        }
    ]
    assert (folder / "other.csv").read_text("utf-8") == "segment\nbea\n"
