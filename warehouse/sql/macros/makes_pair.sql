-- A few rare fingerprints are enough. Common ones may be litter: they count fully where one of the two is their hub, and
-- else where they are most of the shorter text or much of both.
CREATE OR REPLACE MACRO makes_pair(rare, met, shared, shorter, longer) AS
    (rare >= 4 AND rare >= 0.15 * shorter)
    OR (met >= 12 AND met >= 0.3 * shorter)
    OR (met >= 6 AND met >= 0.5 * shorter)
    OR (shared >= 4 AND shared >= 0.8 * shorter)
    OR (shared >= 6 AND shared >= 0.3 * longer);
COMMENT ON MACRO makes_pair IS 'Whether two texts are copies in part: of the fingerprints that they share, how many are rare, how many are rare or have one of the two for a hub, and all; and how many the two texts have';
