# frozen_string_literal: true

# Entry of the managed Ruby runtimes: starts the loop.

require_relative "lambkin_runtime/loop"

LambkinRuntime::Loop.new.run
