-- What tells the texts of an archive from those of another, or of another time; those that are gone count as long as they
-- keep their numbers.
SELECT
    count(*) AS texts,
    coalesce(max(text_number), 0) AS highest,
    coalesce(sum(fingerprints), 0) AS fingerprints,
    coalesce(bit_xor(xor(text_key, CAST(text_number AS UBIGINT) * 4_294_967_291)), 0) AS digest,
    (SELECT count(*) FROM retired_texts) AS retired
FROM texts;
