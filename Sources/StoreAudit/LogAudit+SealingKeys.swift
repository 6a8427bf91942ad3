// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventStore
import ExactValues
import OutcomeDomain
import TransparencyLog

extension LogAudit {
    /// Holds the keys that metadata is sealed with against the catalogs: whose they are, where they
    /// lie, and that none was destroyed, or opened, without an erasure that asked for it.
    ///
    /// A secret that is lost is a finding where others are not; a store without any of them is one
    /// whose keys are kept elsewhere.
    func checkSealingKeys(
        _ catalogs: CatalogWalk,
        by verifier: NoteVerifier,
        into findings: inout AuditFindings
    ) async throws {
        guard account == nil else { return }
        var catalogs = catalogs
        var known = catalogs.takeChanged()
        var found = try await keyFindings(known)
        if !found.isEmpty {
            // An erasure may have come since the catalogs were read; it was noted before it was
            // carried out.
            try await advance(&catalogs, by: verifier)
            known.merge(catalogs.takeChanged()) { _, new in new }
            found = try await keyFindings(known)
        }
        for finding in found { findings.add(finding) }
    }

    private func keyFindings(_ catalogs: [AccountID: Catalog]) async throws -> [AuditFinding] {
        var found: [AuditFinding] = []
        var lost: [AuditFinding] = []
        var areHeld = false
        for partition in store.partitioning.outcomePartitions {
            let place = AuditPlace(partition: partition)
            var unreadable = AuditFindings()
            let isWhole = try await forEachPage(
                of: "the sealing keys",
                in: partition,
                into: &unreadable
            ) { (last: SealingKeyRecord?) async throws(StoreError) in
                try await store.sealingKeys(
                    in: partition,
                    after: last?.name,
                    limit: Self.pageLimitRows
                )
            } _: { page in
                for key in page {
                    areHeld = areHeld || key.secret != nil
                    if let fault = fault(of: key, catalogs) {
                        found.append(AuditFinding("sealing_key_differs", at: place, fault))
                    } else if key.secret == nil, !key.isDestroyed {
                        let text = "the secret of a sealing key is lost"
                        lost.append(AuditFinding("sealing_key_lost", at: place, text))
                    }
                }
            }
            guard !isWhole else { continue }
            found.append(.unreadable("the sealing keys", at: place, "the rows are damaged"))
        }
        return areHeld ? found + lost : found
    }

    private func fault(of key: SealingKeyRecord, _ catalogs: [AccountID: Catalog]) -> String? {
        let name = key.name
        guard let catalog = catalogs[name.account] else {
            return "a sealing key is of an account that there is not"
        }
        guard let customer = CustomerKey(name.customer) else {
            return "a sealing key is of nobody who could be a customer"
        }
        let fingerprint = Partitioning.fingerprint(account: name.account, key: name.customer)
        let partition =
            catalog.isSandbox
            ? store.partitioning.partition(sandbox: name.account)
            : store.partitioning.partition(fingerprint: fingerprint)
        guard partition == name.partition else {
            return "a sealing key lies in another partition than its customer's"
        }
        let erasures = catalog.erasures(of: customer).count
        guard name.generation <= erasures else {
            return "a sealing key is of a generation that no erasure has opened"
        }
        guard !key.isDestroyed || name.generation < erasures else {
            return "a sealing key was destroyed, and no erasure has asked for it"
        }
        let generation = key.id.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard key.id.isEmpty || generation == name.generation else {
            return "the id of a sealing key names another generation"
        }
        guard !key.id.isEmpty || key.isDestroyed else {
            return "a sealing key in use has no id"
        }
        return nil
    }
}
