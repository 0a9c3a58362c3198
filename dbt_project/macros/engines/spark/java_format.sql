{# The format of a time as Java writes it, from that of strptime. #}
{% macro java_format(format) -%}
    {%- set parts = {
        '%Y': 'yyyy', '%y': 'yy', '%m': 'M', '%d': 'd', '%H': 'H', '%I': 'h', '%M': 'm',
        '%S': 's', '%f': 'SSSSSS', '%p': 'a', '%b': 'MMM', '%B': 'MMMM', '%a': 'E',
        '%A': 'EEEE', '%j': 'D', '%z': 'Z', 'T': "\\'T\\'"
    } -%}
    {%- set format = namespace(text=format) -%}
    {%- for ours, theirs in parts.items() -%}
        {%- set format.text = format.text | replace(ours, theirs) -%}
    {%- endfor -%}
    {{ return(format.text) }}
{%- endmacro %}
