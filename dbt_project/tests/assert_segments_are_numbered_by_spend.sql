-- At the fit, segment 1 has the highest mean spend, and so on down. Later on, the
-- numbers stay while the spend changes.

with numbered as (

    select
        segment_id,
        mean_spend,
        lag(mean_spend) over (order by segment_id) as mean_spend_before
    from {{ ref('int_chosen_clusters') }}

)

select * from numbered
where mean_spend > mean_spend_before
