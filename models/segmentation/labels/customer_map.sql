-- One row per eligible customer: the position on the map of the two principal
-- components of the scaled features.

{# LT02 does not see the indent of lines that a loop writes. #}
-- noqa: disable=LT02
{%- set features = chosen_features() %}

with points as (

    select * from {{ ref('int_scaled_features') }}

),

loadings as (

    select
        {%- for axis in ['x', 'y'] %}
            {%- set last_axis = loop.last %}
            {%- for feature in features %}
                max(
                    case
                        when axis = '{{ axis }}' and feature = '{{ feature.name }}'
                            then loading
                    end
                ) as {{ axis }}_{{ feature.name }}
                {{- ',' if not (loop.last and last_axis) }}
            {%- endfor %}
        {%- endfor %}

    from {{ ref('map_loadings') }}

),

projected as (

    select
        points.customer_unique_id,

        {% for axis in ['x', 'y'] -%}
            {% for feature in features -%}
                {{ '+ ' if not loop.first -}}
                points.{{ feature.name }} * loadings.{{ axis }}_{{ feature.name }}
            {% endfor -%}
            as {{ axis }}{{ ',' if not loop.last }}
        {% endfor %}
    from points
    cross join loadings

)

select * from projected
