// SPDX-License-Identifier: Apache-2.0

import ExactValues

/// A request's target, cut into the path and the query; neither is decoded yet.
struct RequestTarget {
    let path: Substring
    let query: Substring?

    init(_ target: String) {
        let origin = Self.withoutAuthority(target)
        let bytes = origin.utf8
        let end = bytes.firstIndex(of: 0x23) ?? bytes.endIndex
        if let mark = bytes[..<end].firstIndex(of: 0x3F) {
            path = origin[..<mark]
            query = origin[bytes.index(after: mark)..<end]
        } else {
            path = origin[..<end]
            query = nil
        }
    }

    /// The target may be a whole URL (RFC 9112, 3.2.2): what matters is what follows the host.
    private static func withoutAuthority(_ target: String) -> Substring {
        let bytes = target.utf8
        guard bytes.first != 0x2F else { return target[...] }
        for scheme in ["http://", "https://"] where target.lowercased().hasPrefix(scheme) {
            let host = bytes.dropFirst(scheme.utf8.count)
            guard let slash = host.firstIndex(of: 0x2F) else { return "/" }
            return target[slash...]
        }
        return target[...]
    }

    /// The decoded segments; nil without a slash in front, or when one of them is broken.
    ///
    /// `/a/` has an empty last segment and so is not `/a`.
    var segments: [Text]? {
        guard path.utf8.first == 0x2F else { return nil }
        var segments: [Text] = []
        for part in path.utf8.dropFirst().split(separator: 0x2F, omittingEmptySubsequences: false) {
            guard let segment = PercentCoding.decode(part) else { return nil }
            segments.append(segment)
        }
        return segments
    }
}
