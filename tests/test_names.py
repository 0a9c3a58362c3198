"""Every word of the configuration is used where it is true, and nowhere else."""

import itertools
import math

import duckdb
import pandas as pd
import pytest
import yaml
from conftest import ROOT, dbt

PROJECT = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))
VARIABLES = PROJECT["vars"]
FEATURES = {
    feature["name"]: feature
    for feature in VARIABLES["features"] + VARIABLES["further_features"]
}
MEMBERS = 30
COUNTS = [0, 19, 20, 26, 27, 30]  # of members that a word is true of
SIDES = {"high": 1, "low": -1}
COLUMNS = ["segment_id", "feature", "value"]


def words_of(feature, side):
    given = FEATURES[feature][side]
    given = given if isinstance(given, list) else [given]
    return [{"word": one} if isinstance(one, str) else one for one in given]


CASES = [
    pytest.param(feature, side, place, id=f"{feature} {side}: {word['word']}")
    for feature, side in itertools.product(FEATURES, SIDES)
    for place, word in enumerate(words_of(feature, side))
]


PLACES = max(len(words_of(feature, side)) for feature in FEATURES for side in SIDES)


def value_for(words, place):
    """Find a value that meets the condition of a word, and of none before it."""

    def meets(word, value):
        return word.get("at_least", value) <= value <= word.get("at_most", value)

    keys = ("at_least", "at_most")
    limits = [word[key] for word in words for key in keys if key in word] or [50]
    return next(
        value
        for value in (limit + step for limit in limits for step in (0, 0.5, -0.5))
        if meets(words[place], value)
        and not any(meets(word, value) for word in words[:place])
    )


@pytest.fixture(scope="module")
def choose(demo_dir, tmp_path_factory):
    """Return a function that finds the words that are taken for planted segments."""
    work = tmp_path_factory.mktemp("naming")
    result = dbt(
        *("compile", "--select", "int_name_words"),
        raw_dir=demo_dir,
        database=work / "demo.duckdb",
        variables={"features": list(FEATURES.values())},
    )
    assert result.returncode == 0, result.stdout
    (path,) = (work / "target" / "compiled").rglob("int_name_words.sql")

    def choose(side, segments, rest):
        """Return the word of each segment.

        Segments are a feature and the values of their members, and `rest` has the
        values that others have of each feature.
        """
        people = [
            (number, feature, value)
            for number, (feature, values) in enumerate(segments, 1)
            for value in values
        ] + [(0, feature, value) for feature in rest for value in rest[feature]]
        columns = ", ".join(
            f"case when feature = '{name}' then value end as {name}"
            for name in FEATURES
        )
        made = {
            "int_fit_customers": f"id as customer_unique_id, {columns} from people",
            "int_candidate_assignments": "id as customer_unique_id, 1 as k, "
            "segment_id as cluster_id from people",
            "int_chosen_clusters": "distinct 1 as k, segment_id as cluster_id, "
            "segment_id from people",
            "int_feature_parameters": "feature, median(value) as fill_value "
            "from people group by feature",
            "int_current_centroids": f"distinct segment_id, feature, {SIDES[side]} as "
            "scaled_value, 1 as prominence, 1 as prominence_rank from people",
        }
        with duckdb.connect() as connection:
            connection.execute("attach ':memory:' as demo")
            connection.execute("create schema demo.intermediate")
            connection.execute("use demo.intermediate")
            connection.register("planted", pd.DataFrame(people, columns=COLUMNS))
            connection.execute(
                "create table people as select row_number() over () as id, "
                "segment_id, feature, value from planted"
            )
            for table, query in made.items():
                connection.execute(f"create table {table} as select {query}")
            found = connection.sql(
                f"select segment_id, word from ({path.read_text()}) "
                "where word_rank is not null"
            ).fetchall()
        return [dict(found).get(number) for number in range(1, len(segments) + 1)]

    return choose


@pytest.fixture(scope="module")
def taken(choose):
    """Return the words taken by feature, side, place and number of true members.

    Of every word there is a segment for each number of members that it is true of.
    The others lie beyond most customers, on the other side.
    """
    taken = {}
    for (side, up), place in itertools.product(SIDES.items(), range(PLACES)):
        values = {
            feature: value_for(words_of(feature, side), place)
            for feature in FEATURES
            if place < len(words_of(feature, side))
        }
        planted = list(itertools.product(values, COUNTS))
        segments = [
            (feature, [value] * count + [value - up] * (MEMBERS - count))
            for feature, count in planted
            for value in [values[feature]]
        ]
        most = {feature: [value - up / 4] * 400 for feature, value in values.items()}
        words = choose(side, segments, most)
        for (feature, count), word in zip(planted, words, strict=True):
            taken[feature, side, place, count] = word
    return taken


@pytest.mark.slow
@pytest.mark.parametrize(("feature", "side", "place"), CASES)
def test_a_word_is_used_if_it_is_true_of_enough_members(taken, feature, side, place):
    word = words_of(feature, side)[place]
    least = VARIABLES["min_word_share"]
    enough = math.ceil(max(word.get("share", 0), least) * MEMBERS)
    assert {enough - 1, enough} < set(COUNTS)
    for count in COUNTS:
        found = taken[feature, side, place, count]
        assert (found == word["word"]) == (count >= enough), count
        # With fewer than two thirds on the side, none of the words is used.
        assert (found is None) == (count < least * MEMBERS), count


@pytest.mark.slow
def test_a_value_at_the_median_is_on_the_side_on_which_it_lies_of_the_mean(choose):
    stars, orders = ("review_score", [5] * 9), ("order_count", [1] * 9)
    rest = {"review_score": [5] * 50 + [1], "order_count": [1] * 50 + [8]}
    assert choose("high", [stars, orders], rest) == ["happy", None]
    assert choose("low", [stars, orders], rest) == [None, "one-time buyers"]
    # Where median and mean are the same, it is on neither.
    rest = {"review_score": [5] * 50 + [4, 6]}
    assert choose("high", [stars], rest) == choose("low", [stars], rest) == [None]


@pytest.mark.slow
def test_no_word_is_true_of_a_member_without_a_value(choose):
    unknown = [("review_score", [1, 1, None]), ("review_score", [1, None, None])]
    assert choose("low", unknown, {"review_score": [5] * 9}) == ["unhappy", None]
