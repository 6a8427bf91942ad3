// SPDX-License-Identifier: Apache-2.0

/// What it costs to check one password: scrypt's parameters (RFC 7914).
///
/// The memory is 128 · r · 2^ln bytes, the time goes with p besides.
public struct PasswordCost: Hashable, Sendable {
    /// The logarithm to base 2 of the number of blocks.
    public let logBlocks: Int
    /// The size of a block, in units of 128 bytes.
    public let blockSize: Int
    /// How often it is all done.
    public let parallelism: Int

    /// What new hashes cost: 32 MiB, three times over (OWASP, Password Storage, 2025).
    public static let standard = PasswordCost(unchecked: 15, blockSize: 8, parallelism: 3)

    /// A stored text can ask for no more than four times the standard's memory, in bytes.
    static let memoryLimitBytes = 134_217_728
    /// Nor for more work than so many bytes mixed.
    static let workLimitBytes = 1_073_741_824

    private init(unchecked logBlocks: Int, blockSize: Int, parallelism: Int) {
        self.logBlocks = logBlocks
        self.blockSize = blockSize
        self.parallelism = parallelism
    }

    /// Names a cost; nil when one part is not positive or it is beyond what may be asked for.
    public init?(logBlocks: Int, blockSize: Int, parallelism: Int) {
        guard (1...24).contains(logBlocks), (1...64).contains(blockSize),
            (1...64).contains(parallelism)
        else { return nil }
        let memoryBytes = 128 * blockSize << logBlocks
        guard memoryBytes <= Self.memoryLimitBytes,
            memoryBytes * parallelism <= Self.workLimitBytes
        else { return nil }
        self.init(unchecked: logBlocks, blockSize: blockSize, parallelism: parallelism)
    }

    /// The number of blocks.
    var blocks: Int { 1 << logBlocks }
}
