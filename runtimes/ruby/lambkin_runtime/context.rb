# frozen_string_literal: true

require "json"

# What a handler may know of its invocation. Source of names: "Using the Lambda context object" page for Ruby.
class LambdaContext
  attr_reader :aws_request_id, :invoked_function_arn, :log_group_name, :log_stream_name, :function_name,
              :memory_limit_in_mb, :function_version, :identity, :client_context, :deadline_ms, :tenant_id

  def initialize(meta)
    @aws_request_id = meta["requestId"]
    @invoked_function_arn = meta["invokedFunctionArn"]
    @deadline_ms = meta["deadlineMs"]
    @tenant_id = meta["tenantId"]
    @identity = JSON.parse(meta["cognitoIdentity"]) if meta["cognitoIdentity"]
    @client_context = JSON.parse(meta["clientContext"]) if meta["clientContext"]
    @log_group_name = ENV["AWS_LAMBDA_LOG_GROUP_NAME"]
    @log_stream_name = ENV["AWS_LAMBDA_LOG_STREAM_NAME"]
    @function_name = ENV["AWS_LAMBDA_FUNCTION_NAME"]
    @memory_limit_in_mb = ENV["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
    @function_version = ENV["AWS_LAMBDA_FUNCTION_VERSION"]
  end

  # Milliseconds until the function's time is up, never below zero.
  def get_remaining_time_in_millis
    [@deadline_ms - Process.clock_gettime(Process::CLOCK_REALTIME, :millisecond), 0].max
  end
end
