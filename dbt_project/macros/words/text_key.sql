{# A text as a key for other systems: lower case without accents, words joined by _. #}
{% macro text_key(text, kind) -%}
    {#- A hash stands for letters of other scripts. translate is the same in all engines,
        which strip_accents is not. -#}
    {%- set accented = {
        'a': 'àáâãäåāăąǎǟǡǻȁȃȧạảấầẩẫậắằẳẵặ',
        'c': 'çćĉċč',
        'd': 'ďđð',
        'e': 'èéêëēĕėęěȅȇȩẹẻẽếềểễệ',
        'g': 'ĝğġģǧǵ',
        'h': 'ĥȟħ',
        'i': 'ìíîïĩīĭįǐȉȋỉịı',
        'j': 'ĵǰ',
        'k': 'ķǩ',
        'l': 'ĺļľł',
        'n': 'ñńņňǹŋ',
        'o': 'òóôõöōŏőơǒǫǭȍȏȫȭȯȱọỏốồổỗộớờởỡợø',
        'r': 'ŕŗřȑȓ',
        's': 'śŝşšș',
        't': 'ţťțŧ',
        'u': 'ùúûüũūŭůűųưǔǖǘǚǜȕȗụủứừửữự',
        'w': 'ŵ',
        'y': 'ýÿŷȳỳỵỷỹ',
        'z': 'źżž',
        ' ': '’‘“”«»–—…·•¿¡×€£¥₹₺',
    } -%}
    {%- set letters = [] -%}
    {%- for letter, others in accented.items() -%}
        {%- do letters.append(letter * (others | length)) -%}
    {%- endfor -%}
    {%- set lower = namespace(text='lower(' ~ text ~ ')') -%}
    {%- for letter, two in [('ß', 'ss'), ('æ', 'ae'), ('œ', 'oe'), ('þ', 'th')] -%}
        {%- set lower.text =
            'replace(' ~ lower.text ~ ", '" ~ letter ~ "', '" ~ two ~ "')" -%}
    {%- endfor -%}
    {%- set plain -%}
        translate(
            {{ lower.text }}, '{{ accented.values() | join }}', '{{ letters | join }}'
        )
    {%- endset -%}
    {%- set words -%}
        trim(both '_' from regexp_replace(
            {{ plain }}, '[^a-z0-9]+', '_'{{ ", 'g'" if target.type == 'duckdb' }}
        ))
    {%- endset -%}
    {#- Names of files are no longer than 255 characters. -#}
    concat_ws(
        '_',
        case when {{ words }} = '' then '{{ kind }}' else trim(both '_' from substr({{ words }}, 1, 100)) end,
        case
            when {{ words }} = '' or length({{ words }}) > 100
                or regexp_replace({{ plain }}, '[^ -~]', '') != {{ plain }}
                then substr(md5(lower({{ text }})), 1, 8)
        end
    )
{%- endmacro %}
