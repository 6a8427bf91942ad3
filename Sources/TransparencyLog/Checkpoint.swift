// SPDX-License-Identifier: Apache-2.0

public import ExactValues

/// What a log says of one partition's tree at one moment: C2SP's checkpoint with the moment as its
/// extension.
///
/// As text four lines: origin, size, base64 of the root, `time <instant>`.
public struct Checkpoint: Hashable, Sendable {
    /// Which tree it is.
    public let origin: TreeOrigin
    /// How many leaves it has: the position of its last event.
    public let size: Int64
    /// Its root.
    public let root: Digest
    /// When it was signed, by the clock of the node that did.
    public let time: Timestamp

    /// Puts a checkpoint together.
    public init(origin: TreeOrigin, size: Int64, root: Digest, time: Timestamp) {
        self.origin = origin
        self.size = size
        self.root = root
        self.time = time
    }

    /// What is signed.
    public var text: String {
        "\(origin)\n\(size)\n\(Base64.encode(root.bytes))\ntime \(time)\n"
    }

    /// Reads the text of a note.
    ///
    /// It has one spelling only: what is read is what `text` writes.
    ///
    /// - Throws: `NoteError.malformed`, with the line.
    public init(_ text: String) throws(NoteError) {
        guard let lines = NoteLines.split(text, count: 4) else {
            throw .malformed("checkpoint (not four lines)")
        }
        guard let origin = TreeOrigin(lines[0]) else { throw .malformed("checkpoint's origin") }
        guard let size = NoteLines.number(lines[1]) else { throw .malformed("checkpoint's size") }
        guard let root = Base64.decode(lines[2]).flatMap({ Digest($0) }) else {
            throw .malformed("checkpoint's root")
        }
        guard let time = NoteLines.instant(lines[3], after: "time") else {
            throw .malformed("checkpoint's time")
        }
        self.init(origin: origin, size: size, root: root, time: time)
    }
}
