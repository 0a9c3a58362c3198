{# Stops a fit with one sentence if customers differ too little to be clustered. #}
{% macro check_enough_customers() -%}
    {%- if execute -%}
        {%- set names = chosen_features() | map(attribute='name') | join(', ') -%}
        {%- set customers, different = run_query(
            'select (select count(*) from ' ~ this ~ '), (select count(*) from '
            ~ '(select distinct ' ~ names ~ ' from ' ~ this ~ ') as different)'
        ).rows[0].values() -%}
        {%- set k = var('k') or var('k_min') -%}
        {%- if different <= k | int -%}
            {{ exceptions.raise_compiler_error(
                'too few customers to find ' ~ k ~ ' segments. Customers with an order that '
                ~ 'counts and was not given back: ' ~ customers ~ '. Different sets of ' ~ names
                ~ ': ' ~ different ~ '; there must be more of them than segments. Use more data'
                ~ (', or lower the variable k' if var('k') else '') ~ '.'
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
