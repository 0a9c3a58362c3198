import pandas as pd
from olist_segments.fit.features import choose_features

LIMITS = {"max_missing_share": 0.05, "max_correlation": 0.8}


def measures(**changed):
    """Return numbers that the rule takes, but for what is changed of each."""
    usual = {
        "missing_share": 0.0,
        "distinct_values": 9,
        "clipped_values": 8,
        "trimmed_variance": 2.0,
    }
    return pd.DataFrame(
        [{"feature": name, **usual, **change} for name, change in changed.items()]
    )


def correlations(*pairs):
    both = [(one, other, value) for one, other, value in pairs]
    both += [(other, one, value) for one, other, value in pairs]
    return pd.DataFrame(both, columns=["feature", "other_feature", "correlation"])


def verdicts(table, related=(), words=None, **options):
    worded = list(table["feature"]) if words is None else words
    chosen = choose_features(
        table, correlations(*related), worded=worded, **LIMITS, **options
    )
    return {row.feature: row.reason for row in chosen.itertuples()}


def test_the_rule_leaves_out_what_repeats_a_feature_that_was_taken():
    table = measures(
        recency_days={"distinct_values": 1, "trimmed_variance": 0.0},
        total_spend={},
        tenure_days={},
        average_order_value={},
    )
    related = [
        ("tenure_days", "recency_days", 1.0),
        ("average_order_value", "total_spend", -0.8),
        ("tenure_days", "total_spend", 0.79),
    ]
    assert verdicts(table, related) == {
        "recency_days": "left out by the rule: everybody has the same value",
        "total_spend": "taken by the rule",
        # It repeats the recency, which was not taken.
        "tenure_days": "taken by the rule",
        "average_order_value": (
            "left out by the rule: it says nearly the same as total_spend"
        ),
    }


def test_of_two_that_repeat_each_other_the_first_is_taken():
    names = ["tenure_days", "order_count"]
    related = [(*names, 0.9)]
    for first, second in (names, names[::-1]):
        assert verdicts(measures(**{first: {}, second: {}}), related) == {
            first: "taken by the rule",
            second: f"left out by the rule: it says nearly the same as {first}",
        }


def test_the_amount_spent_is_taken_rather_than_what_repeats_it():
    table = measures(order_count={}, total_spend={})
    assert verdicts(table, [("order_count", "total_spend", 0.9)]) == {
        "order_count": "left out by the rule: it says nearly the same as total_spend",
        "total_spend": "taken by the rule",
    }


def test_a_feature_without_use_is_left_out_with_its_first_fault():
    table = measures(
        empty={"missing_share": 1.0, "distinct_values": 0, "trimmed_variance": None},
        sparse={"missing_share": 0.0625, "trimmed_variance": 0.0},
        full_enough={"missing_share": 0.05},
        order_count={"trimmed_variance": 0.0},
        lone_value={"trimmed_variance": None},
        wordless={},
    )
    found = verdicts(table, words=set(table["feature"]) - {"wordless"})
    assert {name: reason.split(": ")[-1] for name, reason in found.items()} == {
        "empty": "nobody has a value",
        "sparse": "6.3% of customers have no value",
        "full_enough": "taken by the rule",
        "order_count": "it does not vary among the middle 98%",
        "lone_value": "it does not vary among the middle 98%",
        "wordless": "neither features nor further_features has words for it",
    }


def test_an_unknown_correlation_repeats_nothing():
    related = [("total_spend", "review_score", float("nan"))]
    table = measures(total_spend={}, review_score={})
    assert set(verdicts(table, related).values()) == {"taken by the rule"}


def test_what_varies_of_a_list_is_selected_whatever_the_rule_says():
    table = measures(
        recency_days={},
        order_count={"trimmed_variance": 0.0},
        review_score={},
        item_count={"trimmed_variance": 0.0},
        installments={"distinct_values": 1, "clipped_values": 1},
        distance_km={"missing_share": 1.0, "clipped_values": 0},
        category_count={"clipped_values": 1},
        freight_share={"clipped_values": pd.NA},
    )
    listed = ["recency_days", "order_count"]
    chosen = choose_features(
        table,
        correlations(),
        worded=list(table["feature"]),
        fixed_features=[*listed, "installments", "distance_km", "category_count"],
        **LIMITS,
    )
    assert chosen["feature"][chosen["is_selected"]].tolist() == listed
    taken = [True, False, True, False, False, False, False, True]
    assert chosen["is_taken_by_rule"].tolist() == taken
    fault = "it does not vary among the middle 98%"
    assert chosen["reason"].tolist() == [
        "in the list of features",
        f"in the list of features, but the rule would leave it out: {fault}",
        "not in the list of features, but the rule would take it",
        f"not in the list of features: {fault}",
        "in the list of features, but left out: everybody has the same value",
        "in the list of features, but left out: nobody has a value",
        "in the list of features, but left out: everybody has the same value after "
        "clipping",
        "not in the list of features, but the rule would take it",
    ]
