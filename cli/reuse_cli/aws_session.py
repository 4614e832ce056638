"""AWS as the user's options name it, and its failures as sentences with the right exit code."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reuse_cli.errors import CliError, ConfigurationError, ServiceError


@dataclass(frozen=True)
class Account:
    """Which account and region; None is what the environment says."""

    profile: str | None = None
    region: str | None = None
    role_arn: str | None = None
    endpoint_url: str | None = None

    def client(self, service: str) -> Any:
        """A boto3 client that waits when it is throttled. Raises ConfigurationError."""
        import boto3  # 200 ms
        from botocore.config import Config

        with failures():
            session: Any = boto3.Session(profile_name=self.profile, region_name=self.region)
            if self.role_arn:
                sts = session.client("sts", endpoint_url=self.endpoint_url)
                role = sts.assume_role(RoleArn=self.role_arn, RoleSessionName="lambda-reuse")
                given = role["Credentials"]
                session = boto3.Session(
                    aws_access_key_id=given["AccessKeyId"],
                    aws_secret_access_key=given["SecretAccessKey"],
                    aws_session_token=given["SessionToken"],
                    region_name=self.region or session.region_name,
                )
            # What stands here goes before the environment's AWS_MAX_ATTEMPTS.
            config = Config(retries={"mode": "adaptive", "max_attempts": 10})
            if "AWS_MAX_ATTEMPTS" in os.environ:
                config = Config(retries={"mode": "adaptive"})
            return session.client(service, endpoint_url=self.endpoint_url, config=config)


@contextlib.contextmanager
def failures() -> Iterator[None]:
    """Turns what boto3 raises into a sentence."""
    from botocore import exceptions

    not_set_up = (
        exceptions.NoCredentialsError,
        exceptions.PartialCredentialsError,
        exceptions.CredentialRetrievalError,
        exceptions.NoRegionError,
        exceptions.ProfileNotFound,
        exceptions.InvalidConfigError,
        exceptions.InvalidRegionError,
        exceptions.TokenRetrievalError,
        exceptions.SSOError,
    )
    try:
        yield
    except not_set_up as error:
        raise ConfigurationError(f"AWS is not set up on this machine: {error}") from None
    except exceptions.ClientError as error:
        raise _refused(error) from None
    except exceptions.WaiterError as error:
        raise ServiceError(f"the update of the function did not finish: {error}") from None
    except exceptions.BotoCoreError as error:
        raise CliError(f"AWS could not be asked: {error}") from None


EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
UNKNOWN = {"UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId"}


THROTTLED = {"Throttling", "ThrottlingException", "TooManyRequestsException", "SlowDown"}


def _refused(error: Any) -> CliError:
    answer = error.response["Error"]
    code, message = answer.get("Code"), answer.get("Message")
    if code in EXPIRED:
        return ConfigurationError("the AWS credentials have expired: sign in again")
    if code in UNKNOWN:
        return ConfigurationError(f"AWS does not know these credentials: {message}")
    if code in THROTTLED:
        return ServiceError(f"AWS keeps throttling {error.operation_name}: try again later")
    return ServiceError(f"AWS refused {error.operation_name}: {code}: {message}")
