-- Lines that recur across many stories of one site, numbers read as one: what a site's pages say whatever the news is.
--
-- Support is counted in stories, so that a wire report's paragraph is one, however many copies of it a site ran. What
-- reads like prose (a sentence of more than $prose_words words) must stand in a share $prose_share of the site's stories:
-- the background of a long affair recurs too, but not all over a site.
WITH units AS (
    SELECT
        coalesce(a.hostname, a.publisher, c.source) AS site,
        coalesce(s.story_id, a.article_id) AS story,
        a.article_id,
        string_split(a.text, chr(10)) AS lines
    FROM articles a
    JOIN captures c USING (capture_id)
    LEFT JOIN story_articles s USING (article_id)
    WHERE $site IS NULL OR coalesce(a.hostname, a.publisher, c.source) = $site
),
sites AS (
    SELECT site, count(DISTINCT story) AS site_stories FROM units GROUP BY site
),
said AS (
    SELECT
        site, story, article_id, trim(unnest(lines)) AS line, generate_subscripts(lines, 1) AS number, len(lines) AS count
    FROM units
),
repeated AS (
    SELECT
        site,
        regexp_replace(line, '[0-9]+', '0', 'g') AS shape,
        count(DISTINCT story) AS stories,
        count(DISTINCT article_id) AS articles,
        bool_and(number <= $head_lines) AS in_head,
        bool_and(number > count - $tail_lines) AS in_tail,
        min(line) AS example,
        max(line) AS other_example,
        min(article_id) AS article_id
    FROM said
    WHERE length(line) <= $longest AND regexp_matches(line, '\pL')
    GROUP BY ALL
    HAVING count(DISTINCT story) >= $least
)
SELECT
    site, shape, stories, articles, site_stories, round(stories / site_stories, 4) AS share,
    CASE WHEN in_head AND NOT in_tail THEN 'head' WHEN in_tail AND NOT in_head THEN 'tail' ELSE 'any' END AS place,
    CASE WHEN example = other_example THEN [example] ELSE [example, other_example] END AS examples,
    article_id
FROM repeated
JOIN sites USING (site)
WHERE len(string_split(shape, ' ')) <= $prose_words AND NOT regexp_matches(shape, '[.!?…。！？]["”’»)]*$')
   OR stories >= $prose_share * site_stories
ORDER BY site, stories DESC, shape;
