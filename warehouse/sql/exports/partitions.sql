-- The partitions of an export, each with its rows and a fingerprint of them: what a version holds is decided by its
-- capture and the run that made it, but for what links and corrections may change after it.
SELECT
    year,
    month,
    count(*) AS rows,
    CAST(sum(hash({
        'article_id': article_id,
        'version': version,
        'capture_id': capture_id,
        'run_id': run_id,
        'valid_from': valid_from,
        'text_sha256': text_sha256,
        'published_at': published_at,
        'published_local': published_local,
        'published_precision': published_precision,
        'published_origin': published_origin,
        'title': title,
        'publisher': publisher
    })) AS VARCHAR) AS fingerprint
FROM partitioned
GROUP BY year, month
ORDER BY year, month;
