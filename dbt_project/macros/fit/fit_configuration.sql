{# A hash of all variables that decide what is fitted. #}
{% macro fit_configuration() -%}
    {%- set decisive = [] -%}
    {%- for feature in feature_candidates() -%}
        {%- do decisive.append(
            [feature.name, feature.transform, feature.clip_quantile | float]
        ) -%}
    {%- endfor -%}
    {%- for name in [
        'feature_choice', 'max_missing_share', 'max_correlation', 'k', 'k_min', 'k_max',
        'min_stability', 'min_silhouette_gain', 'min_segment_share', 'seed', 'n_init',
        'fit_sample', 'max_fit_rows', 'refits', 'refit_customers', 'refit_n_init',
        'refit_sample', 'bootstrap_refits'
    ] -%}
        {%- do decisive.append([name, var(name) | string]) -%}
    {%- endfor -%}
    {#- A shop must not be labelled with the model of another. Models of Olist's files are
        older than other shops, and stay. -#}
    {%- if shop() != 'olist' -%}
        {%- do decisive.append(['shop', shop()]) -%}
    {%- endif -%}
    {{ return(local_md5(tojson(decisive))) }}
{%- endmacro %}
