-- Rules whose edits would change: how many edits there are and would be, in how many articles their number differs, and
-- one of those.
WITH before AS (
    SELECT article_id, unnest(map_entries(rules), recursive := true) FROM summary_before
),
after AS (
    SELECT article_id, unnest(map_entries(rules), recursive := true) FROM summary_after
)
SELECT
    coalesce(before.key, after.key) AS rule,
    CAST(coalesce(sum(before.value), 0) AS BIGINT) AS edits_before,
    CAST(coalesce(sum(after.value), 0) AS BIGINT) AS edits_after,
    count(*) FILTER (before.value IS DISTINCT FROM after.value) AS articles,
    min(coalesce(before.article_id, after.article_id)) FILTER (before.value IS DISTINCT FROM after.value) AS example
FROM before
FULL JOIN after ON before.article_id = after.article_id AND before.key = after.key
GROUP BY ALL
HAVING articles > 0
ORDER BY articles DESC, rule;
