INSERT INTO retired_texts SELECT text_number FROM gone;

-- `found_holders` names the texts before the batch that have the fingerprints asked for, those that are gone among them.
CREATE OR REPLACE TEMP TABLE all_holders AS
SELECT hash, text_number
FROM found_holders
WHERE text_number NOT IN (SELECT text_number FROM retired_texts)
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

-- The longest text of a common fingerprint: of all that have it where it was not common or its hub is gone, else of its hub
-- and the new ones.
CREATE OR REPLACE TEMP TABLE now_common AS
WITH common AS (
    SELECT hash, is_wide FROM standings WHERE is_common
),
steady AS (
    SELECT hash, hub FROM met SEMI JOIN common USING (hash) ANTI JOIN gone ON met.hub = gone.text_number
),
contenders AS (
    SELECT hash, hub AS text_number FROM steady
    UNION ALL
    SELECT hash, text_number FROM come_prints SEMI JOIN steady USING (hash)
    UNION ALL
    SELECT hash, text_number FROM all_holders SEMI JOIN common USING (hash) ANTI JOIN steady USING (hash)
)
SELECT
    contenders.hash,
    arg_max(contenders.text_number, CAST(texts.fingerprints AS HUGEINT) * 18_446_744_073_709_551_616 + texts.text_key) AS hub,
    any_value(common.is_wide) AS is_wide
FROM contenders
INNER JOIN common USING (hash)
INNER JOIN texts USING (text_number)
GROUP BY contenders.hash;

-- The fingerprints that speak for other pairs than before, or count otherwise where they do.
CREATE OR REPLACE TEMP TABLE turned AS
SELECT hash FROM (SELECT hash, hub, is_wide FROM now_common EXCEPT SELECT hash, hub, is_wide FROM met)
UNION
SELECT hash FROM met SEMI JOIN asked USING (hash) ANTI JOIN now_common USING (hash);

DELETE FROM common_fingerprints
WHERE hash IN (SELECT hash FROM met INNER JOIN asked USING (hash));

INSERT INTO common_fingerprints BY NAME SELECT hash, hub, is_wide FROM now_common ORDER BY hash;

INSERT INTO fingerprints BY NAME SELECT text_number, hash FROM come_prints;
