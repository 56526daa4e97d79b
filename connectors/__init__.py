"""Where documents come from: the only package that knows the network and the formats of sources."""
