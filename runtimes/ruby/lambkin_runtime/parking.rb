# frozen_string_literal: true

module LambkinRuntime
  # A runtime that is started ahead of any function waits here until it is told whose it is.
  module Parking
    PARKED_VARIABLE = "_LAMBKIN_PARKED"

    # Returns at once in a runtime that is somebody's from the start. Raises PlatformClosed when nobody needs it.
    def self.wait_for_function(client)
      ENV.replace(client.receive_start) if ENV[PARKED_VARIABLE]
    end
  end
end
