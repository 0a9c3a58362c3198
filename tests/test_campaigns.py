"""Campaigns: who is left out, who was listed when, and whether it mattered."""

import csv
import hashlib
import json
import shutil
from pathlib import Path

import duckdb
import numpy as np
import pytest
from conftest import ROOT, dbt, rows
from olist_segments.campaigns import (
    Campaign,
    choose_campaign,
    is_control,
    list_campaigns,
    members,
)
from olist_segments.cli import main
from olist_segments.exports import choose_since, export_segments, preview
from olist_segments.project import UserError
from olist_segments.questions import compile_question, read_questions
from olist_segments.variables import find_problems_of_variables
from scipy.stats import binomtest, chi2_contingency, norm

SPRING = Campaign("Mother's day", 0.1)


@pytest.fixture
def copied(demo_database, tmp_path):
    """Return a copy of the demo database that may be written to."""
    return Path(shutil.copyfile(demo_database, tmp_path / "demo.duckdb"))


def export(database, folder, campaign=SPRING, keys=None, since=None):
    """Export for a campaign; return the manifest."""
    with duckdb.connect(str(database)) as connection:
        if campaign:
            campaign = choose_campaign(
                connection, campaign.name, campaign.control_share
            )
        found = preview(connection, keys, campaign=campaign)
        day, _ = choose_since(connection, folder, since)
        path = export_segments(
            connection, folder, found, is_synthetic=True, campaign=campaign, since=day
        )
    return json.loads(path.read_text("utf-8"))


def customers(path):
    with path.open(encoding="utf-8", newline="") as opened:
        return [row["customer_unique_id"] for row in csv.DictReader(opened)]


def by_day(database, day):
    """Make a database one of another day."""
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"update customer_segments set as_of_date = date '{day}'")


def test_a_hash_of_the_campaign_and_the_customer_decides_who_is_left_out():
    ids = [f"{number:032x}" for number in range(20_000)]
    expected = [
        hashlib.md5(f"Mother's day|{one}".encode()).hexdigest()[:8] < "19999999"
        for one in ids
    ]
    query = (
        f"select {is_control(SPRING)}, {is_control(Campaign('other', 0.1))} "
        "from (select format('{:032x}', range) as customer_unique_id, range "
        "from range(20000)) order by range"
    )
    with duckdb.connect() as connection:
        found = np.array(connection.sql(query).fetchall())
    assert list(found[:, 0]) == expected
    assert np.abs(found.mean(axis=0) - 0.1).max() < 0.01
    counts = [
        [(found[found[:, 0] == one, 1] == other).sum() for other in (True, False)]
        for one in (True, False)
    ]
    assert chi2_contingency(counts).pvalue > 0.01, "two campaigns are independent"


@pytest.mark.slow
def test_a_build_and_an_export_leave_out_the_same_customers(
    demo_dir, copied, monkeypatch
):
    variables = {"campaign": SPRING.name, "control_share": SPRING.control_share}
    done = dbt(
        *("run", "--select", "segment_members"),
        raw_dir=demo_dir,
        database=copied,
        variables=variables,
    )
    assert done.returncode == 0, done.stdout
    with duckdb.connect(str(copied), read_only=True) as connection:
        built = connection.sql("from segment_members order by all").fetchall()
        assert choose_campaign(connection, None, None) == SPRING
        exported = connection.sql(f"from ({members(SPRING)}) order by all").fetchall()
        left_out = "select count(*) from segment_members where is_control"
        ((count,),) = connection.sql(left_out).fetchall()
    assert built == exported
    assert 0.05 < count / len(built) < 0.15


