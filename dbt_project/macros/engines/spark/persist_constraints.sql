{# Replaces dbt-spark's: stops a build if a not-null column of a contract has a null. #}
{% macro spark__persist_constraints(relation, model) -%}
    {%- set nullable = [] -%}
    {%- for column in model.columns.values() if config.get('contract').enforced -%}
        {%- for constraint in column.constraints if constraint.type == 'not_null' -%}
            {%- do nullable.append(
                'count(*) - count(' ~ column.name ~ ') as ' ~ column.name
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if nullable -%}
        {%- set counts = run_query(
            'select ' ~ nullable | join(', ') ~ ' from ' ~ relation
        ) -%}
        {%- for name, count in counts.rows[0].items() if count -%}
            {{ exceptions.raise_compiler_error(
                relation ~ ' has ' ~ '{:,}'.format(count) ~ ' rows without ' ~ name
                ~ ', which its contract wants to be not null'
            ) }}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
