{# A feature's value after filling, clipping and transforming, from columns
   fill_value and clip_upper that may carry a suffix. #}
{% macro transformed(feature, suffix='') -%}
    {%- set clipped -%}
        least(
            coalesce(cast({{ feature.name }} as double), fill_value{{ suffix }}),
            clip_upper{{ suffix }}
        )
    {%- endset -%}
    {%- if feature.transform == 'log1p' -%}
        ln(1 + {{ clipped }})
    {%- elif feature.transform == 'none' -%}
        {{ clipped }}
    {%- else -%}
        {{ exceptions.raise_compiler_error(
            "variable features: transform of " ~ feature.name ~ " is '"
            ~ feature.transform ~ "'; it must be none or log1p"
        ) }}
    {%- endif -%}
{%- endmacro %}
