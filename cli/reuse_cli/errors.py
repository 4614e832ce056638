"""What can go wrong, each with the exit code that the AWS CLI would give it."""

FINE = 0
FAILED_ON = 1
FAILED = 2
INTERRUPTED = 130
USAGE = 252
CONFIGURATION = 253
SERVICE = 254
OTHER = 255


class CliError(Exception):
    """A sentence for the user; the process ends with `exit_code`."""

    exit_code = OTHER


class FunctionError(CliError):
    """The function failed: it cannot start."""

    exit_code = FAILED


class UsageError(CliError):
    """The command line names something that does not exist."""

    exit_code = USAGE


class ConfigurationError(CliError):
    """Something this machine needs is missing or wrong: a program, a library, credentials."""

    exit_code = CONFIGURATION


class ServiceError(CliError):
    """AWS refused."""

    exit_code = SERVICE


class NoRecordsError(CliError):
    """The source was read and holds nothing of ours."""
