"""Answers from CloudWatch Logs Insights: the service groups by container, only rows travel."""
