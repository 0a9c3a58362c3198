-- One row per customer the model was fitted on: the features in their own units, as
-- they were then. Names hold as long as the model, so their words are judged by these.

{# LT02 does not see the indent of lines that a loop writes. #}
-- noqa: disable=LT02
{%- set features = chosen_features() %}

with customers as (

    select
        customer_unique_id,
        {% for feature in features -%}
            {{ feature.name }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('customer_features') }}

)

select * from customers
