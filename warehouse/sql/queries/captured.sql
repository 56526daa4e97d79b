-- What was last captured at the places in `asked`.
SELECT
    captures.locator,
    captures.url,
    captures.media_type,
    captures.payload_sha256,
    captures.captured_at AS fetched_at
FROM captures
WHERE captures.source = $source AND captures.locator IN (SELECT locator FROM asked)
QUALIFY row_number() OVER (PARTITION BY captures.locator ORDER BY captures.captured_at DESC, captures.capture_id) = 1
ORDER BY captures.locator;
