-- Stretches that touch become one, so that the table stays a few rows long.
CREATE OR REPLACE TEMP TABLE marked AS
SELECT min(start) AS start, max(stop) AS stop
FROM ledger_marks
WHERE start <= $ledger_stop AND stop >= $ledger_start;

DELETE FROM ledger_marks WHERE start <= $ledger_stop AND stop >= $ledger_start;

INSERT INTO ledger_marks
SELECT least($ledger_start, coalesce(start, $ledger_start)), greatest($ledger_stop, coalesce(stop, $ledger_stop))
FROM marked
WHERE $ledger_stop > $ledger_start OR start IS NOT NULL;
