"""CloudWatch dashboards as code: plain functions that give widgets, and one file a dashboard.

`python -m reuse_dashboards FOLDER` writes each as JSON, for the console, CloudFormation and
Terraform alike. Metric names come from the extension's catalogue and nowhere else.
"""
