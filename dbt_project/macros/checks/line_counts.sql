{# Lines of a file, lines of all files of its table, and lines of them that were read. #}
{% macro line_counts(source_name, file, rejected) -%}
    {%- set table = graph.sources.values() | selectattr('name', 'equalto', source_name)
        | first -%}
    {%- set model_name = source_name if shop() == 'olist' else 'lines' -%}
    {%- set read = none -%}
    {%- if shop() == 'olist' or (
        source_name == 'order_lines' and table.meta.columns and not table.meta.filter
        and not table.meta.columns.order_refunded
        and shop_settings().other_currencies == 'refuse'
    ) -%}
        {%- set read = run_query(
            'select (select count(*) from ' ~ ref('stg_' ~ model_name) ~ ') + coalesce('
            ~ '(select max(row_count) from ' ~ ref('forgotten_totals')
            ~ " where source = '" ~ model_name ~ "'), 0)"
        ).rows[0][0] -%}
    {%- endif -%}
    {%- set counts = {} -%}
    {%- for name, path in (
        find_table_files(table) if shop() != 'olist' else [(file, raw_file(file))]
    ) if not path.lower().endswith('.parquet') -%}
        {%- do counts.update({name: run_query(
            "select raw_file_line_count('" ~ path | replace("'", "''") ~ "', '"
            ~ table.meta.get('delimiter', ',') ~ "')"
        ).rows[0][0]}) -%}
    {%- endfor -%}
    {%- if file not in counts -%}
        {{ return((run_query('select count(*) from ' ~ ref('stg_lines')).rows[0][0], none, none)) }}
    {%- endif -%}
    {{ return((counts[file], counts.values() | sum, read)) }}
{%- endmacro %}
