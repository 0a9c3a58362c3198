{# Stops a build with one sentence if k, k_min or k_max cannot be used. #}
{% macro check_k() -%}
    {%- set k_min, k_max, k = var('k_min'), var('k_max'), var('k') -%}
    {%- for name, number in {'k_min': k_min, 'k_max': k_max, 'k': k}.items()
        if name != 'k' or number | string | trim -%}
        {%- if not modules.re.fullmatch('[0-9]+', number | string | trim) or number | int < 2 -%}
            {{ exceptions.raise_compiler_error(
                'variable ' ~ name ~ " is '" ~ number ~ "': "
                ~ 'it must be a whole number of at least 2'
            ) }}
        {%- endif -%}
    {%- endfor -%}
    {%- if k_min | int > k_max | int -%}
        {{ exceptions.raise_compiler_error(
            'variable k_min is ' ~ k_min ~ ' and k_max is ' ~ k_max
            ~ ': k_min must not be above k_max'
        ) }}
    {%- elif k | string | trim and not k_min | int <= k | int <= k_max | int -%}
        {{ exceptions.raise_compiler_error(
            'variable k is ' ~ k ~ ', but only k = ' ~ k_min ~ ' to ' ~ k_max
            ~ ' are fitted: change k, or k_min and k_max'
        ) }}
    {%- endif -%}
{%- endmacro %}
