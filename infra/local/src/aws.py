"""Calls to the emulator's AWS API for `cargo local`, with the boto3 that the template translator brings along.

One request as a JSON object on standard input; on standard output one JSON object per line: any number of {"detail": ...}, then
one {"result": ...} or {"error": ...}. Secrets come in over standard input only, never as an argument.
"""

import io
import json
import sys
import time
import zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

# Its name in the bucket.
TEMPLATE = "template.json"
# A stack of this size takes the emulator seconds.
STACK_TIMEOUT = 300
FINISHED = ("CREATE_COMPLETE", "CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_COMPLETE")


class Failed(Exception):
    """A failure to be told as it is, without a traceback."""


def say(**message):
    print(json.dumps(message, default=str), flush=True)


def deploy(aws, request):
    """Uploads binaries and template and creates the stack; the result is the stack's outputs."""
    s3 = aws("s3")
    s3.create_bucket(Bucket=request["bucket"])
    for binary, path in request["binaries"].items():
        say(detail=f"upload {binary}")
        s3.put_object(Bucket=request["bucket"], Key=f"{binary}.zip", Body=bootstrap_zip(path))
    # From S3, as SAM does it: CloudFormation takes only 51,200 bytes of template in a request.
    s3.put_object(Bucket=request["bucket"], Key=TEMPLATE, Body=request["template"].encode())
    cloudformation = aws("cloudformation")
    cloudformation.create_stack(
        StackName=request["stack"],
        TemplateURL=f'{request["endpoint"]}/{request["bucket"]}/{TEMPLATE}',
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in request["parameters"].items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        OnFailure="DO_NOTHING",
    )
    stack = wait_for_stack(cloudformation, request["stack"])
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def bootstrap_zip(path):
    """The binary as `bootstrap`, stored: compressing a debug binary takes longer than everything else here."""
    entry = zipfile.ZipInfo("bootstrap", date_time=(2020, 1, 1, 0, 0, 0))
    entry.external_attr = 0o755 << 16
    entry.create_system = 3
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive, open(path, "rb") as binary:
        archive.writestr(entry, binary.read())
    return buffer.getvalue()


def wait_for_stack(cloudformation, name):
    seen, deadline = set(), time.monotonic() + STACK_TIMEOUT
    while time.monotonic() < deadline:
        events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
        for event in reversed(events):
            if event["EventId"] not in seen:
                seen.add(event["EventId"])
                say(detail=f'{event["LogicalResourceId"]} {event["ResourceStatus"]}')
        stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        if stack["StackStatus"] == "CREATE_COMPLETE":
            return stack
        if stack["StackStatus"] in FINISHED:
            raise Failed(why(events, stack))
        time.sleep(0.1)
    raise Failed(f"the stack is not created after {STACK_TIMEOUT} s")


def why(events, stack):
    """The first resource that failed, which is the cause; later ones were cancelled because of it."""
    for event in reversed(events):
        if event["ResourceStatus"].endswith("_FAILED") and event["LogicalResourceId"] != stack["StackName"]:
            reason = event.get("ResourceStatusReason", "no reason given")
            return f'{event["LogicalResourceId"]} ({event["ResourceType"]}): {reason}'
    return f'{stack["StackStatus"]}: {stack.get("StackStatusReason", "no reason given")}'


def user(aws, request):
    """Makes sure that a user exists, with its password, groups and attributes."""
    cognito = aws("cognito-idp")
    who = {"UserPoolId": request["user_pool"], "Username": request["username"]}
    attributes = [{"Name": name, "Value": value} for name, value in request["attributes"].items()]
    try:
        cognito.admin_create_user(**who, UserAttributes=attributes, MessageAction="SUPPRESS")
    except cognito.exceptions.UsernameExistsException:
        pass
    cognito.admin_set_user_password(**who, Password=request["password"], Permanent=True)
    for group in request["groups"]:
        cognito.admin_add_user_to_group(**who, GroupName=group)
    return {}


def call(aws, request):
    """Any one call, such as sqs get_queue_attributes, for the system tests."""
    answer = getattr(aws(request["service"]), request["operation"])(**request["parameters"])
    answer.pop("ResponseMetadata", None)
    return answer


def main():
    request = json.load(sys.stdin)
    # No retries: the emulator either answers or is gone. No proxies, not even the system's: a request may hold a token.
    config = Config(
        connect_timeout=5,
        read_timeout=60,
        retries={"max_attempts": 0},
        proxies={},
        s3={"addressing_style": "path"},
    )
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=request["region"])

    def aws(service):
        return session.client(service, endpoint_url=request["endpoint"], config=config)

    try:
        say(result={"deploy": deploy, "user": user, "call": call}[request["do"]](aws, request))
    except (Failed, ClientError, BotoCoreError) as error:
        say(error=str(error))
        sys.exit(1)


if __name__ == "__main__":
    main()
