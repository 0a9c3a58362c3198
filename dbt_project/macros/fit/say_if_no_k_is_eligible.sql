{# Says at the end of a build if no number of segments passed the checks. #}
{% macro say_if_no_k_is_eligible() -%}
    {%- for result in results if execute and result.status == 'success'
        and result.node.name == 'segment_k_candidates' -%}
        {%- set eligible = run_query(
            'select count(*) from ' ~ result.node.relation_name ~ ' where is_eligible'
        ).rows[0][0] -%}
        {%- if not eligible -%}
            {%- do log(
                'No candidate k is eligible: the customers form no clear groups, and '
                ~ 'the segments cut through a cloud. They still sort customers, but '
                ~ 'with other customers the cuts would move. Try fewer features, another '
                ~ 'range (k_min, k_max) or more customers; segment_k_candidates says what '
                ~ 'each k lacks.',
                info=true
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
