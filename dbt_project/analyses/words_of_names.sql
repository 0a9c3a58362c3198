-- Of how many members is each word of a segment's name true?

select
    words.segment_key,
    words.word,
    words.customer_count,
    words.true_count,
    round(words.true_share, 4) as true_share,
    round(words.true_share_of_all, 4) as true_share_of_all,
    round(words.positive_share, 4) as positive_share,
    round(words.p10, 2) as p10,
    round(words.p90, 2) as p90,
    round(words.median, 2) as median,
    round(words.median_of_all, 2) as median_of_all,
    round(words.mean, 2) as mean,
    round(words.mean_of_all, 2) as mean_of_all,
    words.phrase,
    round(segments.negative_silhouette_share, 4) as negative_silhouette_share
from {{ ref('segment_words') }} as words
inner join {{ ref('segments') }} as segments
    on words.segment_id = segments.segment_id
order by words.segment_id asc, words.word_rank asc
