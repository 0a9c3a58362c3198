-- One row per line of the translation file that can be read: a product category with
-- its English name, unless lines repeat.

{{ config(enabled=shop() != 'olist') }}

select * from {{ input('categories').rows }}
