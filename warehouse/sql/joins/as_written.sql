-- The joins of linking run in the order in which they are written: tables made a moment ago have no statistics, and what
-- is guessed for them joins everything common with everything common first.
SET disabled_optimizers = 'join_order';
