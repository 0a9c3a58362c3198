{# How DuckDB reads a CSV as text. #}
{% macro read_csv(pattern, delimiter, names, errors) -%}
    read_csv(
        '{{ pattern }}',
        auto_detect = false, header = true, strict_mode = true,
        delim = '{{ delimiter }}', quote = '"', escape = '"', nullstr = '',
        store_rejects = true,
        rejects_table = 'reject_errors_{{ errors }}',
        rejects_scan = 'reject_scans_{{ errors }}',
        columns = {
            {%- for name in names %}
            '{{ name | replace("'", "''") }}': 'string'{{ ',' if not loop.last }}
            {%- endfor %}
        }
    )
{%- endmacro %}
