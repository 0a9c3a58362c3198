{# The files of a table, or the table itself where it has none, and how they are read. #}
{% macro table_files(table) -%}
    {%- set files = [] -%}
    {%- if not table.meta.file -%}
        {%- do files.append({
            'name': table.identifier, 'rows': table.relation_name, 'is_csv': false
        }) -%}
    {%- endif -%}
    {%- for name, path in find_table_files(table) -%}
        {%- set path = path | replace("'", "''") -%}
        {%- set pattern = modules.re.sub('([*?\\[])', '[\\1]', path) -%}
        {%- if path.lower().endswith('.parquet') -%}
            {%- do files.append({
                'name': name, 'is_csv': false, 'rows':
                'parquet.`' ~ path ~ '`' if target.type == 'spark'
                else "read_parquet('" ~ pattern ~ "')"
            }) -%}
        {%- else -%}
            {%- set delimiter = table.meta.get('delimiter', ',') -%}
            {%- set names = header_names(path, delimiter) -%}
            {%- set same = [] -%}
            {%- for one in names[1:] or names -%}
                {%- do same.append(quoted(one) ~ " = '" ~ one | replace("'", "''") ~ "'") -%}
            {%- endfor -%}
            {%- do files.append({
                'name': name, 'is_csv': true, 'path': path, 'delimiter': delimiter,
                'pattern': pattern,
                'names': names,
                'errors': table.name ~ '_' ~ loop.index,
                'rows': 'lines_' ~ table.name ~ '_' ~ loop.index if target.type == 'spark'
                    else read_csv(pattern, delimiter, names, table.name ~ '_' ~ loop.index),
                'repeats_header': 'coalesce(' ~ same | join(' and ') ~ ', false)'
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(files) }}
{%- endmacro %}
