SELECT * FROM similar_hits;
