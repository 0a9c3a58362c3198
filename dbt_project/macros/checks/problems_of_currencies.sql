{# Amounts in several currencies, or in another one than the settings say. #}
{% macro problems_of_currencies(lines, given) -%}
    {%- if 'currency' not in given -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set found = run_query(
        'select upper(trim(currency)), count(*) from ' ~ lines ~ ' where not '
        ~ is_null_word('cast(currency as string)') ~ ' group by 1 order by 2 desc, 1'
    ).rows -%}
    {%- set settings = shop_settings() -%}
    {%- set code = settings.currency.code | upper -%}
    {%- set named, others = [], [] -%}
    {%- for currency, count in found -%}
        {%- set text = currency ~ ' (' ~ '{:,}'.format(count) ~ ' lines)' -%}
        {%- do named.append(text) -%}
        {%- if currency != code -%}
            {%- do others.append(text) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if settings.other_currencies == 'exclude' and others | length < named | length -%}
        {%- if others -%}
            {%- do exceptions.warn(
                'lines in other currencies than ' ~ code ~ ' are left out: '
                ~ others | join(', ') ~ '.'
            ) -%}
        {%- endif -%}
    {%- elif found | length > 1 -%}
        {{ return([
            'their amounts have several currencies, ' ~ named | join(', ')
            ~ ': to keep one, set currency: {code: ' ~ found[0][0] ~ '} and '
            ~ 'other_currencies: exclude in the settings of the shop, or convert them'
        ]) }}
    {%- elif found and code and found[0][0] != code -%}
        {{ return([
            'their amounts are in ' ~ found[0][0] ~ ', but the setting currency says '
            ~ code
        ]) }}
    {%- endif -%}
    {{ return([]) }}
{%- endmacro %}
