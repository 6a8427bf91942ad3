// SPDX-License-Identifier: Apache-2.0

import Crypto
import CryptoExtras
public import ExactValues

extension PasswordHash {
    static let saltByteCount = 16
    static let keyByteCount = 32

    /// The parts of a stored text; nil when it is none of ours or asks for more than it may.
    struct Parts {
        let cost: PasswordCost
        let salt: [UInt8]
        let key: [UInt8]
    }

    /// Hashes a password with a salt of its own.
    ///
    /// Blocks for a tenth of a second and takes 32 MiB: never on the cooperative pool or an event loop
    /// (see `PasswordBench`).
    public static func make(
        of password: Text,
        cost: PasswordCost = .standard
    ) throws -> PasswordHash {
        let salt = Array(ExactValues.Digest.random().bytes.prefix(saltByteCount))
        let key = try derive(password, salt: salt, cost: cost)
        let parameters = "ln=\(cost.logBlocks),r=\(cost.blockSize),p=\(cost.parallelism)"
        return PasswordHash(
            stored: "scrypt$\(parameters)$\(Base64.encode(salt))$\(Base64.encode(key))"
        )
    }

    /// Whether this is the hash of a password; false, too, when the stored text is damaged.
    ///
    /// Blocks as `make` does. What is compared is compared in constant time.
    public func matches(_ password: Text) -> Bool {
        guard let parts, let key = try? Self.derive(password, salt: parts.salt, cost: parts.cost)
        else { return false }
        return ConstantTime.areEqual(key, parts.key)
    }

    /// Whether it should be made anew when the password is at hand: its cost is not `cost`.
    public func isOutdated(for cost: PasswordCost = .standard) -> Bool { parts?.cost != cost }

    var parts: Parts? {
        let fields = text.split(separator: "$", omittingEmptySubsequences: false)
        guard fields.count == 4, fields[0] == "scrypt",
            let cost = Self.cost(fields[1]),
            let salt = Base64.decode(String(fields[2])), salt.count == Self.saltByteCount,
            let key = Base64.decode(String(fields[3])), key.count == Self.keyByteCount
        else { return nil }
        return Parts(cost: cost, salt: salt, key: key)
    }

    private static func cost(_ text: Substring) -> PasswordCost? {
        let names = ["ln=", "r=", "p="]
        let items = text.split(separator: ",", omittingEmptySubsequences: false)
        guard items.count == names.count else { return nil }
        var numbers: [Int] = []
        for (item, name) in zip(items, names) {
            let digits = item.dropFirst(name.utf8.count)
            guard item.hasPrefix(name), digits.utf8.count <= 3, let number = Int(digits) else {
                return nil
            }
            numbers.append(number)
        }
        return PasswordCost(
            logBlocks: numbers[0],
            blockSize: numbers[1],
            parallelism: numbers[2]
        )
    }

    private static func derive(
        _ password: Text,
        salt: [UInt8],
        cost: PasswordCost
    ) throws -> [UInt8] {
        let key = try KDF.Scrypt.deriveKey(
            from: Array(password.utf8),
            salt: salt,
            outputByteCount: keyByteCount,
            rounds: cost.blocks,
            blockSize: cost.blockSize,
            parallelism: cost.parallelism
        )
        return key.withUnsafeBytes { Array($0) }
    }
}

/// Comparison whose time says nothing of where the difference is.
package enum ConstantTime {
    /// Whether two runs of bytes are the same.
    package static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }
}
