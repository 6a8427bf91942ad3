// SPDX-License-Identifier: Apache-2.0

/// The name of one partition's tree: `<name of the log>/partition/<number>`.
public struct TreeOrigin: Hashable, Sendable, CustomStringConvertible {
    /// The name of the log.
    public let log: String
    /// The number of the partition.
    public let partition: Int

    /// Names a tree.
    public init(log: String, partition: Int) {
        self.log = log
        self.partition = partition
    }

    private static let infix = "/partition/"

    /// The name as text.
    public var description: String { "\(log)\(Self.infix)\(partition)" }

    /// Reads the text form; nil unless `description` would have written exactly that.
    public init?(_ text: String) {
        guard let infix = text.firstRange(of: Self.infix),
            let partition = NoteLines.number(String(text[infix.upperBound...])),
            partition <= Int64(Int32.max),
            VerifierKey.isName(String(text[..<infix.lowerBound]))
        else { return nil }
        self.init(log: String(text[..<infix.lowerBound]), partition: Int(partition))
    }
}
