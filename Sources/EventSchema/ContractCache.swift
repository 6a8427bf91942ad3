// SPDX-License-Identifier: Apache-2.0

import ExactValues
import OutcomeDomain
import Synchronization

/// Contracts that have been read, so that many thousands of outcomes share a few of them.
///
/// A contract is found by its hash and taken only if its written bytes are the same to the last:
/// what is written decides, never what is remembered.
final class ContractCache: Sendable {
    /// At most this many are kept; when there is one more, all others are forgotten.
    static let limitContracts = 1024

    static let shared = ContractCache()

    private struct Entry {
        let contract: Contract
        let hash: [UInt8]
    }

    /// By the first 16 digits of the hash.
    private let entries = Mutex<[UInt64: Entry]>([:])

    /// The contract written as these bytes, with the 64 hexadecimal digits of its hash beside them;
    /// nil when they are none or their hash is another one.
    func contract(
        written bytes: UnsafeBufferPointer<UInt8>,
        hash: UnsafeBufferPointer<UInt8>
    ) -> Contract? {
        guard hash.count == 2 * Digest.byteCount else { return nil }
        let short = UnsafeRawBufferPointer(hash).loadUnaligned(as: UInt64.self)
        if let known = entries.withLock({ $0[short] }), known.hash.elementsEqual(hash),
            known.contract.canonicalBytes.elementsEqual(bytes)
        {
            return known.contract
        }
        guard let json = try? JSONReader.read(UnsafeRawBufferPointer(bytes)),
            let contract = try? Contract(json: json)
        else { return nil }
        guard contract.canonicalBytes.elementsEqual(bytes),
            contract.hash.hex.utf8.elementsEqual(hash)
        else { return nil }
        entries.withLock { entries in
            if entries.count >= Self.limitContracts { entries.removeAll(keepingCapacity: true) }
            entries[short] = Entry(contract: contract, hash: Array(hash))
        }
        return contract
    }
}

extension WrittenReader {
    /// Takes a contract with its hash, which has to be that of the contract.
    mutating func contract() throws(WrittenFault) -> Contract {
        let start = position
        let bytes = try rawObject()
        try expect(",\"contract_hash\":")
        guard let contract = ContractCache.shared.contract(written: bytes, hash: try token())
        else { throw fault(.invalidValue, at: start) }
        return contract
    }
}
