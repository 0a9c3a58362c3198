{# Replaces dbt-spark's snapshot: any file format, not only one that can merge. #}
{% materialization snapshot, adapter='spark' %}
    {%- set kept = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- set strategy = strategy_dispatch(config.get('strategy'))(
        model, 'snapshotted_data', 'source_data', model.config, kept is not none
    ) -%}
    {%- if kept is none -%}
        {%- do replace_table(none, target, build_snapshot_table(strategy, compiled_code)) -%}
    {%- else -%}
        {%- set changes = spark_build_snapshot_staging_table(
            strategy, compiled_code, kept
        ) -%}
        {%- set names = adapter.get_columns_in_relation(kept) | map(attribute='name') | list -%}
        {%- set added = adapter.get_missing_columns(changes, kept)
            | rejectattr('name', 'in', ['dbt_change_type', 'dbt_unique_key']) | list -%}
        {%- set query -%}
            select
                {%- for name in names %}
                    {{ 'coalesce(kept.dbt_valid_to, ended.dbt_valid_to) as dbt_valid_to'
                        if name == 'dbt_valid_to' else 'kept.' ~ name }}
                    {{- ',' if not loop.last }}
                {%- endfor %}
                {%- for column in added %}
                    , cast(null as {{ column.dtype }}) as {{ column.name }}
                {%- endfor %}
            from {{ kept }} as kept
            left join {{ changes }} as ended
                on
                    kept.dbt_scd_id = ended.dbt_scd_id
                    and ended.dbt_change_type in ('update', 'delete')
            union all
            select {{ (names + added | map(attribute='name') | list) | join(', ') }}
            from {{ changes }}
            where dbt_change_type = 'insert'
        {%- endset -%}
        {%- do replace_table(kept, target, query) -%}
        {%- do post_snapshot(changes) -%}
    {%- endif -%}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
