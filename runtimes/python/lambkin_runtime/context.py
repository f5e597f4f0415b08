"""The context object that a handler gets. Source of names: "Using the Lambda context object" page for Python."""

import os
import time

from .errors import Fault
from .json_text import decode
from .log_output import write_event


class _Described:
    """A record of named fields that shows them."""

    __slots__ = ()

    def __init__(self, values):
        for name in self.__slots__:
            setattr(self, name, values.get(name))

    def __repr__(self):
        return _described(self, self.__slots__)


class Client(_Described):
    """The application that called, as the mobile SDKs describe it."""

    __slots__ = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")


class ClientContext(_Described):
    """`custom` and `env` are dicts, `client` a Client; each None when the caller did not send it."""

    __slots__ = ("custom", "env", "client")

    def __init__(self, values):
        super().__init__(values)
        if self.client is not None:
            self.client = Client(self.client)


class CognitoIdentity(_Described):
    """Always there; its members are None when the caller had no Cognito identity."""

    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")

    def __init__(self, values):
        self.cognito_identity_id = values.get("cognitoIdentityId")
        self.cognito_identity_pool_id = values.get("cognitoIdentityPoolId")


class LambdaContext:
    """What a handler may know of its invocation. Raises a Fault when the caller's part of it is not readable."""

    def __init__(self, meta):
        self.aws_request_id = meta["requestId"]
        (
            self.log_group_name,
            self.log_stream_name,
            self.function_name,
            self.memory_limit_in_mb,
            self.function_version,
        ) = _of_the_function()
        self.invoked_function_arn = meta["invokedFunctionArn"]
        self.tenant_id = meta.get("tenantId")
        self.client_context = _client_context(meta.get("clientContext"))
        self.identity = _identity(meta.get("cognitoIdentity"))
        self._epoch_deadline_time_in_ms = meta["deadlineMs"]

    def get_remaining_time_in_millis(self):
        """Milliseconds until the function's time is up, never below zero."""
        return max(int(self._epoch_deadline_time_in_ms - time.time() * 1000), 0)

    def log(self, message):
        """Writes one event to the log, without the prefix that loggers put before it."""
        write_event(str(message))

    def __repr__(self):
        return _described(self, [name for name in vars(self) if not name.startswith("_")])


_function = []


def _of_the_function():
    """An environment serves one version of one function: these cannot change, and reading them each time would cost."""
    if not _function:
        _function[:] = map(os.environ.get, _VARIABLES)
    return _function


def forget_function():
    """The environment is to be another's."""
    _function.clear()


_VARIABLES = (
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
)


def _client_context(text):
    return _parse(ClientContext, text, "Client Context") if text else None


def _identity(text):
    return _parse(CognitoIdentity, text, "Cognito Identity") if text else CognitoIdentity({})


def _parse(kind, text, what):
    try:
        return kind(decode(text))
    except Exception as error:
        message = "Unable to parse %s JSON: %s" % (what, error)
        raise Fault("Runtime.LambdaContextUnmarshalError", message) from error


def _described(value, names):
    return "%s([%s])" % (type(value).__name__, ",".join("%s=%s" % (name, getattr(value, name)) for name in names))
