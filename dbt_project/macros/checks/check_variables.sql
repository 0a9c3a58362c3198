{# Stops a build with one sentence if a variable cannot be used. #}
{% macro check_variables() -%}
    {%- for name in ['max_rejected_share', 'max_defect_share'] -%}
        {%- set share = var(name) | string -%}
        {%- if not modules.re.fullmatch('(0|1|[01]?[.][0-9]+|[0-9.]+e-?[0-9]+)', share)
            or not 0 <= share | float <= 1 -%}
            {{ exceptions.raise_compiler_error(
                'variable ' ~ name ~ " is '" ~ share ~ "': it must be a share from 0 to 1"
            ) }}
        {%- endif -%}
    {%- endfor -%}
    {%- set day = var('as_of_date') | string -%}
    {%- set month_days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] -%}
    {%- set is_day = modules.re.fullmatch('[0-9]{4}-(0[1-9]|1[0-2])-[0-3][0-9]', day) -%}
    {%- if day and not (
        is_day and 1 <= day[8:] | int <= month_days[day[5:7] | int - 1]
    ) -%}
        {{ exceptions.raise_compiler_error(
            "variable as_of_date is '" ~ day ~ "': it must be a day such as 2018-03-31"
        ) }}
    {%- endif -%}
    {%- if var('published_olist') is not boolean -%}
        {{ exceptions.raise_compiler_error(
            "variable published_olist is '" ~ var('published_olist')
            ~ "': it must be true or false, without quotes"
        ) }}
    {%- endif -%}
    {%- do check_features() -%}
    {%- do check_k() -%}
{%- endmacro %}
