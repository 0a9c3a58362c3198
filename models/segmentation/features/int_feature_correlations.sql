-- One row per pair of numbers in customer_features, in both directions: their Pearson
-- correlation, rounded to 9 decimals.

{%- set names = feature_order() %}
{%- set pairs = [] %}
{%- for name in names %}
    {%- for other in names[loop.index:] %}
        {%- do pairs.append((name, other)) %}
    {%- endfor %}
{%- endfor %}

with customers as (

    select
        {% for name in names -%}
            cast({{ name }} as double) as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('customer_features') }}

),

measured as (

    select
        {% for name, other in pairs -%}
            case
                when stddev_pop({{ name }}) > 0 and stddev_pop({{ other }}) > 0
                    then round(corr({{ name }}, {{ other }}), 9)
            end as correlation_{{ loop.index }}{{ ',' if not loop.last }}
        {% endfor %}
    from customers

),

directions as (

    select directions.* from (
        values
        {% for name, other in pairs -%}
            ({{ loop.index }}, '{{ name }}', '{{ other }}'),
            ({{ loop.index }}, '{{ other }}', '{{ name }}'){{ ',' if not loop.last }}
        {% endfor %}
    ) as directions (pair, feature, other_feature)

),

joined as (

    select
        directions.feature,
        directions.other_feature,
        case directions.pair
            {%- for pair in pairs %}
                when {{ loop.index }} then measured.correlation_{{ loop.index }}
            {%- endfor %}
        end as correlation

    from directions
    cross join measured

)

select * from joined
