-- every current article is in the index of search once, with its date and all the words of its title, and nothing else is
-- required
SELECT coalesce(articles.article_id, indexed.article_id) AS article_id, coalesce(indexed.documents, 0) AS documents
FROM articles
FULL JOIN (
    SELECT article_id, count(*) AS documents, min(published_at) AS published_at FROM search_documents GROUP BY article_id
) AS indexed
    ON articles.article_id = indexed.article_id
WHERE
    articles.article_id IS NULL
    OR coalesce(indexed.documents, 0) <> 1
    OR articles.published_at IS DISTINCT FROM indexed.published_at
UNION ALL
SELECT article_id, 1
FROM (
    SELECT article_id, md5_number_lower('title:' || unnest(words_in(words))) AS term
    FROM (SELECT article_id, spaced(title) AS words FROM articles WHERE title IS NOT NULL)
    WHERE words <> ''
)
INNER JOIN search_documents USING (article_id)
ANTI JOIN (
    SELECT term, document FROM search_postings
) AS posted USING (term, document)
ORDER BY ALL;
