"""What runs and when: the flows, the command line, and the only package that knows Prefect."""
