-- Places whose bytes were captured or refused since a moment, or seen again unchanged by a run that began since then.
SELECT locator FROM captures WHERE source = $source AND (captured_at >= $since OR last_seen_at >= $since)
UNION
SELECT locator FROM rejections WHERE source = $source AND rejected_at >= $since;
