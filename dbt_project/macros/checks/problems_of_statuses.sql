{# Statuses that no setting explains. #}
{% macro problems_of_statuses(lines, given) -%}
    {%- if 'order_status' not in given -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set settings = shop_settings() -%}
    {%- set named, unknown, counted = [], [], [] -%}
    {%- for status, count in run_query(
        "select coalesce(lower(trim(order_status)), ''), count(*) from " ~ lines
        ~ ' group by 1 order by 2 desc, 1'
    ).rows -%}
        {%- set text = (status or 'none') ~ ' (' ~ '{:,}'.format(count) ~ ' lines)' -%}
        {%- do named.append(text) -%}
        {%- if status in settings.statuses.counted -%}
            {%- do counted.append(text) -%}
        {%- elif status not in settings.statuses.known -%}
            {%- do unknown.append(text) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not settings.has_statuses or not counted -%}
        {{ return([
            mapped_from('order_status') ~ ' has ' ~ named[:20] | join(', ')
            ~ ': say in the settings of the shop which count and which mean canceled, '
            ~ 'statuses: {counted: [...], canceled: [...]}'
        ]) }}
    {%- elif unknown -%}
        {%- do exceptions.warn(
            mapped_from('order_status') ~ ' has statuses that the settings of the shop do '
            ~ 'not name, and that do not count: ' ~ unknown[:20] | join(', ') ~ '.'
        ) -%}
    {%- endif -%}
    {{ return([]) }}
{%- endmacro %}