def test_whoever_is_left_out_is_in_the_folder_control_and_nowhere_else(
    copied, tmp_path
):
    folder = tmp_path / "out"
    manifest = export(copied, folder)
    assert (manifest["campaign"], manifest["control_share"]) == ("Mother's day", 0.1)
    left_out, listed = [], []
    for path in folder.rglob("*.csv"):
        with duckdb.connect() as connection:
            theirs = connection.read_parquet(str(path.with_suffix(".parquet")))
            kinds = theirs.project("is_control, campaign").distinct().fetchall()
        is_left_out = path.parent.name == "control"
        assert kinds == [(is_left_out, "Mother's day")]
        if path.stem not in ("all_customers", "everybody"):
            (left_out if is_left_out else listed).extend(customers(path))
    ((everybody,),) = rows(copied, "select count(*) from customer_segments")
    assert len(left_out) + len(listed) == everybody
    assert not set(left_out) & set(listed)
    assert sorted(listed) == customers(folder / "all_customers.csv")
    assert sorted(left_out) == customers(folder / "control" / "everybody.csv")
    assert rows(
        copied,
        "select customer_unique_id from campaigns.listed_customers "
        "where is_control order by all",
    ) == [(one,) for one in sorted(left_out)]
    export(copied, folder, campaign=None)
    assert not (folder / "control").exists()


def test_a_campaign_remembers_the_first_day_on_which_it_listed_somebody(
    copied, tmp_path
):
    segments = [key for (key,) in rows(copied, "select segment_key from segments")]
    export(copied, tmp_path / "out", keys=segments[:1])
    export(copied, tmp_path / "out", keys=segments[1:2])
    with duckdb.connect(str(copied)) as connection:
        first = list_campaigns(connection)[0][1]
        assert {row[2] for row in list_campaigns(connection)} == set(segments[:2])
    everybody = "from campaigns.listed_customers order by customer_unique_id"
    before = rows(copied, everybody)
    by_day(copied, "2018-12-01")
    manifest = export(
        copied, tmp_path / "out", Campaign(SPRING.name, None), segments[1:]
    )
    after = rows(copied, everybody)
    assert manifest["new_to_campaign"] == len(after) - len(before)
    left_out = [row[2] for row in after if row[-1]]
    assert customers(tmp_path / "out" / "control" / "everybody.csv") == left_out
    assert rows(
        copied,
        f"select distinct listed_at from '{tmp_path}/out/{segments[1]}.parquet'",
    ) == [(first,)]
    assert set(before) <= set(after)
    ((labelled,),) = rows(copied, "select count(*) from customer_segments")
    assert len(after) == len({row[2] for row in after}) == labelled, "nobody twice"
    assert {str(row[1]) for row in after} == {str(first), "2018-12-01"}
    with duckdb.connect(str(copied)) as connection:
        for name, share, sentence in [
            ("MOTHER'S DAY", 0.1, "there is a campaign called Mother's day"),
            ("Mother's day", 0.2, "with a control share of 0.1"),
            ("two\nlines", 0.2, "on one line"),
            (None, 0.2, "needs --campaign"),
        ]:
            with pytest.raises(UserError, match=sentence):
                choose_campaign(connection, name, share)
    by_day(copied, "2018-11-01")
    with pytest.raises(UserError, match="exported as of 2018-12-01, after 2018-11-01"):
        export(copied, tmp_path / "out")


def test_an_export_that_fails_is_not_remembered(copied, tmp_path, monkeypatch):
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(UserError, match="is a file"):
        export(copied, tmp_path / "out")

    def fail(*_):
        raise OSError("the disk is gone")

    monkeypatch.setattr("olist_segments.exports._take_place", fail)
    with pytest.raises(UserError, match="the disk is gone"):
        export(copied, tmp_path / "other")
    with duckdb.connect(str(copied)) as connection:
        assert list_campaigns(connection) == []


def test_variables_of_a_campaign_are_checked():
    for given, sentence in [
        ({"campaign": "two\nlines"}, "campaign is 'two\nlines': it must be the name"),
        ({"campaign": "one", "control_share": 0.95}, "a share from 0 to 0.9"),
        ({"control_share": 0.1}, "name the campaign"),
    ]:
        (problem,) = find_problems_of_variables(ROOT, given, command="build")
        assert sentence in problem
    given = {"campaign": "Mother's day", "control_share": 0.1}
    assert find_problems_of_variables(ROOT, given, command="build") == []


