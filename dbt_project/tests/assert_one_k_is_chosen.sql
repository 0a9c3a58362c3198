-- Exactly one candidate is taken, and the current model has its k and as many segments.

with counted as (

    select
        (
            select count(*) from {{ ref('segment_k_candidates') }}
            where is_chosen
        ) as chosen,
        (
            select max(k) from {{ ref('segment_k_candidates') }}
            where is_chosen
        ) as chosen_k,
        (
            select max(k) from {{ ref('segment_models') }}
            where is_current
        ) as model_k,
        (select count(*) from {{ ref('segments') }}) as segments

)

select * from counted
where chosen != 1 or chosen_k != model_k or segments != model_k
