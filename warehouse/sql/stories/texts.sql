-- The texts of the groups that have to be put into stories anew.
SELECT text_number, text_sha256, day FROM texts SEMI JOIN regrouped USING (text_number) ORDER BY text_number;
