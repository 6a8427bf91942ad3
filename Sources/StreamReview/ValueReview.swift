// SPDX-License-Identifier: Apache-2.0

public import EventSchema
public import EventStore
import ExactValues
import OutcomeDomain

/// Checks the one event of a stream of delivered value: its chain, its form, and that it is what its
/// record becomes (ADR 0038).
///
/// There is nothing to decide; what can be told from the event alone is that it stands where its
/// record's id leads, under the key that its idempotency key comes to.
public enum ValueReview {
    /// Takes an event of such a stream.
    ///
    /// - Parameters:
    ///   - event: The event as stored.
    ///   - findings: What is found is added here.
    /// - Returns: What the event says; nil when it cannot be read.
    public static func take(
        _ event: StoredEvent,
        into findings: inout [ReviewFinding]
    ) -> RecordedValue? {
        let place = ReviewPlace(event)
        guard event.version == ValueEventSchema.onlyVersion else {
            event.checkChain(after: event.previous, at: place, into: &findings)
            findings.append(ReviewFinding(.factSurplus("a second record of value"), at: place))
            return nil
        }
        let reform: EventReform<RecordedValue>
        do throws(SchemaError) {
            reform = try ValueEventSchema.reform(event)
        } catch {
            event.checkChain(after: .zero, at: place, into: &findings)
            findings.append(ReviewFinding(.unreadable(error), at: place))
            return nil
        }
        event.check(against: reform.formed, at: place, into: &findings)
        check(reform.fact, at: place, into: &findings)
        return reform.fact
    }

    private static func check(
        _ recorded: RecordedValue,
        at place: ReviewPlace,
        into findings: inout [ReviewFinding]
    ) {
        let cause = recorded.fact.cause
        if cause.eventID.fingerprint != UInt64(bitPattern: recorded.stream.fingerprint)
            || Int(cause.eventID.partition) != recorded.partition.number
        {
            findings.append(ReviewFinding(.eventIDDiffers, at: place))
        }
        guard let author = cause.author else {
            findings.append(ReviewFinding(.factSurplus("a record of nobody"), at: place))
            return
        }
        guard let key = recorded.fact.idempotencyKey else { return }
        let scope = IdempotencyClaim.scope(
            ofValueKey: key,
            author: author,
            account: recorded.stream.account
        )
        let stream = IdempotencyClaim.valueStream(of: scope)
        guard stream != recorded.stream.key else { return }
        findings.append(
            ReviewFinding(
                .valueDiffers(
                    field: "the stream's key",
                    from: recorded.stream.key.string,
                    to: stream.string
                ),
                at: place
            )
        )
    }
}
