{# Warns of repeated lines, and stops a build where a defect makes results wrong. #}
{% macro check_defects() -%}
    {%- set found = run_query(
        'select check_name, description, action, rows_affected, rows_checked, '
        ~ 'source, share_affected, share_allowed from ' ~ this
        ~ ' where share_affected > share_allowed order by check_name'
    ).rows if execute else [] -%}
    {%- set sentences = [] -%}
    {%- for name, description, action, affected, checked, source, share, allowed
        in found -%}
        {%- do sentences.append(
            name ~ ': ' ~ '{:,}'.format(affected) ~ ' of ' ~ '{:,}'.format(checked)
            ~ ' in ' ~ source ~ ' (' ~ '{:.2%}'.format(share) ~ ', ' ~ (
                '{:.2%} are allowed). '.format(allowed) ~ description
                if allowed else 'none is allowed). ' ~ description ~ ' ' ~ action
            )
        ) -%}
    {%- endfor -%}
    {%- set repeated = run_query(
        'select source, rows_affected from ' ~ this
        ~ " where check_name like '%repeated_entirely' and rows_affected > 0 "
        ~ "and action like 'Left out%' "
        ~ 'order by source'
    ).rows if execute else [] -%}
    {%- for source, lines in repeated -%}
        {%- do exceptions.warn(
            source ~ ': ' ~ '{:,}'.format(lines) ~ ' of the lines repeat another one '
            ~ 'entirely, and count once.'
        ) -%}
    {%- endfor -%}
    {%- if sentences -%}
        {{ exceptions.raise_compiler_error(
            'the raw data has defects that would make the results wrong:\n- '
            ~ sentences | join('\n- ') ~ '\nThe table data_quality has all checks '
            ~ 'and says what is done about each. Correct the files, or raise '
            ~ 'max_defect_share where a share is allowed.'
        ) }}
    {%- endif -%}
{%- endmacro %}
