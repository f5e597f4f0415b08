# frozen_string_literal: true

require "json"

module LambkinRuntime
  # The only description of errors. Source of keys, order and classification: AWS's Ruby runtime interface client.
  module Errors
    FRAMES_MAX = 100
    OWN_FOLDER = "#{File.dirname(File.expand_path(__dir__))}/"
    # Others are told to the platform as one kind; the payload names them all the same.
    NAMED = %w[
      ArgumentError NoMethodError Exception StandardError NameError LoadError SystemExit SystemStackError
    ].freeze

    module_function

    # `classification` is Function or Init.
    def document(error, classification)
      {
        errorMessage: utf8(error.message),
        errorType: "#{classification}<#{error.class}>",
        stackTrace: stack_trace(error)
      }
    end

    def reported_type(error, classification)
      NAMED.include?(error.class.to_s) ? "#{classification}<#{error.class}>" : "Function<UserException>"
    end

    # Frames of the function's code, down to the first of ours.
    def stack_trace(error)
      frames = (error.backtrace || []).first(FRAMES_MAX)
      frames.take_while { |frame| !frame.start_with?(OWN_FOLDER) }.map { |frame| utf8(frame) }
    end

    def utf8(text)
      text.to_s.encode(Encoding::UTF_8, invalid: :replace, undef: :replace).scrub
    end
  end
end
