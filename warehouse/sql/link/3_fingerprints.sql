-- A fingerprint is rare when five texts have it or fewer. When more do it is common: a turn of phrase, litter, or a story
-- that many ran; then it has a hub, the longest of its texts. Texts are compared with all that share fingerprints which
-- up to a hundred have, and by one that more have only with its hub, so that neither litter costs the square of its
-- texts nor a story of forty outlets is lost.
-- Everything here is a function of the texts that there are: neither their order of arrival nor the batches count.
CREATE OR REPLACE TEMP TABLE met AS
SELECT common.hash, common.hub, common.is_wide
FROM common_fingerprints AS common
SEMI JOIN (SELECT hash FROM come_prints UNION SELECT hash FROM gone_prints) AS these USING (hash);

-- The fingerprints whose holders must be known: all but the wide ones that keep their hub.
CREATE OR REPLACE TEMP TABLE asked AS
SELECT DISTINCT hash FROM come_prints ANTI JOIN (SELECT hash FROM met WHERE is_wide) AS wide USING (hash)
UNION
SELECT come_prints.hash
FROM come_prints
INNER JOIN met USING (hash)
INNER JOIN texts AS newcomer ON come_prints.text_number = newcomer.text_number
INNER JOIN texts AS hub ON met.hub = hub.text_number
WHERE (newcomer.fingerprints, newcomer.text_sha256) > (hub.fingerprints, hub.text_sha256)
UNION
SELECT hash FROM gone_prints;

CREATE OR REPLACE TEMP TABLE all_holders AS
SELECT fingerprints.hash, fingerprints.text_number
FROM fingerprints
INNER JOIN asked USING (hash)
ANTI JOIN gone USING (text_number)
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

CREATE OR REPLACE TEMP TABLE hub_holders AS
SELECT
    all_holders.hash,
    all_holders.text_number,
    standings.is_wide,
    first_value(all_holders.text_number) OVER (
        PARTITION BY all_holders.hash ORDER BY texts.fingerprints DESC, texts.text_sha256 DESC
    ) AS hub
FROM all_holders
INNER JOIN standings USING (hash)
INNER JOIN texts USING (text_number)
WHERE standings.is_common;

CREATE OR REPLACE TEMP TABLE now_common AS
SELECT DISTINCT hash, hub, is_wide FROM hub_holders;

-- The fingerprints that speak for other pairs than before, or count otherwise where they do.
CREATE OR REPLACE TEMP TABLE turned AS
SELECT hash FROM (SELECT hash, hub, is_wide FROM now_common EXCEPT SELECT hash, hub, is_wide FROM met)
UNION
SELECT hash FROM met SEMI JOIN asked USING (hash) ANTI JOIN now_common USING (hash);

DELETE FROM common_fingerprints
WHERE hash IN (SELECT hash FROM met INNER JOIN asked USING (hash));

INSERT INTO common_fingerprints BY NAME SELECT hash, hub, is_wide FROM now_common ORDER BY hash;

DELETE FROM fingerprints WHERE text_number IN (SELECT text_number FROM gone);

INSERT INTO fingerprints BY NAME SELECT text_number, hash FROM come_prints;
