{# A feature's value after filling, clipping and transforming, from columns
   fill_value and clip_upper that may carry a suffix. The logarithm takes a value below
   0, as a refund may give, as 0. #}
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
