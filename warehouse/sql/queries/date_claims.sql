SELECT kind, raw, origin, earliest, latest, precision, utc_offset, chosen, note FROM date_claims
WHERE article_id = $article_id AND version = $version
ORDER BY chosen DESC, rowid;
