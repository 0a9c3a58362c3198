{# The entries of features or further_features, with every key that SQL reads. #}
{% macro feature_entries(variable) -%}
    {%- set blank = dict.fromkeys(
        ['name', 'transform', 'clip_quantile', 'word', 'high', 'low', 'phrase'], ''
    ) -%}
    {%- set entries = [] -%}
    {%- for entry in (var(variable) if var(variable) is iterable else [])
        if entry is mapping -%}
        {%- do entries.append(dict(blank, **entry)) -%}
    {%- endfor -%}
    {{ return(entries) }}
{%- endmacro %}
