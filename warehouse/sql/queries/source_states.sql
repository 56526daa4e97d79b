SELECT locator, state FROM sources WHERE source = $source ORDER BY locator;
