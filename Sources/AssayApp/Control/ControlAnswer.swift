// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// What is answered to an operator's command.
struct ControlAnswer: Sendable {
    let status: Int
    let body: [UInt8]

    /// It was done, and this is how things are.
    static func done(_ write: (inout JSONWriter) -> Void) -> ControlAnswer {
        answer(200, write)
    }

    /// It was not done, for this reason.
    static func refused(_ sentence: String, status: Int = 409) -> ControlAnswer {
        answer(status) { writer in
            writer.name("error")
            writer.beginObject()
            writer.member("message", sentence)
            writer.endObject()
        }
    }

    private static func answer(
        _ status: Int,
        _ write: (inout JSONWriter) -> Void
    ) -> ControlAnswer {
        var writer = JSONWriter()
        writer.beginObject()
        write(&writer)
        writer.endObject()
        return ControlAnswer(status: status, body: writer.bytes)
    }
}
