-- the digest by which a loading process tells whether it remembers the texts as they are is that of the texts
-- required
SELECT digest, (SELECT coalesce(bit_xor(xor(text_key, CAST(text_number AS UBIGINT) * 4_294_967_291)), 0) FROM texts) AS found
FROM texts_state
WHERE digest <> found;
