-- One row per pair of features clustered on, in both directions and with itself: their
-- covariance when scaled.

{%- set names = chosen_features() | map(attribute='name') | list %}

with sums as (

    select
        count(*) as customer_count
        {%- for name in names %}
            {%- for other in names[loop.index0:] %},
        {{ exact_sum(name ~ ' * ' ~ other) }} as {{ name }}_by_{{ other }}
            {%- endfor %}
        {%- endfor %}

    from {{ ref('int_fit_features') }}

),

pairs as (

    {% for name in names %}
        {%- set position, last_name = loop.index0, loop.last %}
        {%- for other in names %}
            {%- set one, two = (name, other)
                if loop.index0 >= position else (other, name) %}
            select
                '{{ name }}' as feature,
                '{{ other }}' as other_feature,
                {{ one }}_by_{{ two }} / customer_count as covariance
            from sums
            {{ 'union all' if not (last_name and loop.last) }}
        {%- endfor %}
    {%- endfor %}

)

select * from pairs
