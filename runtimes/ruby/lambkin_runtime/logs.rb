# frozen_string_literal: true

require "json"
require "logger"
require_relative "errors"

module LambkinRuntime
  # What goes into the function's log. stdout and stderr are one pipe to the platform, which makes one event of each
  # line; what has several lines and must stay one event ends each of its inner lines with U+001F ("goes on").
  module Logs
    GOES_ON = "\u001f\n"
    # Lambda's names that are not Ruby's.
    LEVELS = { "TRACE" => "DEBUG" }.freeze

    class << self
      attr_accessor :request_id

      # `puts` and loggers write whole events, as on AWS.
      def arrange
        $stdout.sync = true
        $stderr.sync = true
        Kernel.module_eval do
          def puts(*values)
            LambkinRuntime::Logs.write_event(values.flatten.map(&:to_s).join("\n"))
          end
        end
        Logger.prepend(LoggerForLambda)
      end

      def json?
        ENV["AWS_LAMBDA_LOG_FORMAT"].to_s.casecmp?("JSON")
      end

      def write_event(text)
        $stdout.write("#{Errors.utf8(text).delete_suffix("\n").gsub("\n", GOES_ON)}\n")
        nil
      end

      def error(message, document)
        write_event(message)
        write_event(JSON.pretty_generate(document))
      end
    end

    # Loggers of the standard library that write to the log; those of files are left alone.
    module LoggerForLambda
      def initialize(device = nil, *rest, **options)
        return super unless device.nil? || device == $stdout || device == $stderr

        level = ENV["AWS_LAMBDA_LOG_LEVEL"].to_s
        options[:level] ||= LEVELS.fetch(level, level) unless level.empty?
        super(EventDevice.new, *rest, **options)
        @default_formatter = Logs.json? ? JsonFormatter.new : TextFormatter.new
      end
    end

    # A logger's device that writes events.
    class EventDevice
      def write(text) = Logs.write_event(text)

      def close; end
    end

    # Source of the layout: AWS's Ruby runtime interface client.
    class TextFormatter < Logger::Formatter
      def call(severity, time, program, message)
        "#{severity[0]}, [#{format_datetime(time)} ##{$$}] #{severity.rjust(5)} #{Logs.request_id} " \
          "-- #{program}: #{msg2str(message)}\n"
      end
    end

    # Source of keys: AWS's Ruby runtime interface client.
    class JsonFormatter < Logger::Formatter
      def call(severity, time, program, message)
        entry = {
          timestamp: time.utc.strftime("%Y-%m-%dT%H:%M:%S.%6NZ"),
          level: severity,
          message: Errors.utf8(message.is_a?(Exception) ? message.message : msg2str(message)),
          requestId: Logs.request_id,
          logger: program && Errors.utf8(program)
        }
        entry.update(error_members(message)) if message.is_a?(Exception)
        "#{JSON.generate(entry.compact)}\n"
      end

      private

      def error_members(error)
        {
          errorType: error.class.to_s,
          errorMessage: Errors.utf8(error.message),
          stackTrace: (error.backtrace || []).map { |line| Errors.utf8(line) }
        }
      end
    end
  end
end
