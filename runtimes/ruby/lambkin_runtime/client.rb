# frozen_string_literal: true

require "json"
require "socket"

module LambkinRuntime
  # The platform closed the socket: there will be no further invocation.
  class PlatformClosed < StandardError; end

  # The only code that knows the wire: length-prefixed frames on an inherited socket. Every frame is `u32 length of the
  # rest` (big endian), `u8 type`, body. The platform's side is src/dataplane/runtime-api/frames.ts.
  class Client
    CONTROL_DESCRIPTOR = 3

    INVOKE = 1
    START = 2
    READY = 1
    RESPONSE = 2
    ERROR = 3
    INIT_ERROR = 4
    FATAL = 5

    SHORT_TEXT_BYTES_MAX = 255

    def initialize(descriptor = CONTROL_DESCRIPTOR)
      @socket = UNIXSocket.for_fd(descriptor)
      # Programs that the function starts must not be able to speak for it.
      @socket.close_on_exec = true
      @socket.sync = true
    end

    # Returns [meta hash, event as a UTF-8 string]. Raises PlatformClosed at the end of the socket.
    def receive_invocation
      loop do
        frame = read(read(4).unpack1("N"))
        next if frame.bytesize < 5 || frame.getbyte(0) != INVOKE

        meta_bytes = frame.byteslice(1, 4).unpack1("N")
        meta = JSON.parse(frame.byteslice(5, meta_bytes).force_encoding(Encoding::UTF_8))
        return [meta, frame.byteslice((5 + meta_bytes)..).force_encoding(Encoding::UTF_8)]
      end
    end

    # Returns the variables of the function that this runtime is for, a hash. Only in a parked runtime, and first.
    def receive_start
      frame = read(read(4).unpack1("N"))
      raise PlatformClosed if frame.getbyte(0) != START

      JSON.parse(frame.byteslice(1..).force_encoding(Encoding::UTF_8))
    end

    def send_ready = send_frame(READY, [], "")

    def send_response(request_id, payload) = send_frame(RESPONSE, [request_id], payload)

    def send_error(request_id, error_type, payload) = send_frame(ERROR, [request_id, error_type], payload)

    # The process ends after it.
    def send_fatal(request_id, error_type, payload) = send_frame(FATAL, [request_id, error_type], payload)

    def send_init_error(error_type, payload) = send_frame(INIT_ERROR, [error_type], payload)

    private

    def read(bytes)
      data = @socket.read(bytes)
      raise PlatformClosed if data.nil? || data.bytesize < bytes

      data
    end

    def send_frame(type, short_texts, payload)
      head = [type].pack("C")
      short_texts.each do |text|
        encoded = text.encode(Encoding::US_ASCII, invalid: :replace, undef: :replace)[0, SHORT_TEXT_BYTES_MAX]
        head << [encoded.bytesize].pack("C") << encoded.b
      end
      @socket.write([head.bytesize + payload.bytesize].pack("N") + head, payload)
    rescue Errno::EPIPE, Errno::ECONNRESET
      raise PlatformClosed
    end
  end
end
