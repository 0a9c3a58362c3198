{# Stops a build before it begins if the raw files cannot be used, with all reasons. #}
{% macro check_raw_files() -%}
    {%- set is_read = 'model.olist_segments.stg_' in selected_resources | join(' ') -%}
    {%- if execute and flags.WHICH in ('build', 'run') and is_read -%}
        {%- set contract = [] -%}
        {%- for file in graph.sources.values() if file.meta.file -%}
            {%- do contract.append({
                'name': file.meta.file,
                'columns': file.columns.keys() | list,
                'may_be_empty': file.meta.get('may_be_empty', shop() != 'olist'),
                'delimiter': file.meta.get('delimiter', ','),
                'encoding': file.meta.get('encoding', 'utf-8'),
                'mapping': (file.meta.columns or {}).values() | map('string') | list
                    if shop() != 'olist' else none
            }) -%}
        {%- endfor -%}
        {%- set text = tojson(contract) | replace("'", "''") -%}
        {%- if target.type == 'spark' -%}
            {#- A backslash is the beginning of a special character there. -#}
            {%- set text = text | replace('\\', '\\\\') -%}
        {%- endif -%}
        {%- set folder = raw_file('') -%}
        {%- set problems = run_query(
            'select ' ~ ('explode' if target.type == 'spark' else 'unnest')
            ~ "(raw_file_problems('" ~ folder | replace("'", "''") ~ "', '"
            ~ text ~ "', cast("
            ~ var('max_rejected_share') | float ~ ' as double)))'
        ).columns[0].values() -%}
        {%- if problems -%}
            {{ exceptions.raise_compiler_error(
                'the raw files in ' ~ folder ~ ' cannot be used:\n- '
                ~ problems | join('\n- ')
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
