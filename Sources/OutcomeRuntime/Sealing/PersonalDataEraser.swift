// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventSchema
public import EventStore
import ExactValues
import MetadataSealing
import OutcomeDomain

/// Carries out a record that asks for a customer's personal data to be erased: takes note of it in
/// the account's catalog, destroys the keys, and closes their generation.
///
/// All of it may be done again: after a crash the record is processed again, since the cursor moves
/// only behind it. So what the catalog says was asked for is done before anybody is told that it is.
public struct PersonalDataEraser: Sendable {
    private let catalogs: CatalogDirectory
    private let keys: any SealingKeys
    private let ring: KeyRing

    /// Erases with these.
    public init(catalogs: CatalogDirectory, keys: any SealingKeys, ring: KeyRing) {
        self.catalogs = catalogs
        self.keys = keys
        self.ring = ring
    }

    /// Carries out one record; everything is durable when it returns.
    ///
    /// The catalog comes first. From its new version on nothing more is sealed with the old key: a
    /// draft that was made by an older version is refused (`outdated`) and made anew.
    func erase(_ payload: ErasurePayload, asked record: IngestRecord) async throws(StoreError) {
        let request = PersonalDataErasure(
            customer: payload.customer,
            position: record.receipt.position,
            eventID: record.receipt.eventID,
            requestedAt: record.receipt.receivedAt,
            reason: payload.reason
        )
        let erasures = try await takeNote(of: request, payload, asked: record)
        let closed = erasures.firstIndex { $0.request.eventID == request.eventID }
        guard let closed else {
            throw StoreError(.unavailable, detail: "an erasure is not in the catalog")
        }
        let name = SealingKeyName(
            partition: record.receipt.partition,
            account: record.account,
            customer: payload.customer.text,
            generation: closed
        )
        try await keys.destroyKeys(through: name)
        ring.forget(through: name)
    }

    private func takeNote(
        of request: PersonalDataErasure,
        _ payload: ErasurePayload,
        asked record: IngestRecord
    ) async throws(StoreError) -> [RecordedErasure] {
        do throws(CatalogChangeError) {
            return try await catalogs.change(
                record.account,
                .erasePersonalData(request),
                by: Author(text: payload.author),
                cause: ChangeCause(request: record.origin.request, trace: record.trace)
            ).catalog.erasures(of: payload.customer)
        } catch {
            switch error {
            case .store(let failure): throw failure
            case .rejected:
                throw StoreError(.damaged, detail: "an erasure of an unknown account")
            }
        }
    }
}
