"""Dashboards in CloudWatch: what is there, what would change, and putting it there."""

import difflib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from reuse_cli.aws_session import Account, failures
from reuse_cli.cloudwatch import check
from reuse_cli.errors import UsageError

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

REGION = "REGION"
"""Stands for the region in a body of ours."""
MAX_PROBLEMS = 10
NOT_FOUND = ("ResourceNotFound", "DashboardNotFoundError")


def check_body(name: str, body: Any) -> None:
    """Raises UsageError with all that CloudWatch would refuse."""
    found = [problem for problem in check.problems(body) if problem.is_error]
    if found:
        shown = "\n".join(f"  {problem}" for problem in found[:MAX_PROBLEMS])
        more = f"\n  and {len(found) - MAX_PROBLEMS} more" if len(found) > MAX_PROBLEMS else ""
        raise UsageError(f"CloudWatch would refuse the body of {name}:\n{shown}{more}")


class CloudWatch:
    """CloudWatch of one account and region."""

    def __init__(
        self, profile: str | None, region: str | None, endpoint_url: str | None = None
    ) -> None:
        """Raises ConfigurationError."""
        account = Account(profile, region, endpoint_url=endpoint_url)
        self._client: CloudWatchClient = account.client("cloudwatch")
        self.region: str = self._client.meta.region_name

    def in_region(self, body: dict[str, Any]) -> dict[str, Any]:
        """The body with this region in its place."""
        text = json.dumps(body).replace(f'"{REGION}"', json.dumps(self.region))
        made: dict[str, Any] = json.loads(text)
        return made

    def difference(self, name: str, body: dict[str, Any]) -> str:
        """What putting the body would change, as a unified diff or in a word."""
        present = self._body(name)
        if present is None:
            widgets = len(body.get("widgets", ()))
            return f"+ {name} in {self.region}: {widgets} widgets"
        if present == body:
            return f"{name}: nothing to change"
        before, after = (json.dumps(one, indent=1).splitlines() for one in (present, body))
        return "\n".join(difflib.unified_diff(before, after, name, name, lineterm="", n=1))

    def put(self, name: str, body: dict[str, Any]) -> None:
        """Put the dashboard there. Raises UsageError with CloudWatch's own messages."""
        with failures():
            answer = self._client.put_dashboard(
                DashboardName=name, DashboardBody=json.dumps(body, separators=(",", ":"))
            )
        messages = answer.get("DashboardValidationMessages") or []
        if messages:
            shown = "; ".join(f"{m.get('DataPath')}: {m.get('Message')}" for m in messages)
            raise UsageError(f"CloudWatch accepted {name} with warnings: {shown}")

    def address(self, name: str) -> str:
        """Where the console shows it."""
        return (
            f"https://{self.region}.console.aws.amazon.com/cloudwatch/home?region={self.region}"
            f"#dashboards:name={quote(name)}"
        )

    def _body(self, name: str) -> Any:
        client = self._client
        with failures():
            try:
                answer = client.get_dashboard(DashboardName=name)
            except client.exceptions.ClientError as error:
                if error.response["Error"]["Code"] in NOT_FOUND:
                    return None
                raise
        return json.loads(answer["DashboardBody"])
