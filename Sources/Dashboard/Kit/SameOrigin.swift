// SPDX-License-Identifier: Apache-2.0

import HTTPAPI

/// Whether a form was sent from a page of ours.
///
/// Browsers say where a form comes from (`Sec-Fetch-Site`, `Origin`) and no page can change that.
enum SameOrigin {
    case yes
    case no
    /// The client says nothing: no browser of today.
    case untold

    init(_ call: APICall, publicURL: String) {
        if let site = call.header("sec-fetch-site") {
            self = site == "same-origin" ? .yes : .no
        } else if let origin = call.header("origin") {
            let host = call.header("host") ?? ""
            let own = ["http://\(host)", "https://\(host)", publicURL]
            self = own.contains(origin.lowercased()) ? .yes : .no
        } else {
            self = .untold
        }
    }
}
