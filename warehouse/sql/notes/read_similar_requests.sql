SELECT * FROM similar_requests;
