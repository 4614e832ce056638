"""What Lambda and CloudWatch charge, in US dollars, and how an amount becomes a month's.

Prices of us-east-1, first tier, without the free tier, as published for November 2026. Lambda has
billed the init phase like an invocation since 1 August 2025. A month is 730 hours, as on AWS's
price pages.
"""

from dataclasses import dataclass

MONTH_S = 730 * 3600
GB_MB = 1024
"""Lambda's memory sizes are powers of two: 1024 MB are one GB of a GB-second."""
X86_64, ARM64 = "x86_64", "arm64"


@dataclass(frozen=True)
class Prices:
    """Prices of one architecture, in US dollars."""

    gb_second: float
    provisioned_gb_second: float
    """Of provisioned concurrency, whether it is used or not."""
    provisioned_duration_gb_second: float
    """Of the run time in a provisioned container."""
    request: float = 0.20 / 1_000_000
    log_gb: float = 0.50
    """Ingestion into CloudWatch Logs, standard class."""
    metric_month: float = 0.30
    """Of one custom metric, which is a name with one combination of dimension values."""


PRICES = {
    X86_64: Prices(0.0000166667, 0.0000041667, 0.0000097222),
    ARM64: Prices(0.0000133334, 0.0000033334, 0.0000077778),
}


def of(architecture: str | None) -> Prices:
    """The prices of an architecture; x86_64's where it is not known."""
    return PRICES.get(architecture or X86_64, PRICES[X86_64])


def gb_seconds(duration_ms: float, memory_mb: float) -> float:
    """What Lambda bills for a duration at a memory size, before any price."""
    return duration_ms / 1000 * memory_mb / GB_MB


def a_month(amount: float, observed_s: float) -> float | None:
    """An amount of the observed time, as a month's; None where no time was observed."""
    return amount * MONTH_S / observed_s if observed_s > 0 else None