def test_changes_are_who_is_in_a_segment_and_was_not_on_a_day(copied, tmp_path):
    one, other, third = [
        key for (key,) in rows(copied, "select segment_key from segments limit 3")
    ]
    with duckdb.connect(str(copied)) as connection:
        ((today,),) = connection.sql(
            "select max(as_of_date) from customer_segments"
        ).fetchall()
        # Ten come from another segment, one of them by way of a third; a day later one
        # entered for the first time.
        connection.execute(
            f"""
            create table moved as select customer_unique_id,
                row_number() over (order by customer_unique_id) as number
            from customer_segments where segment_key = '{one}' limit 11;
            create table changed as select * from segment_changes;
            update changed set entered_at = date '2018-01-31';
            update changed set left_at = date '2018-05-31', segment_key = '{other}'
            where customer_unique_id in
                (select customer_unique_id from moved where number <= 10);
            delete from changed where customer_unique_id in
                (select customer_unique_id from moved where number = 11);
            insert into changed by name
            select customer_unique_id, '{one}' as segment_key, '{one}' as segment_name,
                date '2018-05-31' as entered_at, 'id' || number as change_id,
                false as is_by_new_model
            from moved where number != 1
            union all by name
            select customer_unique_id, '{third}' as segment_key,
                date '2018-05-31' as entered_at, date '{today}' as left_at,
                'way' as change_id, false as is_by_new_model
            from moved where number = 1
            union all by name
            select customer_unique_id, '{one}' as segment_key,
                date '{today}' as entered_at, 'id1' as change_id,
                false as is_by_new_model
            from moved where number = 1;
            drop table segment_changes; alter table changed rename to segment_changes;
            update intermediate.customer_segment_history
            set dbt_valid_from = date '2018-01-31';
            """
        )
    folder = tmp_path / "out"
    manifest = export(copied, folder, campaign=None)
    assert manifest["changes_since"] is None
    assert not (folder / "entered.csv").exists()
    by_day(copied, today)
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace(f'"{today}"', '"2018-03-31"'))
    for _ in range(2):  # another export of the day compares with the same one
        manifest = export(copied, folder, campaign=None)
        assert manifest["changes_since"] == "2018-03-31"
        with (folder / "entered.csv").open(newline="") as opened:
            entered = list(csv.DictReader(opened))
        with (folder / "left.csv").open(newline="") as opened:
            left = list(csv.DictReader(opened))
    assert len(entered) == len({row["customer_unique_id"] for row in entered}) == 11
    assert {row["segment_key"] for row in entered} == {one}
    assert sorted(row["previous_segment_key"] for row in entered) == ["", *[other] * 10]
    assert {row["change_id"] for row in entered} == {f"id{n}" for n in range(1, 12)}
    assert len(left) == len({row["customer_unique_id"] for row in left}) == 10
    assert {(row["segment_key"], row["next_segment_key"]) for row in left} == {
        (other, one)
    }
    assert {row["left_at"] for row in left} == {"2018-05-31"}
    # Whoever is left out of a campaign is in neither.
    half = Campaign("half", 0.5)
    export(copied, folder, half)
    left_out = {
        key
        for (key,) in rows(
            copied,
            "select customer_unique_id from campaigns.listed_customers "
            "where is_control and campaign = 'half'",
        )
    }
    moved = {row["customer_unique_id"] for row in entered}
    assert set(customers(folder / "entered.csv")) == moved - left_out
    assert not set(customers(folder / "left.csv")) & left_out
    assert 0 < len(moved & left_out) < len(moved)
    with duckdb.connect(str(copied)) as connection:
        for day, sentence in [
            (today, "is not before"),
            (today.replace(year=2000), "the history begins on 2018-01-31"),
        ]:
            with pytest.raises(UserError, match=sentence):
                choose_since(connection, folder, day)


