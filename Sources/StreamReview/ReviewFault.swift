// SPDX-License-Identifier: Apache-2.0

public import EventSchema

/// What can be amiss with an event of a stream.
///
/// `from` is always what is stored, `to` what this program decides.
public enum ReviewFault: Hashable, Sendable {
    /// Versions between these two are not there; decisions after it are not made again.
    case gap(after: Int, found: Int)
    /// The previous hash is not the hash of the version before.
    case chainBroken
    /// The hash is not that of the stored bytes.
    case hashDiffers
    /// A blob cannot be read; decisions after it are not made again.
    case unreadable(SchemaError)
    /// A blob reads well, but is not what is written for what it says.
    case notCanonical(SchemaError.Part)
    /// The event id kept beside the event is not that of the signal it is about.
    case eventIDDiffers
    /// Another state, resolution, ending or code.
    case verdictDiffers(from: String, to: String)
    /// Another amount, quantity or currency.
    case amountDiffers(from: String, to: String)
    /// The outcome opened on other terms than the catalog had.
    case termsDiffer(field: String, from: String, to: String)
    /// Another value that is no verdict and no amount.
    case valueDiffers(field: String, from: String, to: String)
    /// A fact that has to follow is not there.
    case factMissing(String)
    /// A fact that nothing brings about.
    case factSurplus(String)
    /// A record was processed after one with a later place or time.
    case outOfOrder
    /// The outcome was settled before a signal that was received in its window was judged.
    case settledEarly
    /// Judged by a catalog version that is not there; what the fact says is taken for true.
    case catalogVersionUnknown(Int?)
}

extension ReviewFault {
    /// The kind of the fault, for machines; never changes.
    public var code: String {
        switch self {
        case .gap: "version_gap"
        case .chainBroken: "chain_broken"
        case .hashDiffers: "hash_differs"
        case .unreadable: "unreadable"
        case .notCanonical: "not_canonical"
        case .eventIDDiffers: "event_id_differs"
        case .verdictDiffers: "verdict_differs"
        case .amountDiffers: "amount_differs"
        case .termsDiffer: "terms_differ"
        case .valueDiffers: "value_differs"
        case .factMissing: "fact_missing"
        case .factSurplus: "fact_surplus"
        case .outOfOrder: "out_of_order"
        case .settledEarly: "settled_early"
        case .catalogVersionUnknown: "catalog_version_unknown"
        }
    }
}

extension ReviewFault: CustomStringConvertible {
    /// What is amiss, in one line.
    public var description: String {
        switch self {
        case .gap(let after, let found):
            "after version \(after) comes version \(found): what is between is not there"
        case .chainBroken:
            "the previous hash is not the hash of the version before"
        case .hashDiffers:
            "the hash is not that of the stored bytes"
        case .unreadable(let error):
            "cannot be read: \(error)"
        case .notCanonical(let part):
            "the \(part.rawValue) is not what is written for what it says"
        case .eventIDDiffers:
            "the event id beside it is not that of its signal"
        case .verdictDiffers(let from, let to):
            "the verdict is stored as \(from), and decided as \(to)"
        case .amountDiffers(let from, let to):
            "the amount is stored as \(from), and comes to \(to)"
        case .termsDiffer(let field, let from, let to):
            "\(field) is stored as \(from), and is \(to) in the catalog"
        case .valueDiffers(let field, let from, let to):
            "\(field) is stored as \(from), and is \(to)"
        case .factMissing(let what):
            "what has to follow is missing: \(what)"
        case .factSurplus(let what):
            "nothing brings this about: \(what)"
        case .outOfOrder:
            "its record comes after one with a later place or time"
        case .settledEarly:
            "the outcome was settled before this signal, which is in its window"
        case .catalogVersionUnknown(let version):
            version.map { "judged by catalog version \($0), which is not there" }
                ?? "the catalog version that judged it is not told"
        }
    }
}
