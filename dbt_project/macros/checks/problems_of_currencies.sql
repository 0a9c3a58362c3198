{# Amounts in several currencies, or in another one than the settings say. #}
{% macro problems_of_currencies(lines, given) -%}
    {%- if 'currency' not in given -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set found = run_query(
        'select upper(trim(currency)), count(*) from ' ~ lines ~ ' where not '
        ~ is_null_word('cast(currency as string)') ~ ' group by 1 order by 2 desc, 1'
    ).rows -%}
    {%- set code = shop_settings().currency.code | upper -%}
    {%- if found | length > 1 -%}
        {%- set named = [] -%}
        {%- for currency, count in found -%}
            {%- do named.append(currency ~ ' (' ~ '{:,}'.format(count) ~ ' lines)') -%}
        {%- endfor -%}
        {{ return([
            'their amounts have several currencies, ' ~ named | join(', ')
            ~ ': pick one with a filter in the meta of the table, such as filter: "'
            ~ mapped_from('currency') ~ " = '" ~ found[0][0] ~ "'\"" ~ ', or convert them'
        ]) }}
    {%- elif found and code and found[0][0] != code -%}
        {{ return([
            'their amounts are in ' ~ found[0][0] ~ ', but the setting currency says '
            ~ code
        ]) }}
    {%- endif -%}
    {{ return([]) }}
{%- endmacro %}
