// SPDX-License-Identifier: Apache-2.0

import CatalogDomain
import EventStore
import ExactValues
import NIOCore
import OutcomeDomain
import OutcomeRuntime
import ProjectionKit

/// `POST /v1/events/batch`: one result per item, in order; one bad item does not spoil the others
/// (SPEC 3).
enum EventBatch {
    /// The outcome of reading one item.
    private enum Item {
        case event(EventBody)
        case refused(APIError)
    }

    static func post(_ call: APICall) async throws -> APIAnswer {
        let format = try EventFormat(batch: call.headers)
        let buffer = try await call.body(limit: call.services.limits.batchBytes)
        let rules = EventRules(
            isSandbox: try call.principal.catalog.isSandbox,
            now: call.services.clock.now()
        )
        let items = try read(buffer, format, rules, call.services.limits)
        var submissions: [SignalSubmission] = []
        submissions.reserveCapacity(items.count)
        for case .event(let event) in items {
            submissions.append(call.submission(of: event))
        }
        let results =
            submissions.isEmpty
            ? []
            : try await call.services.intake.submit(
                submissions,
                as: try await call.principalNow()
            )
        guard results.count == submissions.count else { throw APIError.internalError }
        return answer(items, results, requestID: call.requestID)
    }

    // MARK: Reading

    private static func read(
        _ buffer: ByteBuffer,
        _ format: EventFormat,
        _ rules: EventRules,
        _ limits: APILimits
    ) throws(APIError) -> [Item] {
        // The closure hands out a Result because a rethrowing one would lose the error's type.
        let items = buffer.withUnsafeReadableBytes { bytes -> Result<[Item], APIError> in
            do throws(APIError) {
                let ranges = try ranges(bytes, format, limits)
                return .success(
                    ranges.map { range in
                        item(UnsafeRawBufferPointer(rebasing: bytes[range]), format, rules, limits)
                    }
                )
            } catch {
                return .failure(error)
            }
        }
        return try items.get()
    }

    private static func ranges(
        _ bytes: UnsafeRawBufferPointer,
        _ format: EventFormat,
        _ limits: APILimits
    ) throws(APIError) -> [Range<Int>] {
        let tooMany = APIError(
            .payloadTooLarge,
            "A batch holds at most \(limits.batchEvents) events."
        )
        if format == .lines {
            let lines = lines(bytes)
            guard lines.count <= limits.batchEvents else { throw tooMany }
            return lines
        }
        do {
            return try JSONReader.itemRanges(ofArray: bytes, maximumItems: limits.batchEvents)
        } catch {
            if case .tooManyItems = error.kind { throw tooMany }
            throw .invalid("body", "must be a JSON array: \(error.description)")
        }
    }

    /// The lines that are not blank.
    private static func lines(_ bytes: UnsafeRawBufferPointer) -> [Range<Int>] {
        var lines: [Range<Int>] = []
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            let isBlank = bytes[start..<end].allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            if !isBlank { lines.append(start..<end) }
            start = end + 1
        }
        return lines
    }

    private static func item(
        _ bytes: UnsafeRawBufferPointer,
        _ format: EventFormat,
        _ rules: EventRules,
        _ limits: APILimits
    ) -> Item {
        guard bytes.count <= limits.bodyBytes else {
            return .refused(
                APIError(.payloadTooLarge, "The event is larger than \(limits.bodyBytes) bytes.")
            )
        }
        do {
            let json = try JSONReader.read(bytes, maximumDepth: limits.depth)
            return .event(try EventBody(json, format: format, rules: rules))
        } catch let error as JSONError {
            return .refused(APIError(error, in: bytes))
        } catch {
            return .refused(APIError(error))
        }
    }

    // MARK: Answering

    private static func answer(
        _ items: [Item],
        _ results: [IngestResult],
        requestID: String
    ) -> APIAnswer {
        var token = ReadToken()
        var rest = results[...]
        var answer = APIAnswer.object(reserving: 64 + items.count * 320) { writer in
            writer.name("results")
            writer.beginArray()
            for item in items {
                switch item {
                case .event(let event):
                    guard let result = rest.popFirst() else { continue }
                    do throws(APIError) {
                        let accepted = try AcceptedEvent(event, result)
                        token.add(accepted.receipt)
                        writer.acceptedEvent(accepted, status: 202)
                    } catch {
                        writer.refusedItem(error, requestID: requestID)
                    }
                case .refused(let error):
                    writer.refusedItem(error, requestID: requestID)
                }
            }
            writer.endArray()
            writer.member("position", token.places.isEmpty ? nil : token.text)
        }
        answer.status = 202
        return answer
    }
}

extension JSONWriter {
    /// `{"status","error":{..}}`.
    fileprivate mutating func refusedItem(_ error: APIError, requestID: String) {
        beginObject()
        member("status", error.code.status)
        name("error")
        error.write(to: &self, requestID: requestID)
        endObject()
    }
}
