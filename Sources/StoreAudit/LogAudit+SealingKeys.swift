// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventStore
import ExactValues
import MetadataSealing
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

    /// Whether the store holds sealing keys at all: a dump may have been taken without them.
    func holdsSealingKeys() async throws -> Bool {
        for partition in store.partitioning.outcomePartitions {
            do throws(StoreError) {
                let first = try await store.sealingKeys(in: partition, after: nil, limit: 1)
                if !first.isEmpty { return true }
            } catch {
                guard error.reason == .damaged else { throw error }
                return true
            }
        }
        return false
    }

    /// Holds the keys that new events are sealed with against those that their customers have.
    func checkUses(of walk: inout PartitionWalk) async throws {
        let uses = walk.takeUses()
        guard !uses.isEmpty else { return }
        let kept: [SealingKeyName: SealingKeyRecord]
        do throws(StoreError) {
            kept = try await store.keys(named: Array(Set(uses.map(\.use.key))))
        } catch {
            // Damaged rows are told of where all of them are read.
            guard error.reason == .damaged else { throw error }
            return
        }
        for (use, place) in uses {
            guard let key = kept[use.key] else {
                let text = "sealed with a key that its customer does not have"
                walk.findings.add(AuditFinding("sealing_key_missing", at: place, text))
                continue
            }
            if key.id != use.id { walk.replacedKeys += 1 }
        }
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
        let partition = store.partitioning.partition(
            ofKeysFor: customer,
            name.account,
            isSandbox: catalog.isSandbox
        )
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
        guard key.id.isEmpty || SealingKey.generation(ofID: key.id) == name.generation else {
            return "the id of a sealing key names another generation"
        }
        guard !key.id.isEmpty || key.isDestroyed else {
            return "a sealing key in use has no id"
        }
        return nil
    }
}
