// SPDX-License-Identifier: Apache-2.0

public import ExactValues

extension IdempotencyClaim {
    /// What an idempotency key is unique in: SHA-256 over account, outcome key and the key itself,
    /// with a zero byte between them (SPEC 3, Idempotency).
    public static func scope(of key: Text, on outcome: Text, account: AccountID) -> Digest {
        var scope: [UInt8] = []
        scope.reserveCapacity(
            account.text.utf8.count + outcome.utf8.count + key.utf8.count + 2
        )
        scope.append(contentsOf: account.text.utf8)
        scope.append(0)
        scope.append(contentsOf: outcome.utf8)
        scope.append(0)
        scope.append(contentsOf: key.utf8)
        return Digest.sha256(scope)
    }
}
