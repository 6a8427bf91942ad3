// SPDX-License-Identifier: Apache-2.0

/// Server-sent events in their text form (WHATWG HTML, 9.2).
enum ServerSentEvent {
    static let contentType = "text/event-stream"
    /// A proxy that gathers an answer before it passes it on would hold events back.
    static let fields = [("Cache-Control", "no-store"), ("X-Accel-Buffering", "no")]

    /// How long a client is to wait before it comes back.
    static func retry(milliseconds: Int) -> [UInt8] { Array("retry: \(milliseconds)\n\n".utf8) }

    /// A sign of life, which nobody is told of; with an id, where the client has got to.
    static func beat(id: String?) -> [UInt8] {
        var bytes = Array(": beat\n".utf8)
        if let id { self.id(id, &bytes) }
        end(&bytes)
        return bytes
    }

    /// Tells the client that it has missed something and has to read its list again.
    static func reset(id: String) -> [UInt8] {
        var bytes: [UInt8] = []
        begin("reset", &bytes)
        data(Array("{}".utf8), &bytes)
        self.id(id, &bytes)
        end(&bytes)
        return bytes
    }

    static func begin(_ name: String, _ bytes: inout [UInt8]) {
        bytes.append(contentsOf: "event: \(name)\n".utf8)
    }

    /// JSON has no line breaks as the writer makes it, so it is one line.
    static func data(_ json: [UInt8], _ bytes: inout [UInt8]) {
        bytes.append(contentsOf: "data: ".utf8)
        bytes.append(contentsOf: json)
        bytes.append(0x0A)
    }

    static func id(_ id: String, _ bytes: inout [UInt8]) {
        bytes.append(contentsOf: "id: \(id)\n".utf8)
    }

    static func end(_ bytes: inout [UInt8]) { bytes.append(0x0A) }
}
