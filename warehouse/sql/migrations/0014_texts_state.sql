-- A process that goes on loading remembers the fingerprints. Whether what it remembers still holds was told by reading all
-- texts through, twice a batch; a digest that is kept up tells it too.
CREATE TABLE texts_state (
    digest UBIGINT NOT NULL
);
COMMENT ON TABLE texts_state IS 'One row: what tells the texts of this file from those of another, or of another time';
COMMENT ON COLUMN texts_state.digest IS 'Exclusive or, over all texts, of their keys and multiples of their numbers';

INSERT INTO texts_state
SELECT coalesce(bit_xor(xor(text_key, CAST(text_number AS UBIGINT) * 4_294_967_291)), 0) FROM texts;
