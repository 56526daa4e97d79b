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
WITH sizes AS (
    SELECT text_number, fingerprints, text_key
    FROM texts
    SEMI JOIN (SELECT hub AS text_number FROM met UNION SELECT text_number FROM come) AS these USING (text_number)
)
SELECT DISTINCT hash FROM come_prints ANTI JOIN (SELECT hash FROM met WHERE is_wide) AS wide USING (hash)
UNION
SELECT come_prints.hash
FROM come_prints
INNER JOIN met USING (hash)
INNER JOIN sizes AS newcomer ON come_prints.text_number = newcomer.text_number
INNER JOIN sizes AS hub ON met.hub = hub.text_number
WHERE (newcomer.fingerprints, newcomer.text_key) > (hub.fingerprints, hub.text_key)
UNION
SELECT hash FROM gone_prints;
