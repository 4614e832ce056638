"""A local CloudWatch for dashboards: metrics from EMF lines, metric math, queries, and bodies."""
