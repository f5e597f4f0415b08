"""The context object that a handler gets. Source of names: "AWS Lambda context object in Python" page."""

import json
import os
import sys
import time

from .errors import UnmarshalError


class CognitoIdentity:
    """Always there; its members are None when the caller had no Cognito identity."""

    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")

    def __init__(self, identity=None):
        identity = identity or {}
        self.cognito_identity_id = identity.get("cognitoIdentityId")
        self.cognito_identity_pool_id = identity.get("cognitoIdentityPoolId")

    def __repr__(self):
        return "CognitoIdentity([cognito_identity_id=%s,cognito_identity_pool_id=%s])" % (
            self.cognito_identity_id,
            self.cognito_identity_pool_id,
        )


class Client:
    """The application that called, as the mobile SDKs describe it."""

    __slots__ = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")

    def __init__(self, client):
        for name in self.__slots__:
            setattr(self, name, client.get(name))

    def __repr__(self):
        return "Client([%s])" % ",".join("%s=%s" % (name, getattr(self, name)) for name in self.__slots__)


class ClientContext:
    """`custom` and `env` are dicts, `client` a Client or None."""

    __slots__ = ("custom", "env", "client")

    def __init__(self, document):
        self.custom = document.get("custom")
        self.env = document.get("env")
        client = document.get("client")
        self.client = Client(client) if isinstance(client, dict) else None

    def __repr__(self):
        return "ClientContext([custom=%s,env=%s,client=%s])" % (self.custom, self.env, self.client)


class LambdaContext:
    """What a handler may know of its invocation."""

    def __init__(self, meta):
        environment = os.environ
        self.aws_request_id = meta["requestId"]
        self.log_group_name = environment.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = environment.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = environment.get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = environment.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = meta["invokedFunctionArn"]
        self.tenant_id = meta.get("tenantId")
        self.client_context = _client_context(meta.get("clientContext"))
        self.identity = _identity(meta.get("cognitoIdentity"))
        self._epoch_deadline_time_in_ms = meta["deadlineMs"]

    def get_remaining_time_in_millis(self):
        """Milliseconds until the function's time is up, never below zero."""
        return max(int(self._epoch_deadline_time_in_ms - time.time() * 1000), 0)

    def log(self, message):
        """Writes a message to the log as it is."""
        sys.stdout.write(str(message))

    def __repr__(self):
        names = (
            "aws_request_id",
            "log_group_name",
            "log_stream_name",
            "function_name",
            "memory_limit_in_mb",
            "function_version",
            "invoked_function_arn",
            "client_context",
            "identity",
            "tenant_id",
        )
        return "LambdaContext([%s])" % ",".join("%s=%s" % (name, getattr(self, name)) for name in names)


def _client_context(text):
    if not text:
        return None
    try:
        return ClientContext(json.loads(text))
    except Exception as error:
        raise UnmarshalError(
            "Unable to parse Client Context JSON: %s" % error, "Runtime.LambdaContextUnmarshalError"
        ) from error


def _identity(text):
    try:
        return CognitoIdentity(json.loads(text) if text else None)
    except Exception as error:
        raise UnmarshalError(
            "Unable to parse Cognito Identity JSON: %s" % error, "Runtime.LambdaContextUnmarshalError"
        ) from error
