// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
public import EventStore
public import ExactValues
import MetadataSealing
public import OutcomeDomain

/// What the metadata of some submissions is sealed with, by one state of the catalog.
struct IntakeSeals {
    /// By customer key.
    fileprivate(set) var keys: [CustomerKey: SealingKey] = [:]

    /// For what has no metadata.
    static let none = IntakeSeals()
}

extension Intake {
    /// An erasure that this node has not heard of is looked up so often.
    private static let closedLimitAttempts = 8

    /// The keys for what is to be submitted.
    ///
    /// - Returns: The keys, and the principal they are right for: a generation that is closed says
    ///   that the catalog is older than an erasure, and it is read again.
    func seals(
        for submissions: [SignalSubmission],
        as principal: Principal
    ) async throws(IntakeError) -> (IntakeSeals, Principal) {
        var customers: Set<CustomerKey> = []
        for submission in submissions where !submission.payload.metadata.bytes.isEmpty {
            customers.insert(submission.payload.customer)
        }
        guard !customers.isEmpty else { return (.none, principal) }
        var principal = principal
        for _ in 0..<Self.closedLimitAttempts {
            let seals = try await seals(for: customers, as: principal)
            if seals.keys.count == customers.count { return (seals, principal) }
            principal = try await renewed(principal)
        }
        throw .store(StoreError(.unavailable, detail: "an erasure is not in the catalog yet"))
    }

    private func seals(
        for customers: Set<CustomerKey>,
        as principal: Principal
    ) async throws(IntakeError) -> IntakeSeals {
        var names: [SealingKeyName: CustomerKey] = [:]
        for customer in customers {
            let name = SealingKeyName(
                partition: place(of: customer.text, principal).partition,
                account: principal.account,
                customer: customer.text,
                generation: principal.catalog.erasures(of: customer).count
            )
            names[name] = customer
        }
        do throws(StoreError) {
            var seals = IntakeSeals()
            for (name, key) in try await ring.keys(named: Set(names.keys)) {
                guard let customer = names[name] else { continue }
                seals.keys[customer] = key
            }
            return seals
        } catch {
            throw .store(error)
        }
    }

    private func renewed(_ principal: Principal) async throws(IntakeError) -> Principal {
        let renewed: Principal?
        do throws(StoreError) {
            try await catalogs.refresh(principal.account)
            renewed = try await catalogs.renewed(principal)
        } catch {
            throw .store(error)
        }
        guard let renewed else { throw .tokenRevoked }
        return renewed
    }
}

// MARK: Erasures

extension Intake {
    /// Asks for what a customer's metadata is sealed with to be destroyed; it is done once the
    /// record is processed.
    public func erase(
        _ customer: CustomerKey,
        reason: Text?,
        as principal: Principal,
        trace: String? = nil,
        request: String? = nil
    ) async throws(IntakeError) -> IngestReceipt {
        let payload = ErasurePayload(
            customer: customer,
            author: principal.author.text,
            reason: reason
        )
        let results = try await append(1, as: principal) { _, principal, now in
            draft(
                .erasure(payload),
                key: customer.text,
                as: principal,
                now: now,
                trace: trace,
                request: request
            )
        }
        guard let receipt = try receipts(results).first else {
            throw .store(StoreError(.unavailable, detail: "an erasure was not accepted"))
        }
        return receipt
    }
}

// MARK: One signal

/// A signal as it is written, and what a retry of it is compared by.
struct SealedSignal {
    let payload: SignalPayload
    let body: BodyMark

    /// Seals the metadata, if there is any.
    init(
        _ payload: SignalPayload,
        of eventID: EventID,
        account: AccountID,
        with seals: IntakeSeals
    ) throws(IntakeError) {
        let plain = payload.metadata.bytes
        guard !plain.isEmpty else {
            self.payload = payload
            body = BodyMark(fields: payload.fieldsDigest)
            return
        }
        guard let key = seals.keys[payload.customer],
            let sealed = try? key.seal(plain, of: eventID, account: account)
        else { throw .store(StoreError(.unavailable, detail: "metadata cannot be sealed")) }
        self.payload = payload.sealed(in: sealed.slot)
        body = BodyMark(
            fields: payload.fieldsDigest,
            metadata: sealed.tag,
            keyID: key.id
        )
    }
}
