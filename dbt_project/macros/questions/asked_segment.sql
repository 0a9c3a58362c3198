{# The segment_key that a question is about. #}
{% macro asked_segment() -%}
    {%- set segments = ref('segments') -%}
    {%- set asked = var('segment', '') | string -%}
    {%- if not asked -%}
        (
            select segment_key from {{ segments }}
            order by customer_count desc, segment_id asc
            limit 1
        )
    {%- else -%}
        {%- set keys = run_query(
            'select segment_key from ' ~ segments ~ ' order by segment_id'
        ).columns[0].values() if execute else [asked] -%}
        {%- if asked not in keys -%}
            {{ exceptions.raise_compiler_error(
                "variable segment is '" ~ asked ~ "': it must be one of "
                ~ keys | join(', ')
            ) }}
        {%- endif -%}
        '{{ asked }}'
    {%- endif -%}
{%- endmacro %}
