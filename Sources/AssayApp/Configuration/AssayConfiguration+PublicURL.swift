// SPDX-License-Identifier: Apache-2.0

extension AssayConfiguration {
    /// Where the path of a page begins, as people reach it: `public.url`, else the address and port.
    ///
    /// `port`: The port that was taken, where the setting leaves it open.
    func publicBase(port: Int? = nil) -> String {
        if let publicURL {
            return publicURL.hasSuffix("/") ? String(publicURL.dropLast()) : publicURL
        }
        // An address to listen on everywhere is none to go to.
        let name = ["0.0.0.0", "::"].contains(host) ? "localhost" : host
        return "http://\(name.contains(":") ? "[\(name)]" : name):\(port ?? self.port)"
    }

    /// The link of a one-time code.
    func welcomeLink(_ code: String, port: Int? = nil) -> String {
        publicBase(port: port) + "/welcome/" + code
    }

    /// Sees that a public URL can begin a link.
    static func check(publicURL: String) throws(CommandFailure) {
        let rest = ["http://", "https://"].compactMap { scheme in
            publicURL.hasPrefix(scheme) ? publicURL.dropFirst(scheme.count) : nil
        }
        let isPlain = publicURL.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard let place = rest.first, let first = place.first, first != "/", isPlain,
            !place.contains("?"), !place.contains("#")
        else {
            throw CommandFailure(
                "'\(publicURL)' is not of the form https://HOST (public.url, ASSAY_PUBLIC_URL)."
            )
        }
    }
}
