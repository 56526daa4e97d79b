SELECT found.*, articles.text
FROM search($words, since := $since, until := $until, from_publisher := $publisher, most := $limit) AS found
INNER JOIN articles USING (article_id)
ORDER BY found.score DESC, found.article_id;
