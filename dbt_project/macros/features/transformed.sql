{# A feature's value after filling, clipping and transforming. #}
{% macro transformed(feature, suffix='') -%}
    {%- set clipped -%}
        least(
            coalesce(cast({{ feature.name }} as double), fill_value{{ suffix }}),
            clip_upper{{ suffix }}
        )
    {%- endset -%}
    {%- if feature.transform == 'log1p' -%}
        ln(1 + greatest({{ clipped }}, 0))
    {%- else -%}
        {{ clipped }}
    {%- endif -%}
{%- endmacro %}
