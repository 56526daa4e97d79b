-- Of the refused items in `surveyed`: where their bytes are kept already. For a capture that is where an earlier one with
-- the same bytes was refused; a refusal that its connector made (stage `read`) is a record of another kind.
SELECT
    surveyed.record_id,
    any_value(rejections.warc_file) AS warc_file,
    min(rejections.warc_offset) AS warc_offset
FROM surveyed
INNER JOIN rejections
    ON surveyed.source = rejections.source
    AND surveyed.locator = rejections.locator
    AND surveyed.payload_sha256 IS NOT DISTINCT FROM rejections.payload_sha256
WHERE (surveyed.stage IS NULL AND rejections.stage <> 'read') OR (surveyed.stage = rejections.stage AND surveyed.reason = rejections.reason)
GROUP BY surveyed.record_id;
