CREATE OR REPLACE MACRO makes_pair(rare, met, shorter) AS
    (rare >= 4 AND rare >= 0.15 * shorter) OR (met >= 12 AND met >= 0.3 * shorter) OR (met >= 6 AND met >= 0.5 * shorter);
COMMENT ON MACRO makes_pair IS 'Whether two texts that share so many fingerprints, some of them rare, are copies in part';
