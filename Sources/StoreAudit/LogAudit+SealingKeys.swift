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
        into report: inout AuditReport
    ) async throws {
        guard account == nil else { return report.noteLostKeys() }
        var catalogs = catalogs
        var known = catalogs.takeChanged()
        var found = try await keyFindings(known, &report)
        if !found.isEmpty {
            // An erasure may have come since the catalogs were read; it was noted before it was
            // carried out.
            try await advance(&catalogs, by: verifier)
            known.merge(catalogs.takeChanged()) { _, new in new }
            found = try await keyFindings(known, &report)
        }
        for finding in found { report.findings.add(finding) }
        report.noteLostKeys()
    }

    /// Whether the store holds any secret: one without is a copy whose keys are kept elsewhere.
    func holdsSealingKeys() async throws -> Bool {
        for partition in store.partitioning.outcomePartitions {
            var last: SealingKeyName?
            repeat {
                let page: [SealingKeyRecord]
                do throws(StoreError) {
                    page = try await store.sealingKeys(
                        in: partition,
                        after: last,
                        limit: Self.pageLimitRows
                    )
                } catch {
                    guard error.reason == .damaged else { throw error }
                    return true
                }
                if page.contains(where: { $0.secret != nil }) { return true }
                last = page.last?.name
            } while last != nil
        }
        return false
    }

    /// Holds the keys that new events are sealed with against those that their customers have.
    func checkUses(of walk: inout PartitionWalk) async throws {
        let uses = walk.takeUses()
        guard !uses.isEmpty else { return }
        var kept: [SealingKeyName: SealingKeyRecord] = [:]
        var unreadable: Set<SealingKeyName> = []
        let names = Array(Set(uses.map(\.use.key)))
        do throws(StoreError) {
            kept = try await store.keys(named: names)
        } catch {
            guard error.reason == .damaged else { throw error }
            // One of them cannot be read: the others can.
            for name in names {
                do throws(StoreError) {
                    kept.merge(try await store.keys(named: [name])) { first, _ in first }
                } catch {
                    guard error.reason == .damaged else { throw error }
                    unreadable.insert(name)
                }
            }
        }
        for (use, place) in uses {
            if unreadable.contains(use.key) {
                walk.findings.add(.unreadable("its sealing key", at: place, "the row is damaged"))
            } else if let key = kept[use.key] {
                if !key.id.isEmpty, key.id != use.id { walk.otherKeys[use.id] = place }
            } else {
                let text = "sealed with a key that its customer does not have"
                walk.findings.add(AuditFinding("sealing_key_missing", at: place, text))
            }
        }
    }

    private func keyFindings(
        _ catalogs: [AccountID: Catalog],
        _ report: inout AuditReport
    ) async throws -> [AuditFinding] {
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
                    if let use = report.otherKeys.removeValue(forKey: key.id) {
                        let text = "sealed with a key that is kept as another customer's"
                        report.findings.add(AuditFinding("sealing_key_differs", at: use, text))
                    }
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
            of: name.customer,
            account: name.account,
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
