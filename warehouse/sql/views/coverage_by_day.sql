CREATE OR REPLACE VIEW coverage_by_day AS
SELECT
    CAST(published_local AS DATE) AS day,
    count(*) AS articles,
    count(DISTINCT text_sha256) AS distinct_texts,
    count(DISTINCT coalesce(publisher, hostname)) AS publishers
FROM articles
WHERE published_precision IN ('instant', 'minute', 'hour', 'day')
GROUP BY day
ORDER BY day;
COMMENT ON VIEW coverage_by_day IS 'Articles, distinct texts and publishers by day of publication, on the pages'' own clocks';
COMMENT ON COLUMN coverage_by_day.day IS 'Day of publication on the pages'' own clocks';
COMMENT ON COLUMN coverage_by_day.articles IS 'Current articles of the day';
COMMENT ON COLUMN coverage_by_day.distinct_texts IS 'Different texts among them';
COMMENT ON COLUMN coverage_by_day.publishers IS 'Publishers, else hosts, among them';
