# The layer for both architectures, and the dashboards, with the timeline's function left out:
# its code is deployed by template.yaml.
#
#   module "lambda_reuse" {
#     source      = "./deploy/terraform"
#     layers      = { x86_64 = "dist/lambda-reuse-layer-x86_64.zip" }
#     alarm_on    = ["orders"]
#   }
#
# A function takes the layer with `layers = [module.lambda_reuse.layer_arns["x86_64"]]`.

terraform {
  required_version = ">= 1.3"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "layers" {
  description = "The layer's zips by architecture: x86_64, arm64."
  type        = map(string)
  default     = {}
}

variable "dashboards" {
  description = "Which dashboards to deploy: fleet, function."
  type        = set(string)
  default     = ["fleet", "function"]
}

variable "alarm_on" {
  description = "Names of functions with the layer to put alarms on: cold starts, hit rate, time recreated."
  type        = set(string)
  default     = []
}

variable "alarm_actions" {
  description = "ARNs that the alarms notify."
  type        = list(string)
  default     = []
}

data "aws_region" "current" {}

resource "aws_lambda_layer_version" "reuse" {
  for_each                 = var.layers
  layer_name               = "lambda-reuse-${each.key}"
  filename                 = each.value
  source_code_hash         = filebase64sha256(each.value)
  compatible_architectures = [each.key]
  license_info             = "Apache-2.0"
}

resource "aws_cloudwatch_dashboard" "reuse" {
  for_each       = var.dashboards
  dashboard_name = "lambda-reuse-${each.key}"
  dashboard_body = replace(
    file("${path.module}/../../dashboards/lambda-reuse-${each.key}.json"),
    "\"REGION\"",
    jsonencode(data.aws_region.current.name),
  )
}

locals {
  # The same alarms as in template.yaml; each compares an expression over sums of five minutes.
  alarms = {
    "cold-share" = {
      description = "More than 20 % of the invocations waited for a new container"
      comparison  = "GreaterThanThreshold"
      threshold   = 20
      expression  = "100 * FILL(cold, 0) / invocations"
      metrics     = { cold = "ColdStarts", invocations = "Invocations" }
    }
    "hit-rate" = {
      description = "Fewer than 80 % of the look-ups found their resource built"
      comparison  = "LessThanThreshold"
      threshold   = 80
      expression  = "100 * FILL(hits, 0) / (FILL(hits, 0) + FILL(misses, 0))"
      metrics     = { hits = "CacheHits", misses = "CacheMisses" }
    }
    "time-recreated" = {
      description = "More than 50 ms an invocation go into building again what was there before"
      comparison  = "GreaterThanThreshold"
      threshold   = 50
      expression  = "FILL(wasted, 0) / invocations"
      metrics     = { wasted = "TimeRecreated", invocations = "Invocations" }
    }
  }
  alarms_by_function = {
    for pair in setproduct(var.alarm_on, keys(local.alarms)) :
    "${pair[0]}-${pair[1]}" => merge(local.alarms[pair[1]], { function = pair[0], label = pair[1] })
  }
}

resource "aws_cloudwatch_metric_alarm" "reuse" {
  for_each            = local.alarms_by_function
  alarm_name          = "lambda-reuse-${each.key}"
  alarm_description   = each.value.description
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  evaluation_periods  = 6
  datapoints_to_alarm = 4
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions

  metric_query {
    id          = "share"
    expression  = each.value.expression
    label       = each.value.label
    return_data = true
  }

  dynamic "metric_query" {
    for_each = each.value.metrics
    content {
      id = metric_query.key
      metric {
        namespace   = "LambdaReuse"
        metric_name = metric_query.value
        dimensions  = { FunctionName = each.value.function }
        period      = 300
        stat        = "Sum"
      }
    }
  }
}

output "layer_arns" {
  description = "The layer's ARNs by architecture."
  value       = { for name, layer in aws_lambda_layer_version.reuse : name => layer.arn }
}
