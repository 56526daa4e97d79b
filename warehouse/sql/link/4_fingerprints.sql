INSERT INTO retired_texts SELECT text_number FROM gone;

-- `found_holders` names the texts before the batch that have the fingerprints asked for, those that are gone among them.
CREATE OR REPLACE TEMP TABLE all_holders AS
SELECT hash, text_number
FROM found_holders
ANTI JOIN retired_texts USING (text_number)
UNION ALL
SELECT come_prints.hash, come_prints.text_number
FROM come_prints
INNER JOIN asked USING (hash);

CREATE OR REPLACE TEMP TABLE standings AS
SELECT hash, count(*) > 5 AS is_common, count(*) > 100 AS is_wide
FROM all_holders
GROUP BY hash
HAVING count(*) > 1;

CREATE OR REPLACE TEMP TABLE few_holders AS
SELECT all_holders.hash, all_holders.text_number
FROM all_holders
INNER JOIN standings USING (hash)
WHERE NOT standings.is_wide;

CREATE OR REPLACE TEMP TABLE now_common AS
SELECT
    all_holders.hash,
    arg_max(all_holders.text_number, CAST(texts.fingerprints AS HUGEINT) * 18_446_744_073_709_551_616 + texts.text_key) AS hub,
    any_value(standings.is_wide) AS is_wide
FROM all_holders
INNER JOIN standings ON all_holders.hash = standings.hash AND standings.is_common
INNER JOIN texts USING (text_number)
GROUP BY all_holders.hash;

CREATE OR REPLACE TEMP TABLE wide_holders AS
SELECT all_holders.text_number, common.hash, common.hub
FROM all_holders
INNER JOIN now_common AS common USING (hash)
WHERE common.is_wide AND all_holders.text_number <> common.hub;

-- The fingerprints that speak for other pairs than before, or count otherwise where they do.
CREATE OR REPLACE TEMP TABLE turned AS
SELECT hash FROM (SELECT hash, hub, is_wide FROM now_common EXCEPT SELECT hash, hub, is_wide FROM met)
UNION
SELECT hash FROM met SEMI JOIN asked USING (hash) ANTI JOIN now_common USING (hash);

DELETE FROM common_fingerprints
WHERE hash IN (SELECT hash FROM met INNER JOIN asked USING (hash));

INSERT INTO common_fingerprints BY NAME SELECT hash, hub, is_wide FROM now_common ORDER BY hash;

INSERT INTO fingerprints BY NAME SELECT text_number, hash FROM come_prints;
