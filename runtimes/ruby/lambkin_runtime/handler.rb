# frozen_string_literal: true

require "json"
require "stringio"

module LambkinRuntime
  # The function's method. Source of forms, texts and of what a result may be: AWS's Ruby runtime interface client.
  class Handler
    # `name` is `file.method` or `file.Module::Class.method`. Raises ArgumentError, and what the file raises.
    def initialize(name)
      parts = name.split(".")
      unless [2, 3].include?(parts.size)
        raise ArgumentError,
              "Invalid handler #{parts}, must be of form FILENAME.METHOD or FILENAME.CLASS.METHOD where FILENAME " \
              "corresponds with an existing Ruby source file FILENAME.rb, CLASS is an optional module/class " \
              "namespace and METHOD is a callable method. If using CLASS, METHOD must be a class-level method."
      end
      file, *@constant, @method = parts
      require file
    end

    # The result as JSON; a stream passes as it is. Raises what the method raises.
    def call(event, context)
      receiver = @constant.empty? ? TOPLEVEL_BINDING.receiver : Kernel.const_get(@constant.first)
      result = receiver.__send__(@method, event: event, context: context)
      case result
      when StringIO, IO then result.read.to_s
      else result.to_json
      end
    end
  end
end
