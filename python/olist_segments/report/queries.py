"""The queries of the report: it shows their answers and computes nothing else."""

# The breakdowns that a segment's card shows, in this order: `state` is a column of
# segment_by_state. Each has the unit that its shares count, and its heading.
BREAKDOWNS = {
    "state": ("customers", "Where they live: states"),
    "city": ("customers", "Where they live: cities"),
    "category": ("items", "What they buy"),
    "payment_type": ("orders", "How they pay"),
    "price_band": ("items", "What an item costs"),
}

# render_report fills in their limits.
QUERIES = {
    "totals": """
        select
            (select count(*) from customers) as customer_count,
            (select sum(customer_count) from segments) as labelled_count,
            (select sum(revenue) from segments) as revenue,
            (select sum(revenue) / sum(customer_count) from segments)
                as revenue_per_customer,
            (select sum(order_count) from segment_by_payment_type) as order_count,
            (select count(*) from excluded_customers) as excluded_count,
            (select count(*) from rejected_rows) as rejected_count,
            (select max(as_of_date) from customer_segments) as as_of_date,
            (select cast(max(purchased_at) as date) from orders) as last_order_date,
            (select min(recency_days) from customer_segments) as fewest_days
    """,
    "segments": """
        select segments.*, spread.standard_error
        from segments
        left join (
            select
                segment_id,
                stddev_samp(total_spend) / sqrt(count(*)) as standard_error
            from customer_segments
            group by segment_id
        ) as spread
            on segments.segment_id = spread.segment_id
        order by segments.segment_id
    """,
    # The words of the names, and what to do with a segment that is called so.
    "words": """
        select
            words.segment_id,
            words.word,
            words.phrase,
            coalesce(words.phrase_negative, '') as phrase_negative,
            words.true_share,
            words.true_share_of_all,
            words.positive_share,
            words.p10,
            words.median,
            words.mean,
            words.p90,
            words.mean_of_all,
            words.median_of_all,
            words.at_least,
            words.at_most,
            rules.advice
        from segment_words as words
        left join segment_advice as rules
            on
                words.feature = rules.feature
                and case when words.is_high then 'high' else 'low' end = rules.side
        order by words.segment_id, words.word_rank
    """,
    # Conditions that rebuild a segment, with how well all of them do so.
    "rules": """
        select
            *,
            cast(sum(member_count) over () as double) / sum(customer_count) over ()
                as agreement
        from segment_rules
        order by segment_id, rule_number
    """,
    "profile": "select * from segment_profile order by segment_id, metric",
    # How far the centre of a segment lies from the average, in standard deviations.
    "features": """
        select
            segments.segment_id,
            segments.segment_name,
            centroids.feature,
            profile.phrase,
            coalesce(profile.phrase_negative, '') as phrase_negative,
            profile.mean,
            profile.mean_of_all,
            centroids.scaled_value,
            parameters.position
        from segment_centroids as centroids
        inner join segment_models as models
            on centroids.model_id = models.model_id
        inner join segment_model_features as parameters
            on
                centroids.model_id = parameters.model_id
                and centroids.feature = parameters.feature
        inner join segments
            on centroids.segment_id = segments.segment_id
        inner join segment_profile as profile
            on
                centroids.segment_id = profile.segment_id
                and centroids.feature = profile.metric
        where models.is_current
        order by segments.segment_id, parameters.position
    """,
    "month": "select * from segment_by_month order by segment_id, purchase_month",
    **{
        by: f"""
            select * from segment_by_{by}
            order by segment_id, share_of_segment desc, {by}
        """
        for by in BREAKDOWNS
    },
    "price_band": """
        select * from segment_by_price_band
        order by segment_id, price_band_number
    """,
    # The hash of their key selects the same customers in every run.
    "map": """
        select
            round(map.x, 2) as x,
            round(map.y, 2) as y,
            labelled.segment_id,
            labelled.segment_name
        from customer_map as map
        inner join customer_segments as labelled
            on map.customer_unique_id = labelled.customer_unique_id
        order by md5(map.customer_unique_id), map.customer_unique_id
        limit {map_points}
    """,
    "loadings": """
        select
            loadings.axis,
            max(profile.phrase) as feature,
            max(profile.phrase_negative) as phrase_negative,
            max(loadings.loading) as loading
        from map_loadings as loadings
        inner join segment_profile as profile
            on loadings.feature = profile.metric
        group by loadings.axis, loadings.feature
        order by loadings.axis, abs(max(loadings.loading)) desc, loadings.feature
    """,
    "candidates": "select * from segment_k_candidates order by k",
    "stability": """
        select
            stability.*,
            segments.segment_name,
            segments.uncertain_share
        from segment_stability as stability
        inner join segments
            on stability.segment_id = segments.segment_id
        order by stability.segment_id
    """,
    # The last day whose 180 days are over; the segments of both rules.
    "outcomes": """
        select * from segment_outcomes
        where
            horizon_days = 180
            and label_date = (
                select max(label_date) from segment_outcomes where horizon_days = 180
            )
        order by rule, buyer_share desc, segment_id
    """,
    "explained": """
        select segmentation, explained_share from segment_comparison
        where metric = 'later_revenue'
    """,
    # A year against the year before, or shorter periods where the data has less.
    "changes": """
        select
            changes.*,
            as_of.as_of_date - cast(changes.period_days - 1 as integer) as from_date
        from segment_revenue_change as changes
        cross join (
            select max(as_of_date) as as_of_date from customer_segments
        ) as as_of
        where
            changes.period_days
            = (select max(period_days) from segment_revenue_change)
        order by changes.segment_id
    """,
    "flows": "select * from segment_flows order by k, cluster_id, next_cluster_id",
    "model": "select * from segment_models where is_current",
    "drift": "select * from segment_drift order by drift desc, measure",
    "migrations": """
        select * from segment_migrations
        where as_of_date = (select max(as_of_date) from segment_migrations)
        order by from_segment_key, to_segment_key
    """,
    # Whether a build before the last one changed anybody's segment.
    "history": """
        select
            count(distinct as_of_date) as days,
            min(as_of_date) as first_date,
            max(as_of_date) as last_date,
            (
                select max(as_of_date) from segment_migrations
                where as_of_date < (select max(as_of_date) from segment_migrations)
            ) as date_before,
            (
                select count(*) from segment_changes
                where
                    is_by_new_model
                    and entered_at = (select max(entered_at) from segment_changes)
            ) as by_new_model
        from segment_migrations
    """,
    "names": """
        select segment_key, max(segment_name) as segment_name
        from segment_changes
        where segment_key is not null
        group by segment_key
        order by segment_key
    """,
    "excluded": """
        select
            reason,
            count(*) as customer_count,
            sum(placed_order_count) as order_count,
            sum(placed_payment_total) as payments
        from excluded_customers
        group by reason
        order by customer_count desc, reason
    """,
    # From the amounts in the files to the revenue: the parts add up.
    "money": """
        select
            files.*,
            files.in_marts
            - orders.of_canceled_returns
            - customers.total_spend as of_other_orders,
            orders.of_canceled_returns,
            customers.of_excluded,
            (select sum(revenue) from segments) as revenue,
            (
                select coalesce(-sum(price + freight), 0) from order_lines
                where price < 0 and (is_delivered or is_return)
            ) as returned,
            (
                select rows_affected from data_quality
                where check_name = 'items_of_guests'
            ) as guest_lines
        from (
            select
                sum(in_file) as in_file,
                sum(of_forgotten) as of_forgotten,
                sum(without_key + repeated + of_unknown_orders) as of_no_order,
                sum(of_guests) as of_guests,
                sum(not_by_as_of_date) as of_other_days,
                sum(in_marts) as in_marts
            from reconciliation
            where measure in ('price', 'freight')
        ) as files
        cross join (
            select
                coalesce(
                    sum(order_total) filter (
                        where is_return and order_status = 'canceled'
                    ), 0
                ) as of_canceled_returns
            from orders
        ) as orders
        cross join (
            select
                sum(total_spend) as total_spend,
                coalesce(sum(total_spend) filter (where not is_eligible), 0)
                    as of_excluded
            from customers
        ) as customers
    """,
    "rejected": """
        select
            source,
            column_name,
            reason,
            count(*) as line_count,
            count(*) over () as faults
        from rejected_rows
        group by source, column_name, reason
        order by line_count desc, source, column_name, reason
        limit {table_rows}
    """,
    # Checks that found rows: first those that would make results wrong.
    "quality": """
        select
            source,
            description,
            action,
            rows_affected,
            share_affected,
            count(*) over () as findings
        from data_quality
        where rows_affected > 0
        order by
            case when share_allowed is null then 1 else 0 end,
            share_affected desc,
            check_name
        limit {table_rows}
    """,
}
