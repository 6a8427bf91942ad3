// SPDX-License-Identifier: Apache-2.0

import Tracing

/// The body of an export: `ExportTraceServiceRequest` of OTLP 1, in Protocol Buffers.
///
/// The field numbers are those of opentelemetry-proto's `trace.proto`, `common.proto` and
/// `resource.proto`; a decoder that is not ours reads it in the tests.
struct TraceExportRequest {
    let resource: TraceResource
    let spans: [FinishedSpan]

    var bytes: [UInt8] {
        var writer = ProtobufWriter()
        writer.message(1) { resourceSpans in
            resourceSpans.message(1) { message in
                message.attribute(1, "service.name", .string(resource.service))
                message.attribute(1, "service.instance.id", .string(resource.instance))
                message.attribute(1, "service.version", .string(resource.version))
            }
            resourceSpans.message(2) { scopeSpans in
                scopeSpans.message(1) { scope in
                    scope.text(1, "assay")
                    scope.text(2, resource.version)
                }
                for span in spans {
                    scopeSpans.message(2) { $0.span(span) }
                }
            }
        }
        return writer.bytes
    }
}

extension ProtobufWriter {
    fileprivate mutating func span(_ span: FinishedSpan) {
        place(span.place)
        if let parent = span.parent { octets(4, TraceContext.octets(parent)) }
        text(5, span.name.cut)
        varint(6, span.kind.number)
        fixed64(7, span.startNanoseconds)
        fixed64(8, span.endNanoseconds)
        attributes(9, span.attributes)
        varint(10, UInt64(span.droppedAttributes))
        for event in span.events {
            message(11) { message in
                message.fixed64(1, event.nanosecondsSinceEpoch)
                message.text(2, event.name.cut)
                message.attributes(3, event.attributes)
            }
        }
        varint(12, UInt64(span.droppedEvents))
        for link in span.links {
            message(13) { message in
                message.place(link.place)
                message.attributes(4, link.attributes)
                message.fixed32(6, UInt32(link.place.flags))
            }
        }
        varint(14, UInt64(span.droppedLinks))
        if let status = span.status {
            message(15) { message in
                message.text(2, status.message?.cut ?? "")
                message.varint(3, status.code == .error ? 2 : 1)
            }
        }
        fixed32(16, UInt32(span.place.flags))
    }

    /// Trace, span and state have the same numbers in a span and in a link.
    private mutating func place(_ place: TraceContext) {
        octets(1, TraceContext.octets(place.trace))
        octets(2, TraceContext.octets(place.span))
        text(3, place.state ?? "")
    }

    private mutating func attributes(_ field: Int, _ attributes: SpanAttributes) {
        for name in attributes.names.sorted().prefix(SpanLimits.attributesLimit) {
            guard let value = attributes.get(name) else { continue }
            attribute(field, name, value)
        }
    }

    fileprivate mutating func attribute(_ field: Int, _ name: String, _ value: SpanAttribute) {
        message(field) { pair in
            pair.text(1, name.cut)
            pair.message(2) { $0.value(value) }
        }
    }

    /// An `AnyValue`.
    private mutating func value(_ value: SpanAttribute) {
        switch value {
        case .bool(let flag): always(2, varint: flag ? 1 : 0)
        case .int32(let number): always(3, varint: UInt64(bitPattern: Int64(number)))
        case .int64(let number): always(3, varint: UInt64(bitPattern: number))
        case .double(let number): always(4, fixed64: number.bitPattern)
        case .string(let string): always(1, text: string.cut)
        case .stringConvertible(let thing): always(1, text: "\(thing)".cut)
        case .boolArray(let flags): list(flags.map { .bool($0) })
        case .int32Array(let numbers): list(numbers.map { .int32($0) })
        case .int64Array(let numbers): list(numbers.map { .int64($0) })
        case .doubleArray(let numbers): list(numbers.map { .double($0) })
        case .stringArray(let strings): list(strings.map { .string($0) })
        case .stringConvertibleArray(let things): list(things.map { .string("\($0)") })
        default: break
        }
    }

    private mutating func list(_ values: [SpanAttribute]) {
        message(5) { list in
            for value in values.prefix(SpanLimits.listLimitElements) {
                list.message(1) { $0.value(value) }
            }
        }
    }
}

extension SpanKind {
    /// Its number in `Span.SpanKind`.
    fileprivate var number: UInt64 {
        switch self {
        case .internal: 1
        case .server: 2
        case .client: 3
        case .producer: 4
        case .consumer: 5
        }
    }
}

extension String {
    /// As much of it as may be exported.
    fileprivate var cut: String {
        utf8.count <= SpanLimits.textLimitCharacters
            ? self : String(prefix(SpanLimits.textLimitCharacters))
    }
}
