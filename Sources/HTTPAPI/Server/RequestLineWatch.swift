// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import NIOCore
import NIOHTTP1

/// Stands before the decoder, so that a request line it does not take can still be read.
///
/// The decoder gives a method it does not know up without a word of what was asked for. Nothing is
/// kept: the bytes are at hand only while the handlers behind are being called with them.
final class RequestLineWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private var current: ByteBuffer?

    /// To be called for everything that was decoded: from then on the bytes begin with something
    /// that was no fault.
    func hasDecoded() { current = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        current = unwrapInboundIn(data)
        context.fireChannelRead(data)
        current = nil
    }

    /// The error for a request with a method that HTTP does not know: METHOD_NOT_ALLOWED, or
    /// NOT_FOUND where there is nothing.
    ///
    /// Nil when what is being read does not begin with a request line.
    var unknownMethod: APIError? {
        guard let current, let (method, target) = Self.requestLine(current) else { return nil }
        do throws(APIError) {
            _ = try RouteTable.all.find(method, target)
            return nil
        } catch {
            return error
        }
    }

    private static func requestLine(
        _ buffer: ByteBuffer
    ) -> (HTTPMethod, RequestTarget)? {
        let line = buffer.readableBytesView.drop { $0 == 0x0D || $0 == 0x0A }
            .prefix { $0 != 0x0D && $0 != 0x0A }
        let words = line.split(separator: 0x20, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard words.count == 3, words[2].hasPrefix("HTTP/1."),
            HTTPRequest.Method(words[0]) != nil
        else { return nil }
        return (HTTPMethod(rawValue: words[0]), RequestTarget(words[1]))
    }
}
