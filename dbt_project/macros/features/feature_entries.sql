{# The entries of features or further_features, with every key that SQL reads. #}
{% macro feature_entries(variable) -%}
    {%- set blank = dict.fromkeys(
        ['name', 'transform', 'clip_quantile', 'word', 'high', 'low', 'phrase'], ''
    ) -%}
    {%- set currency = shop_settings().currency.name -%}
    {%- set entries = [] -%}
    {%- for entry in (var(variable) if var(variable) is iterable else [])
        if entry is mapping -%}
        {%- set entry = dict(blank, **entry) -%}
        {%- for key in ['phrase', 'phrase_negative'] if entry[key] is string -%}
            {%- do entry.update({key: entry[key] | replace('{currency}', currency)}) -%}
        {%- endfor -%}
        {%- do entries.append(entry) -%}
    {%- endfor -%}
    {{ return(entries) }}
{%- endmacro %}