@pytest.fixture(scope="module")
def asked(demo_dir, demo_database, tmp_path_factory):
    """Return a database with planted campaigns, and the SQL of their results."""
    database = tmp_path_factory.mktemp("planted") / "demo.duckdb"
    shutil.copyfile(demo_database, database)
    # Customers a side, and buyers among those listed and left out.
    planted = {"effect": (10_000, 2400, 2000), "few": (200, 48, 40)}
    planted |= {"equal": (1000, 200, 200), "nobody": (1000, 0, 0)}
    draws = np.random.default_rng(7).binomial(2000, 0.2, (100, 2))
    planted |= {f"draw{i}": (2000, *draw) for i, draw in enumerate(draws.tolist())}
    sides = [
        (number, key, count, bought, side)
        for number, (key, (count, *both)) in enumerate(planted.items(), 1)
        for side, bought in zip((False, True), both, strict=True)
    ]
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "create schema campaigns; create table sides(segment_id integer, "
            "segment_key varchar, customers integer, buyers integer, is_control bool)"
        )
        connection.executemany("insert into sides values (?, ?, ?, ?, ?)", sides)
        connection.execute(
            """
            create table campaigns.listed_customers as
            select 'planted' as campaign, date '2018-06-30' as listed_at,
                segment_id, segment_key, is_control,
                concat(segment_key, is_control, n) as customer_unique_id,
                n <= buyers as buys
            from sides, range(1, customers + 1) as people(n);
            insert into campaigns.listed_customers by name
            select 'before' as campaign, date '2018-05-31' as listed_at,
                1 as segment_id, 'early' as segment_key, 'x' as customer_unique_id,
                false as is_control;
            create or replace table orders as
            select customer_unique_id, 'delivered' as order_status, false as is_return,
                timestamp '2018-07-01 08:00' as purchased_at,
                10::decimal(18, 2) as order_total
            from campaigns.listed_customers where buys
            union all -- on the day of the list, canceled, or sent back: none counts
            select customer_unique_id, status, status = 'returned', bought, 1000
            from campaigns.listed_customers, (values
                ('delivered', timestamp '2018-06-30 23:00'),
                ('canceled', timestamp '2018-08-01 00:00'),
                ('returned', timestamp '2018-08-01 00:00')
            ) as orders(status, bought)
            where not buys;
            """
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OLIST_DB", str(database))
        patch.setenv("OLIST_RAW_DIR", str(demo_dir))
        patch.setenv("PYTHONPATH", str(ROOT / "python"))
        words = {"root": ROOT, "target": "demo"}
        questions = read_questions(ROOT)
        sql = compile_question(questions, "campaign_result", [], **words)
        with pytest.raises(UserError, match="it must be one of planted, before"):
            compile_question(
                questions, "campaign_result", ["campaign=Planted"], **words
            )
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.sql(sql).df().set_index("segment_key")


def test_a_planted_effect_is_found_with_enough_customers(asked):
    effect, few = asked.loc["effect"], asked.loc["few"]
    assert (effect["listed_buyer_share"], effect["control_buyer_share"]) == (0.24, 0.2)
    assert effect["verdict"] == "beyond chance"
    # Newcombe's method 10, of SciPy's Wilson intervals.
    level = 2 * norm.cdf(3) - 1
    listed, left_out = (
        binomtest(buyers, 10_000).proportion_ci(level, "wilson")
        for buyers in (2400, 2000)
    )
    low = 0.04 - np.hypot(0.24 - listed.low, left_out.high - 0.2)
    high = 0.04 + np.hypot(listed.high - 0.24, 0.2 - left_out.low)
    assert effect["difference_low"] == pytest.approx(low, abs=5e-5)
    assert effect["difference_high"] == pytest.approx(high, abs=5e-5)
    assert effect["listed_revenue_per_customer"] == 2.4
    assert not few["is_beyond_chance"]
    assert few["verdict"].startswith(
        "cannot be told yet: chance alone would give as much"
    )


def test_without_an_effect_chance_is_hardly_ever_called_an_effect(asked):
    draws = asked[asked.index.str.startswith("draw")]
    assert len(draws) == 100
    assert draws["is_beyond_chance"].sum() <= 5
    assert set(asked.loc[["equal", "nobody"], "verdict"]) == {
        "cannot be told yet: chance alone would give as much"
    }
    assert "early" not in asked.index


def test_commands_say_what_was_exported_and_how(copied, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("OLIST_DB", str(copied))
    assert main(["campaigns"]) == 0
    assert "olist-segments export --campaign" in capsys.readouterr().out
    words = ["export", "--to", str(tmp_path / "out"), "--campaign", "Spring"]
    words += ["--control-share", "0.1"]
    assert main([*words, "--preview"]) == 0
    assert main(["campaigns"]) == 0
    assert "Nothing was exported" in capsys.readouterr().out, "a preview writes nothing"
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "Spring is a new campaign.\nSend it to nobody in control/" in said
    assert "standard deviation" in said, "a small segment's share is off"
    assert main(["campaigns"]) == 0
    assert "Spring, 10.0% left out" in capsys.readouterr().out
