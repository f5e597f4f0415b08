# frozen_string_literal: true

require "json"
require_relative "client"
require_relative "context"
require_relative "errors"
require_relative "handler"
require_relative "logs"
require_relative "parking"

module LambkinRuntime
  # The order of things in a Ruby environment: load the handler, say ready, then one invocation after the other.
  class Loop
    INIT_FAILED_STATUS = 252
    CRITICAL_STATUS = 255

    def initialize
      @client = Client.new
    end

    # Never returns: the end of the socket is the end of the process.
    def run
      Parking.wait_for_function(@client)
      Logs.arrange
      arrange_paths
      handler = load_handler
      @client.send_ready
      loop { serve(handler, *@client.receive_invocation) }
    rescue PlatformClosed
      exit!(0)
    end

    private

    # Layers lie elsewhere when there is no sandbox to show them at /opt; a word between the platform and us.
    def arrange_paths
      layers = ENV.delete("_LAMBKIN_LAYERS")
      task = ENV.fetch("LAMBDA_TASK_ROOT", Dir.pwd)
      $LOAD_PATH.unshift(task) unless $LOAD_PATH.include?(task)
      $LOAD_PATH.push(File.join(layers, "ruby/lib")) if layers
    end

    def load_handler
      name = ENV.fetch("_HANDLER", "")
      Handler.new(name)
    rescue Exception => error # rubocop:disable Lint/RescueException
      document = Errors.document(error, "Init")
      Logs.error("Init error when loading handler #{name}", document)
      @client.send_init_error(Errors.reported_type(error, "Init"), JSON.generate(document))
      exit!(INIT_FAILED_STATUS)
    end

    def serve(handler, meta, event)
      request_id = meta["requestId"]
      Logs.request_id = request_id
      ENV["_X_AMZN_TRACE_ID"] = meta["traceId"]
      @client.send_response(request_id, handler.call(JSON.parse(event), LambdaContext.new(meta)))
    rescue PlatformClosed
      raise
    # What is wrong with the code itself, and what is no mere error, ends the process. AWS's runtime does the same.
    rescue NameError => error
      critical(request_id, error)
    rescue StandardError => error
      document = Errors.document(error, "Function")
      Logs.error("Error raised from handler method", document)
      @client.send_error(request_id, Errors.reported_type(error, "Function"), JSON.generate(document))
    rescue Exception => error # rubocop:disable Lint/RescueException
      critical(request_id, error)
    end

    def critical(request_id, error)
      document = Errors.document(error, "Function")
      Logs.error("Critical exception from handler", document)
      @client.send_fatal(request_id, Errors.reported_type(error, "Function"), JSON.generate(document))
      exit!(CRITICAL_STATUS)
    end
  end
end
